import { Duration, IResource, Resource, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ExportEncryption, encryptionProblem, exportKey } from './export-encryption';
import { defaultPrefix, normalizedPrefix, prefixProblem } from './export-prefix';
import { ExportRole } from './export-role';
import { IJournalArchive, JournalArchive } from './journal-archive';
import { JournalWindow, windowProblems } from './journal-window';
import { ILedger } from './ledger';
import { JOURNAL_EXPORT_LIFECYCLE, lifecycleResource } from './lifecycle-provider';
import { rejectProblems } from './problems';
import { serviceOf, serviceProblem } from './service-of';

/** Format of exported blocks. */
export enum OutputFormat {
  /** Ion as text. */
  ION_TEXT = 'ION_TEXT',
  /** Ion as binary: smallest, and every hash can be recomputed from it. */
  ION_BINARY = 'ION_BINARY',
  /** JSON Lines, one block per line. Loses Ion types, so hashes cannot be recomputed from it. */
  JSON = 'JSON',
}

/** One run of a journal export. */
export interface IJournalExport extends IResource {
  /**
   * Id of the export job.
   * @attribute
   */
  readonly exportId: string;
}

/** What a journal export covers, and where it goes. */
export interface JournalExportOptions {
  /**
   * Where the objects are written.
   * @default - a new `JournalArchive`, a child of the export
   */
  readonly archive?: IJournalArchive;

  /**
   * Put before the key of each object; a final slash is added. At most 128 characters with it.
   * @default - `journal/<ledgerName>/`
   */
  readonly prefix?: string;

  /**
   * The blocks to export.
   * @default JournalWindow.wholeJournal() - all blocks until the moment the export starts
   */
  readonly window?: JournalWindow;

  /**
   * Format of the exported blocks.
   * @default OutputFormat.ION_TEXT
   */
  readonly outputFormat?: OutputFormat;

  /**
   * How the objects are encrypted.
   * @default ExportEncryption.kms() - with the archive's key
   */
  readonly encryption?: ExportEncryption;

  /**
   * A role of your own that the service assumes to write. Its trust and its permissions are yours to set.
   * @default - a new `ExportRole` with the least permissions
   */
  readonly role?: iam.IRole;

  /**
   * Any text. Changing it exports again although nothing else changed.
   * @default - exports once, and again when another property changes
   */
  readonly trigger?: string;

  /**
   * Whether the deployment waits for the export to end, and fails if the export does. It waits for `timeout` at most, so start longer ones with
   * `false`.
   * @default true
   */
  readonly waitForCompletion?: boolean;

  /**
   * For how long the deployment waits for the export, its turn among others included, before it fails. 1 to 54 minutes, because CloudFormation waits an
   * hour. The export itself goes on: QLDB's API cannot cancel it.
   * @default Duration.minutes(54)
   */
  readonly timeout?: Duration;
}

/** Properties of a `JournalExport`. */
export interface JournalExportProps extends JournalExportOptions {
  /** The ledger whose journal is exported. */
  readonly ledger: ILedger;
}

/**
 * Exports the journal of a ledger to S3 when the stack deploys, and waits for it.
 *
 * It runs once: a deployment that changes nothing exports nothing. Deleting it leaves the exported objects where they are.
 *
 * @example
 * new JournalExport(this, 'January', {
 *   ledger,
 *   archive,
 *   window: JournalWindow.between(new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')),
 *   outputFormat: OutputFormat.ION_BINARY,
 * });
 */
export class JournalExport extends Resource implements IJournalExport, iam.IGrantable {
  /**
   * An export that ran before.
   * @param scope the parent.
   * @param id the construct's id.
   * @param exportId id of the export job.
   */
  public static fromExportId(scope: Construct, id: string, exportId: string): IJournalExport {
    class Import extends Resource implements IJournalExport {
      public readonly exportId = exportId;
    }
    return new Import(scope, id);
  }

