import { IResource, Resource, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MAILBOX_EXPORT, batchJobResource } from './batch-job-provider';
import { IJournalArchive } from './journal-archive';
import { MailboxExportOptions, mailboxExportTarget, mailboxHandlerAccess } from './mailbox-export-target';
import { knownAtSynth } from './problems';

/** One export of a mailbox. */
export interface IMailboxExport extends IResource {
  /**
   * Id of the export job.
   * @attribute
   */
  readonly mailboxExportJobId: string;
}

/** Properties of a `MailboxExport`. */
export interface MailboxExportProps extends MailboxExportOptions {
  /** The mailbox: e-mail address, name or id of a user or a resource. */
  readonly entityId: string;

  /**
   * Any text. Changing it exports again although nothing else changed. WorkMail exports a mailbox once in 24 hours.
   * @default - exports once, and again when another property changes
   */
  readonly trigger?: string;

  /**
   * Whether the deployment waits for the export to end, and fails if it does. It waits 55 minutes at most, so start the export of a large mailbox
   * with `false`.
   * @default true
   */
  readonly waitForCompletion?: boolean;
}

const HANDLER_ACTIONS = [
  'workmail:CancelMailboxExportJob', 'workmail:DescribeMailboxExportJob', 'workmail:ListMailboxExportJobs', 'workmail:StartMailboxExportJob',
];

/**
 * Exports a WorkMail mailbox to S3 when the stack deploys, and waits for it: e-mail messages and calendar items, as MIME in one zip file.
 *
 * It runs once: a deployment that changes nothing exports nothing. Deleting it cancels an export that runs, and leaves files where they are.
 *
 * @example
 * new MailboxExport(this, 'Alice', {
 *   organizationId: 'm-0123456789abcdef0123456789abcdef',
 *   entityId: 'alice@example.com',
 *   archive,
 * });
 */
export class MailboxExport extends Resource implements IMailboxExport, iam.IGrantable {
  /**
   * An export that ran before.
   * @param scope the parent.
   * @param id the construct's id.
   * @param mailboxExportJobId id of the export job.
   */
  public static fromMailboxExportJobId(scope: Construct, id: string, mailboxExportJobId: string): IMailboxExport {
    class Import extends Resource implements IMailboxExport {
      public readonly mailboxExportJobId = mailboxExportJobId;
    }
    return new Import(scope, id);
  }

  public readonly mailboxExportJobId: string;

  /** Where the zip file is. */
  public readonly archive: IJournalArchive;

  /** The role that WorkMail writes under. */
  public readonly role: iam.IRole;

  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * Bucket and key of the zip file, as WorkMail tells them. The file exists when the export has ended.
   * @attribute
   */
  public readonly mailboxExportS3Path: string;

  /**
   * State of the job when the deployment had it: `COMPLETED`, or `RUNNING` if the deployment did not wait.
   * @attribute
   */
  public readonly mailboxExportState: string;

  constructor(scope: Construct, id: string, props: MailboxExportProps) {
    super(scope, id);
    const { archive, role, properties } = mailboxExportTarget(this, props, [entityProblem(props.entityId)]);
    this.archive = archive;
    this.role = role;
    this.grantPrincipal = this.role.grantPrincipal;

    const resource = batchJobResource(this, 'Resource', {
      kind: MAILBOX_EXPORT,
      access: mailboxHandlerAccess(this, props.organizationId, role, HANDLER_ACTIONS),
      properties: {
        ...properties,
        EntityId: props.entityId,
        WaitForCompletion: props.waitForCompletion ?? true,
        Trigger: props.trigger,
      },
    });
    // The role's own permissions and the bucket's policy must exist before WorkMail looks at the bucket.
    resource.node.addDependency(role, archive, archive.archiveBucket);
    this.mailboxExportJobId = resource.getAttString('JobId');
    this.mailboxExportS3Path = resource.getAttString('S3Path');
    this.mailboxExportState = resource.getAttString('State');
  }
}

function entityProblem(entityId: string): string | undefined {
  return knownAtSynth(entityId) && !/^[A-Za-z0-9._%+@-]{1,256}$/.test(entityId)
    ? `entityId '${entityId}' is no mailbox: use an e-mail address, a name or an id of at most 256 letters, digits and the characters . _ % + @ -`
    : undefined;
}
