import { Duration, Resource, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ORGANIZATION_MAILBOX_EXPORT, batchJobResource } from './batch-job-provider';
import { IJournalArchive } from './journal-archive';
import { MailboxExportOptions, mailboxExportTarget, mailboxHandlerAccess } from './mailbox-export-target';

/** Properties of an `OrganizationMailboxExport`. */
export interface OrganizationMailboxExportProps extends MailboxExportOptions {
  /**
   * How many exports run at a time. WorkMail runs 10 of an organization, whoever starts them.
   * @default 10
   */
  readonly concurrency?: number;

  /**
   * Whether mailboxes of resources, such as rooms, are exported too.
   * @default true
   */
  readonly includeResources?: boolean;

  /**
   * A mailbox that this construct has exported more recently is not exported again. From one day, because WorkMail exports a mailbox once in 24
   * hours, to seven, because it lists jobs no longer.
   * @default Duration.days(1)
   */
  readonly skipExportedWithin?: Duration;

  /**
   * Whether the deployment succeeds although mailboxes are missing: those whose export failed, or has not ended within 50 minutes.
   * @default false - it fails and names them; what is exported is kept
   */
  readonly allowIncomplete?: boolean;

  /**
   * Any text. Changing it looks at the organization again, and exports what is missing by then.
   * @default - looks once, and again when another property of the export changes
   */
  readonly trigger?: string;
}

const CONCURRENCY_MAX = 10;
const HANDLER_ACTIONS = [
  'workmail:CancelMailboxExportJob', 'workmail:ListMailboxExportJobs', 'workmail:ListResources', 'workmail:ListUsers',
  'workmail:StartMailboxExportJob',
];

/**
 * Exports every enabled mailbox of a WorkMail organization to S3 when the stack deploys, as many at a time as WorkMail allows.
 *
 * A run takes 50 minutes at most, and the next one, asked for with another `trigger`, goes on where it stopped. Each mailbox has a folder of its
 * own below the prefix.
 *
 * @example
 * new OrganizationMailboxExport(this, 'Everybody', {
 *   organizationId: 'm-0123456789abcdef0123456789abcdef',
 *   archive,
 *   trigger: 'first run',
 * });
 */
export class OrganizationMailboxExport extends Resource implements iam.IGrantable {
  /** Where the zip files are. */
  public readonly archive: IJournalArchive;

  /** The role that WorkMail writes under. */
  public readonly role: iam.IRole;

  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * Number of enabled mailboxes when the deployment looked, as text.
   * @attribute
   */
  public readonly mailboxCount: string;

  /**
   * Number of those that are exported, as text.
   * @attribute
   */
  public readonly exportedMailboxCount: string;

  /**
   * Number of those that are not, as text; `0` unless `allowIncomplete`.
   * @attribute
   */
  public readonly missingMailboxCount: string;

  /**
   * The first of those that are not, for people to read. The report lists all.
   * @attribute
   */
  public readonly missingMailboxes: string;

  /**
   * Key of the report of the last run: JSON that lists every mailbox that is missing, and why, and every one that is exported, and where. Empty if
   * it could not be written.
   * @attribute
   */
  public readonly reportKey: string;

  constructor(scope: Construct, id: string, props: OrganizationMailboxExportProps) {
    super(scope, id);
    const concurrency = props.concurrency ?? CONCURRENCY_MAX;
    const skipExportedWithin = props.skipExportedWithin ?? Duration.days(1);
    const { archive, encryptionKey, prefix, role, properties } = mailboxExportTarget(this, props, [
      Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= CONCURRENCY_MAX
        ? undefined : `concurrency ${concurrency} is not allowed: use a whole number from 1 to ${CONCURRENCY_MAX}`,
      skipExportedWithin.toHours({ integral: false }) < 24 || skipExportedWithin.toDays({ integral: false }) > 7
        ? `skipExportedWithin of ${skipExportedWithin.toHumanString()} is not allowed: use 1 to 7 days` : undefined,
    ]);
    this.archive = archive;
    this.role = role;
    this.grantPrincipal = this.role.grantPrincipal;

    const { lasting, starting } = mailboxHandlerAccess(this, props.organizationId, role, HANDLER_ACTIONS);
    const resource = batchJobResource(this, 'Resource', {
      kind: ORGANIZATION_MAILBOX_EXPORT,
      access: {
        lasting,
        starting: [
          ...starting,
          new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [archive.archiveBucket.arnForObjects(`${prefix}reports/*`)] }),
          new iam.PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: [encryptionKey.keyRef.keyArn] }),
        ],
      },
      properties: {
        ...properties,
        Concurrency: concurrency,
        IncludeResources: props.includeResources ?? true,
        SkipExportedWithinSeconds: skipExportedWithin.toSeconds(),
        AllowIncomplete: props.allowIncomplete ?? false,
        Trigger: props.trigger,
      },
    });
    resource.node.addDependency(role, archive, archive.archiveBucket);
    this.mailboxCount = resource.getAttString('Mailboxes');
    this.exportedMailboxCount = resource.getAttString('ExportedMailboxes');
    this.missingMailboxCount = resource.getAttString('MissingMailboxes');
    this.missingMailboxes = resource.getAttString('Missing');
    this.reportKey = resource.getAttString('ReportKey');
  }
}