  public readonly exportId: string;

  /** Where the objects are. */
  public readonly archive: IJournalArchive;

  /** The role that the service writes under. */
  public readonly role: iam.IRole;

  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * The prefix of every key, as the service used it.
   * @attribute
   */
  public readonly prefix: string;

  /**
   * Key of the manifest written first.
   * @attribute
   */
  public readonly startedManifestKey: string;

  /**
   * Key of the manifest written last, which lists every object. The object exists when the export has ended.
   * @attribute
   */
  public readonly completedManifestKey: string;

  /**
   * When the export job was created, as an ISO 8601 timestamp.
   * @attribute
   */
  public readonly exportCreationTime: string;

  constructor(scope: Construct, id: string, props: JournalExportProps) {
    super(scope, id);
    const { ledger } = props;
    const window = props.window ?? JournalWindow.wholeJournal();
    const encryption = props.encryption ?? ExportEncryption.kms();
    this.archive = props.archive ?? new JournalArchive(this, 'Archive');
    const encryptionKey = exportKey(encryption, this.archive.encryptionKey);
    rejectProblems(this, [
      serviceProblem(ledger),
      prefixProblem(props.prefix),
      ...windowProblems(window, 'must-be-past', Date.now()),
      encryptionProblem(encryption, encryptionKey),
      timeoutProblem(props.timeout),
    ]);

    const service = serviceOf(ledger);
    const prefix = normalizedPrefix(props.prefix ?? defaultPrefix(ledger.ledgerName));
    if (props.role) {
      this.role = props.role;
      if (!(props.role instanceof ExportRole)) {
        service.allowAssumeRole(this, props.role);
      }
    } else {
      this.role = new ExportRole(this, 'Role', { ledger, bucket: this.archive.archiveBucket, prefix, encryptionKey });
    }
    this.grantPrincipal = this.role.grantPrincipal;

    const resource = lifecycleResource(this, 'Resource', JOURNAL_EXPORT_LIFECYCLE, service, {
      LedgerName: ledger.ledgerName,
      RoleArn: this.role.roleArn,
      Bucket: this.archive.archiveBucket.bucketName,
      Prefix: prefix,
      OutputFormat: props.outputFormat ?? OutputFormat.ION_TEXT,
      ObjectEncryptionType: encryption.objectEncryptionType,
      KmsKeyArn: encryptionKey?.keyRef.keyArn,
      InclusiveStartTime: window.inclusiveStartTime ?? 'LEDGER_CREATION',
      ExclusiveEndTime: window.exclusiveEndTime ?? 'NOW',
      WaitForCompletion: props.waitForCompletion ?? true,
      TimeoutSeconds: props.timeout?.toSeconds(),
      Trigger: props.trigger,
    });
    // Permission to assume the role, the role's own permissions and the bucket's policy must exist before the first object is written.
    resource.node.addDependency(this.role, this.archive, this.archive.archiveBucket);
    const access = this.node.tryFindChild('ServiceAccess');
    if (access) {
      resource.node.addDependency(access);
    }
    this.exportId = resource.getAttString('ExportId');
    this.prefix = resource.getAttString('Prefix');
    this.startedManifestKey = resource.getAttString('StartedManifestKey');
    this.completedManifestKey = resource.getAttString('CompletedManifestKey');
    this.exportCreationTime = resource.getAttString('ExportCreationTime');
  }
}

const TIMEOUT_MINUTES_MAX = 54;

function timeoutProblem(timeout: Duration | undefined): string | undefined {
  if (!timeout || timeout.isUnresolved()) {
    return undefined;
  }
  const minutes = timeout.toMinutes({ integral: false });
  return minutes >= 1 && minutes <= TIMEOUT_MINUTES_MAX ? undefined
    : `timeout ${timeout.toString()} is not possible: use 1 to ${TIMEOUT_MINUTES_MAX} minutes, or waitForCompletion: false for longer exports`;
}
