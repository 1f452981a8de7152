import { Duration, aws_kms as kms, aws_lambda as lambda, aws_s3 as s3 } from 'aws-cdk-lib';
import { knownAtSynth } from './problems';

/** Kind of checksum that `BatchOperation.computeChecksum` computes. */
export enum BatchChecksumAlgorithm {
  /** CRC-32. */
  CRC32 = 'CRC32',
  /** CRC-32C. */
  CRC32C = 'CRC32C',
  /** CRC-64/NVME, the default of S3. */
  CRC64NVME = 'CRC64NVME',
  /** MD5. */
  MD5 = 'MD5',
  /** SHA-1. */
  SHA1 = 'SHA1',
  /** SHA-256. */
  SHA256 = 'SHA256',
  /** SHA-512. */
  SHA512 = 'SHA512',
  /** XXH3, 64 bits. */
  XXHASH3 = 'XXHASH3',
  /** XXH64. */
  XXHASH64 = 'XXHASH64',
  /** XXH3, 128 bits. */
  XXHASH128 = 'XXHASH128',
}

/** How fast archived objects are restored. */
export enum BatchRestoreTier {
  /** Cheapest: within 12 hours from Glacier Flexible Retrieval, within 48 from Deep Archive. */
  BULK = 'BULK',
  /** Within 5 hours from Glacier Flexible Retrieval, within 12 from Deep Archive. */
  STANDARD = 'STANDARD',
}

/** Options of `BatchOperation.objectLockRetention`. */
export interface BatchRetentionOptions {
  /** Whether anybody may shorten the retention. In compliance mode nobody can, not even the account's root user. */
  readonly mode: s3.ObjectLockMode;

  /** Until when objects cannot be deleted or overwritten. */
  readonly retainUntil: Date;

  /**
   * Replaces retentions in governance mode that last longer.
   * @default false
   */
  readonly bypassGovernanceRetention?: boolean;
}

/** Options of `BatchOperation.copyTo`. */
export interface BatchCopyOptions {
  /**
   * Folder in the target bucket that the keys are put into.
   * @default - the keys stay as they are
   */
  readonly prefix?: string;

  /**
   * Storage class of the copies.
   * @default - S3 Standard
   */
  readonly storageClass?: s3.StorageClass;
}

/** Options of `BatchOperation.computeChecksum`. */
export interface BatchChecksumOptions {
  /**
   * The algorithm.
   * @default BatchChecksumAlgorithm.SHA256
   */
  readonly algorithm?: BatchChecksumAlgorithm;

  /**
   * One checksum of the parts' checksums, as multipart uploads have it, instead of one of the whole object.
   * @default false
   */
  readonly composite?: boolean;
}

/** Options of `BatchOperation.restore`. */
export interface BatchRestoreOptions {
  /**
   * How long the restored copies stay, in whole days. Leave it out for objects in Intelligent-Tiering.
   * @default - not said, which is right for Intelligent-Tiering only
   */
  readonly expiration?: Duration;

  /**
   * How fast.
   * @default BatchRestoreTier.BULK
   */
  readonly tier?: BatchRestoreTier;
}

/** Options of `BatchOperation.invoke`. */
export interface BatchInvokeOptions {
  /**
   * Passed to every invocation.
   * @default - none; the function gets events of schema version 1.0, with them of 2.0
   */
  readonly userArguments?: { readonly [name: string]: string };
}

/** What a batch operation does, and what its role must be allowed for it. */
export interface BatchOperationDefinition {
  readonly name: string;
  readonly parameters: Record<string, unknown>;
  /** Actions on each object. */
  readonly objectActions: readonly string[];
  /** Actions on the bucket of the objects. */
  readonly bucketActions?: readonly string[];
  /** Contents of the objects are read, so their key is used. */
  readonly readsObjects?: boolean;
  readonly target?: { readonly bucket: s3.IBucket; readonly encryptionKey?: kms.IKeyRef; readonly prefix: string };
  readonly functionArn?: string;
  /** The outcome is nowhere but in the report. */
  readonly needsWholeReport?: boolean;
  readonly problems?: readonly (string | undefined)[];
}

const TAGS_MAX = 10;

/** What S3 Batch Operations does with every object of a manifest. */
export class BatchOperation {
  /**
   * Keeps objects from being deleted or overwritten until a moment. Their bucket must have Object Lock enabled.
   * @param options mode and moment.
   */
  public static objectLockRetention(options: BatchRetentionOptions): BatchOperation {
    const { mode, retainUntil, bypassGovernanceRetention: bypass = false } = options;
    const isMoment = !Number.isNaN(retainUntil.getTime());
    return new BatchOperation({
      name: 'S3PutObjectRetention',
      parameters: {
        BypassGovernanceRetention: bypass,
        Retention: { Mode: mode, RetainUntilDate: isMoment ? retainUntil.toISOString() : String(retainUntil) },
      },
      objectActions: [...bypass ? ['s3:BypassGovernanceRetention'] : [], 's3:PutObjectRetention'],
      bucketActions: ['s3:GetBucketObjectLockConfiguration'],
      problems: [
        isMoment ? undefined : `retainUntil '${retainUntil}' is not a moment: use a valid Date`,
        isMoment && retainUntil.getTime() <= Date.now()
          ? `retainUntil ${retainUntil.toISOString()} has passed: use a moment in the future, retention cannot end before it begins` : undefined,
      ],
    });
  }

