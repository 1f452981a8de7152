import { Size, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { wildcardProblem } from './batch-operation';
import { JournalExport } from './journal-export';
import { knownAtSynth } from './problems';

/** A column of a CSV manifest. */
export enum BatchManifestField {
  /** Name of the bucket. */
  BUCKET = 'Bucket',
  /** Key of the object, URL encoded. */
  KEY = 'Key',
  /** Version of the object; either every row has one or none. */
  VERSION_ID = 'VersionId',
  /** Any other column. */
  IGNORE = 'Ignore',
}

/** A manifest that is an object in S3. */
export interface BatchManifestObject {
  /** The bucket that the manifest is in. */
  readonly bucket: s3.IBucket;

  /** Key of the manifest. */
  readonly key: string;

  /**
   * ETag of the manifest, without quotes. Another manifest under the same key fails the job.
   * @default - that of the object when the job starts
   */
  readonly etag?: string;

  /**
   * Version of the manifest.
   * @default - the current one
   */
  readonly versionId?: string;

  /** The one bucket that all objects listed are in. */
  readonly objectsIn: s3.IBucket;

  /**
   * What all keys listed begin with. The job's role may work on such objects only; others that are listed fail.
   * @default - any: the role may work on the whole bucket
   */
  readonly keyPrefix?: string;
}

/** A manifest in CSV. */
export interface BatchCsvManifest extends BatchManifestObject {
  /**
   * The columns, in order.
   * @default - bucket and key
   */
  readonly fields?: BatchManifestField[];
}

/** Which objects of a bucket are in a generated manifest: those that meet every condition given. */
export interface BatchManifestFilter {
  /**
   * Keys that begin so.
   * @default - any
   */
  readonly keyPrefix?: string;

  /**
   * Keys that end so.
   * @default - any
   */
  readonly keySuffix?: string;

  /**
   * Keys that contain this.
   * @default - any
   */
  readonly keySubstring?: string;

  /**
   * Created after this moment.
   * @default - any
   */
  readonly createdAfter?: Date;

  /**
   * Created before this moment.
   * @default - any
   */
  readonly createdBefore?: Date;

  /**
   * Larger than this.
   * @default - any
   */
  readonly sizeAbove?: Size;

  /**
   * Smaller than this.
   * @default - any
   */
  readonly sizeBelow?: Size;

  /**
   * In one of these storage classes.
   * @default - any
   */
  readonly storageClasses?: s3.StorageClass[];
}

/** What a manifest is, and what a role must be allowed to use it. */
export interface BatchManifestDefinition {
  /** A `CreateJob` request's `Manifest` or `ManifestGenerator`, in an object. */
  readonly request: Record<string, unknown>;
  readonly objects: { readonly bucket: s3.IBucket; readonly encryptionKey?: kms.IKeyRef; readonly keyPrefix: string };
  /** Where the manifest itself is read; absent for generated ones. */
  readonly source?: {
    readonly bucket: s3.IBucket;
    readonly keys: string;
    /** What the handlers read to learn the ETag; absent when that is known. */
    readonly lookup?: { readonly key: string; readonly action: string };
  };
  readonly dependencies: readonly IConstruct[];
  readonly problems: readonly (string | undefined)[];
}

const CSV = 'S3BatchOperations_CSV_20180820';
const INVENTORY = 'S3InventoryReport_CSV_20161130';

/** The objects that a batch operation is done on. */
export class BatchManifest {
  /**
   * A list of objects in CSV, without a header.
   * @param manifest where it is.
   */
  public static csv(manifest: BatchCsvManifest): BatchManifest {
    const fields = manifest.fields ?? [BatchManifestField.BUCKET, BatchManifestField.KEY];
    const missing = [BatchManifestField.BUCKET, BatchManifestField.KEY].filter(field => !fields.includes(field));
    return BatchManifest.inObject(manifest, { Format: CSV, Fields: fields }, manifest.key, [
      missing.length > 0 ? `fields of the manifest lack ${missing.join(' and ')}: every row must name a bucket and a key` : undefined,
    ]);
  }

  /**
   * An S3 Inventory report in CSV.
   * @param manifest where the report's `manifest.json` is.
   */
  public static inventory(manifest: BatchManifestObject): BatchManifest {
    // <inventory>/<day>/manifest.json names data files in <inventory>/data/.
    const [, folder] = knownAtSynth(manifest.key) ? /^(.*?)[^/]+\/manifest\.json$/.exec(manifest.key) ?? [] : ['', ''];
    return BatchManifest.inObject(manifest, { Format: INVENTORY }, `${folder ?? ''}*`, [
      folder === undefined ? `key '${manifest.key}' is no inventory manifest: use the key that ends in /<day>/manifest.json` : undefined,
    ]);
  }

  /**
   * A list that S3 makes of the objects in a bucket when the job starts.
   * @param bucket the bucket; import it with `Bucket.fromBucketAttributes` and an `encryptionKey` if it has one.
   * @param filter which of its objects; all of them without a filter.
   */
  public static generated(bucket: s3.IBucket, filter: BatchManifestFilter = {}): BatchManifest {
    return BatchManifest.fromGenerator(bucket, bucket.encryptionKey, filter, [bucket]);
  }

  /**
   * Everything below the prefix of a journal export, once that has run. Give an export that must be alone a prefix of its own.
   * @param journalExport the export. If the deployment does not wait for it, objects that it writes later are not in the list.
   */
  public static ofJournalExport(journalExport: JournalExport): BatchManifest {
    const { archiveBucket, encryptionKey } = journalExport.archive;
    return BatchManifest.fromGenerator(archiveBucket, encryptionKey, { keyPrefix: journalExport.prefix }, [archiveBucket, journalExport]);
  }

  private static inObject(
    manifest: BatchManifestObject, spec: Record<string, unknown>, keys: string, problems: readonly (string | undefined)[],
  ): BatchManifest {
    const { bucket, key, etag, versionId, objectsIn, keyPrefix } = manifest;
    return new BatchManifest({
      request: {
        Manifest: {
          Spec: spec,
          Location: present({ ObjectArn: bucket.arnForObjects(key), ETag: etag, ObjectVersionId: versionId }),
        },
      },
      objects: { bucket: objectsIn, encryptionKey: objectsIn.encryptionKey, keyPrefix: keyPrefix ?? '' },
      source: {
        bucket,
        keys,
        lookup: etag === undefined ? { key, action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion' } : undefined,
      },
      dependencies: [bucket, objectsIn],
      problems: [
        ...problems,
        wildcardProblem('the key of the manifest', key),
        wildcardProblem('keyPrefix', keyPrefix),
        knownAtSynth(etag) && !/^[0-9a-f]{32}(-\d+)?$/i.test(etag)
          ? `etag '${etag}' is not an ETag: use the 32 hexadecimal digits that aws s3api head-object shows, without quotes, or leave it out` : undefined,
      ],
    });
  }

  private static fromGenerator(
    bucket: s3.IBucket, encryptionKey: kms.IKeyRef | undefined, filter: BatchManifestFilter, dependencies: readonly IConstruct[],
  ): BatchManifest {
    const { keyPrefix, keySuffix, keySubstring, createdAfter, createdBefore, sizeAbove, sizeBelow, storageClasses } = filter;
    const keyNames = present({
      MatchAnyPrefix: keyPrefix && [keyPrefix], MatchAnySuffix: keySuffix && [keySuffix], MatchAnySubstring: keySubstring && [keySubstring],
    });
    const conditions = present({
      KeyNameConstraint: Object.keys(keyNames).length === 0 ? undefined : keyNames,
      CreatedAfter: createdAfter && timestamp(createdAfter),
      CreatedBefore: createdBefore && timestamp(createdBefore),
      ObjectSizeGreaterThanBytes: sizeAbove?.toBytes(),
      ObjectSizeLessThanBytes: sizeBelow?.toBytes(),
      MatchAnyStorageClass: storageClasses?.map(({ value }) => value),
    });
    return new BatchManifest({
      request: {
        ManifestGenerator: {
          S3JobManifestGenerator: present({
            SourceBucket: bucket.bucketArn,
            EnableManifestOutput: false,
            Filter: Object.keys(conditions).length === 0 ? undefined : conditions,
          }),
        },
      },
      objects: { bucket, encryptionKey, keyPrefix: keyPrefix ?? '' },
      dependencies,
      problems: [
        wildcardProblem('keyPrefix', keyPrefix),
        ...Object.entries({ createdAfter, createdBefore }).map(([name, moment]) =>
          moment && Number.isNaN(moment.getTime()) ? `${name} '${moment}' is not a moment: use a valid Date` : undefined),
        createdAfter && createdBefore && createdAfter >= createdBefore
          ? `createdAfter ${timestamp(createdAfter)} is not before createdBefore ${timestamp(createdBefore)}: no object could be in the list` : undefined,
      ],
    });
  }

  /** @internal */
  public readonly _definition: BatchManifestDefinition;

  private constructor(definition: BatchManifestDefinition) {
    this._definition = definition;
  }
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''));
}

function timestamp(date: Date): string {
  return Number.isNaN(date.getTime()) ? String(date) : date.toISOString();
}
