import { createHash } from 'crypto';
import { aws_iam as iam } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { ExportEncryption, encryptionProblem, exportKey } from './export-encryption';
import { normalizedPrefix, prefixProblem } from './export-prefix';
import { ExportRole } from './export-role';
import { IJournalArchive } from './journal-archive';
import { OutputFormat } from './journal-export';
import { ILedger } from './ledger';
import { knownAtSynth } from './problems';
import { serviceOf } from './service-of';

/** Where the journal of a ledger goes before the ledger is deleted. */
export interface FinalExportOptions {
  /** Where the objects are written. It has to outlive the ledger: its removal policy should be `RETAIN`, as it is by default. */
  readonly archive: IJournalArchive;

  /**
   * Put before the key of each object; a final slash is added. At most 111 characters with it: the export has a folder below it, named for the
   * ledger's newest block.
   * @default - `final-export/<ledgerName>/`
   */
  readonly prefix?: string;

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
}

/** A block's number, and a slash. */
const FOLDER_LENGTH_MAX = 17;

/** Every problem of a final export. */
export function finalExportProblems(options: FinalExportOptions | undefined): (string | undefined)[] {
  if (!options) {
    return [];
  }
  const { archive, prefix, encryption = ExportEncryption.kms() } = options;
  const problems = [prefixProblem(prefix, FOLDER_LENGTH_MAX), encryptionProblem(encryption, exportKey(encryption, archive.encryptionKey))];
  return problems.map(problem => problem && `finalExport: ${problem}`);
}

/**
 * What the custom resource of a ledger needs for its final export: a property, and what must outlive the ledger.
 *
 * @param ledger the ledger by its name alone: what it names must exist before the ledger does.
 */
export function finalExport(scope: Construct, ledger: ILedger, options: FinalExportOptions): { properties: object; dependencies: IDependable[] } {
  const { archive, encryption = ExportEncryption.kms() } = options;
  const encryptionKey = exportKey(encryption, archive.encryptionKey);
  const prefix = normalizedPrefix(options.prefix ?? `final-export/${ledger.ledgerName}/`);
  const role = options.role ?? new ExportRole(scope, roleId(ledger.ledgerName), { ledger, bucket: archive.archiveBucket, prefix, encryptionKey });
  if (options.role && !(options.role instanceof ExportRole)) {
    serviceOf(ledger).allowAssumeRole(scope, options.role);
  }
  return {
    properties: {
      RoleArn: role.roleArn,
      Bucket: archive.archiveBucket.bucketName,
      Prefix: prefix,
      OutputFormat: options.outputFormat ?? OutputFormat.ION_TEXT,
      ObjectEncryptionType: encryption.objectEncryptionType,
      KmsKeyArn: encryptionKey?.keyRef.keyArn,
    },
    dependencies: [scope, role, archive, archive.archiveBucket],
  };
}

/** A ledger of another name has another role, because the old ledger is exported under its own after the new one was made. */
function roleId(ledgerName: string): string {
  return knownAtSynth(ledgerName) ? `Role${createHash('sha256').update(ledgerName).digest('hex').slice(0, 8).toUpperCase()}` : 'Role';
}
