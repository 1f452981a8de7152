import { Token, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { defaultPrefix, normalizedPrefix, prefixProblem } from './export-prefix';
import { IJournalArchive } from './journal-archive';
import { ILedgerService } from './ledger-service';
import { knownAtSynth } from './problems';
import { RestoreRole } from './restore-role';

/** Which exports a ledger is restored from, and what they must lead to. */
export interface JournalSourceOptions {
  /**
   * The prefix that the exports are under. All finished exports below it are taken together; they must be of one ledger, begin with its first
   * block and leave no gap.
   * @default - `journal/<ledgerName>/`
   */
  readonly prefix?: string;

  /**
   * A digest of the former ledger, in base64 as `GetDigest` prints it, kept where nobody could change it. The exports must lead to it, or no
   * ledger is made. Without it, exports that were rewritten as a whole cannot be told from those that were not.
   * @default - none: the exports are only held against themselves
   */
  readonly digest?: string;

  /**
   * The number of the block that the digest was taken at.
   * @default - the last block
   */
  readonly tipSequenceNo?: number;

  /**
   * The role that the service reads the exports under. It must be one that the service may assume, such as a `RestoreRole`.
   * @default - a new `RestoreRole`
   */
  readonly role?: iam.IRole;
}

/** Exports of a journal, by Amazon QLDB or by a `LedgerService`, in Ion text or binary: what a ledger can be restored from. */
export class JournalSource {
  /**
   * Exports in an archive.
   * @param archive where they are.
   * @param options which of them, and what they must lead to.
   */
  public static fromArchive(archive: IJournalArchive, options: JournalSourceOptions = {}): JournalSource {
    return new JournalSource(archive.archiveBucket, archive.encryptionKey, options);
  }

  /**
   * Exports in any bucket, such as the one that Amazon QLDB wrote to.
   * @param bucket where they are; import it with `Bucket.fromBucketAttributes` and an `encryptionKey` to make its key known.
   * @param options which of them, and what they must lead to.
   */
  public static fromBucket(bucket: s3.IBucket, options: JournalSourceOptions = {}): JournalSource {
    return new JournalSource(bucket, bucket.encryptionKey, options);
  }

  private constructor(
    /** The bucket that the exports are in. */
    public readonly bucket: s3.IBucket,
    /** The key that they are encrypted with, if it is known. */
    public readonly encryptionKey: kms.IKeyRef | undefined,
    /** Which of them, and what they must lead to. */
    public readonly options: JournalSourceOptions,
  ) {}
}

/** What the custom resource of a ledger needs to be restored from a source. */
export interface BoundSource {
  /** Its property `RestoreFrom`. */
  readonly properties: Record<string, unknown>;
  /** The role's own permissions must exist before the first object is read. */
  readonly dependencies: IDependable[];
}

/** Makes the role that a source is read under, unless it brings one, within the ledger's construct. */
export function bindSource(ledger: Construct, source: JournalSource, service: ILedgerService, ledgerName: string): BoundSource {
  const { bucket, encryptionKey, options } = source;
  const prefix = normalizedPrefix(options.prefix ?? defaultPrefix(ledgerName));
  const role = options.role ?? new RestoreRole(ledger, 'RestoreRole', { service, ledgerName, bucket, prefix, encryptionKey });
  if (!(role instanceof RestoreRole)) {
    service.allowAssumeRole(ledger, role);
  }
  const access = ledger.node.tryFindChild('ServiceAccess');
  return {
    properties: {
      Bucket: bucket.bucketName, Prefix: prefix, RoleArn: role.roleArn, Digest: options.digest, TipSequenceNo: options.tipSequenceNo,
    },
    dependencies: [role, bucket, ...access ? [access] : []],
  };
}

const DIGEST_PATTERN = /^[A-Za-z0-9+/]{43}=$/;

/** What is wrong with a source. Tokens are not judged. */
export function sourceProblems({ options: { prefix, digest, tipSequenceNo } }: JournalSource): (string | undefined)[] {
  return [
    prefixProblem(prefix),
    knownAtSynth(digest) && !DIGEST_PATTERN.test(digest)
      ? `restoreFrom: digest '${digest}' is not 32 bytes in base64: give it as GetDigest prints it, 44 characters that end in =` : undefined,
    tipSequenceNo !== undefined && digest === undefined
      ? `restoreFrom: tipSequenceNo ${tipSequenceNo} says where a digest was taken, but there is none: add the digest, or leave tipSequenceNo out` : undefined,
    tipSequenceNo !== undefined && !Token.isUnresolved(tipSequenceNo) && !(Number.isSafeInteger(tipSequenceNo) && tipSequenceNo >= 0)
      ? `restoreFrom: tipSequenceNo ${tipSequenceNo} is not the number of a block: use a whole number of 0 or more` : undefined,
  ];
}