  /** Keeps objects from being deleted or overwritten until the hold is released. Their bucket must have Object Lock enabled. */
  public static legalHold(): BatchOperation {
    return BatchOperation.holding('ON');
  }

  /** Releases legal holds. Retentions stay. */
  public static releaseLegalHold(): BatchOperation {
    return BatchOperation.holding('OFF');
  }

  /**
   * Copies objects into a bucket, where they are encrypted as that bucket does by default. Objects of up to 5 GB.
   * @param bucket the target; import it with `Bucket.fromBucketAttributes` and an `encryptionKey` if it has one.
   * @param options where in it, and how.
   */
  public static copyTo(bucket: s3.IBucket, options: BatchCopyOptions = {}): BatchOperation {
    const { prefix = '', storageClass } = options;
    return new BatchOperation({
      name: 'S3PutObjectCopy',
      parameters: {
        TargetResource: bucket.bucketArn,
        MetadataDirective: 'COPY',
        ...prefix === '' ? {} : { TargetKeyPrefix: prefix },
        ...storageClass === undefined ? {} : { StorageClass: storageClass.value },
      },
      objectActions: [
        's3:GetObject', 's3:GetObjectAcl', 's3:GetObjectTagging', 's3:GetObjectVersion', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging',
      ],
      bucketActions: ['s3:ListBucket'],
      readsObjects: true,
      target: { bucket, encryptionKey: bucket.encryptionKey, prefix },
      problems: [wildcardProblem('the prefix of the copies', prefix)],
    });
  }

  /**
   * Replaces all tags of objects.
   * @param tags the tags, 10 at most.
   */
  public static replaceTags(tags: { [key: string]: string }): BatchOperation {
    const count = Object.keys(tags).length;
    return new BatchOperation({
      name: 'S3PutObjectTagging',
      parameters: { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      objectActions: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
      problems: [
        count > TAGS_MAX ? `${count} tags are more than an object can have: give ${TAGS_MAX} at most` : undefined,
        count === 0 ? 'replaceTags() got no tags: use BatchOperation.deleteTags() to remove all' : undefined,
      ],
    });
  }

  /** Removes all tags of objects. */
  public static deleteTags(): BatchOperation {
    return new BatchOperation({
      name: 'S3DeleteObjectTagging',
      parameters: {},
      objectActions: ['s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'],
    });
  }

  /**
   * Computes a checksum of every object at rest and writes it into the completion report, which must therefore list all tasks.
   * @param options kind of checksum.
   */
  public static computeChecksum(options: BatchChecksumOptions = {}): BatchOperation {
    return new BatchOperation({
      name: 'S3ComputeObjectChecksum',
      parameters: {
        ChecksumAlgorithm: options.algorithm ?? BatchChecksumAlgorithm.SHA256,
        ChecksumType: options.composite ? 'COMPOSITE' : 'FULL_OBJECT',
      },
      objectActions: ['s3:GetObject', 's3:GetObjectVersion'],
      readsObjects: true,
      needsWholeReport: true,
    });
  }

  /**
   * Starts to restore archived objects. The job ends when all restores have begun, not when they are done.
   * @param options for how long, and how fast.
   */
  public static restore(options: BatchRestoreOptions = {}): BatchOperation {
    const days = options.expiration?.toDays({ integral: false });
    return new BatchOperation({
      name: 'S3InitiateRestoreObject',
      parameters: { ...days === undefined ? {} : { ExpirationInDays: days }, GlacierJobTier: options.tier ?? BatchRestoreTier.BULK },
      objectActions: ['s3:RestoreObject'],
      problems: [days !== undefined && (!Number.isInteger(days) || days < 1) ? `expiration of ${days} days is not a whole number of days: use Duration.days()` : undefined],
    });
  }

  /**
   * Invokes a Lambda function for every object.
   * @param handler the function.
   * @param options what to pass to it.
   */
  public static invoke(handler: lambda.IFunction, options: BatchInvokeOptions = {}): BatchOperation {
    return new BatchOperation({
      name: 'LambdaInvoke',
      parameters: {
        FunctionArn: handler.functionArn,
        ...options.userArguments === undefined ? {} : { InvocationSchemaVersion: '2.0', UserArguments: options.userArguments },
      },
      objectActions: [],
      functionArn: handler.functionArn,
    });
  }

  private static holding(status: string): BatchOperation {
    return new BatchOperation({
      name: 'S3PutObjectLegalHold',
      parameters: { LegalHold: { Status: status } },
      objectActions: ['s3:PutObjectLegalHold'],
      bucketActions: ['s3:GetBucketObjectLockConfiguration'],
    });
  }

  /** S3 Control's name of the operation, such as `S3PutObjectRetention`. */
  public readonly operationName: string;

  /** @internal */
  public readonly _definition: BatchOperationDefinition;

  private constructor(definition: BatchOperationDefinition) {
    this.operationName = definition.name;
    this._definition = definition;
  }
}

/** A part of a key that becomes part of a permission, in which these characters would match more. */
export function wildcardProblem(what: string, text: string | undefined): string | undefined {
  const [forbidden] = knownAtSynth(text) ? /[*?$]/.exec(text) ?? [] : [];
  return forbidden === undefined
    ? undefined
    : `${what} '${text}' contains ${JSON.stringify(forbidden)}, which would widen the role's permission: leave it out, or bring a role of your own`;
}
