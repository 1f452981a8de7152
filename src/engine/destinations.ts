import type { ExportSource } from '../journal';

/**
 * Where exports and streams go, and where exports are read from. The edge implements it with AWS clients under the credentials of the role that the job names,
 * assumed with the ledger's ARN as external id.
 */
export interface Destinations {
  /** @throws DestinationRefused if the role cannot be assumed */
  objects(roleArn: string, ledgerArn: string): Promise<ObjectWriter>;
  /** @throws DestinationRefused if the role cannot be assumed */
  records(roleArn: string, ledgerArn: string): Promise<RecordWriter>;
  /** What was exported under a prefix. It throws DestinationRefused too. @throws DestinationRefused if the role cannot be assumed */
  exports(roleArn: string, ledgerArn: string, place: ExportPlace): Promise<ExportSource>;
}

export interface ExportPlace {
  readonly bucket: string;
  readonly prefix: string;
}

export interface ObjectWriter {
  /** Writes or overwrites an object. @throws DestinationRefused */
  put(object: ExportedObject): Promise<void>;
  /** Tries a write to the bucket. @throws DestinationRefused with what S3 answered */
  check(target: ExportTarget): Promise<void>;
}

export interface ExportTarget {
  readonly bucket: string;
  readonly prefix: string;
  readonly encryption: ObjectEncryption;
}

export interface ObjectEncryption {
  readonly objectEncryptionType: 'SSE_KMS' | 'SSE_S3' | 'NO_ENCRYPTION';
  readonly kmsKeyArn?: string;
}

export interface ExportedObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly encryption: ObjectEncryption;
}

export interface RecordWriter {
  /** Writes records in order: a record is never durable while an earlier one of the same partition is not. @throws DestinationRefused */
  put(kinesisStreamArn: string, records: readonly KinesisRecord[]): Promise<void>;
  /** @throws DestinationRefused if the stream does not exist or may not be described */
  check(kinesisStreamArn: string): Promise<void>;
}

export interface KinesisRecord {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Uint8Array;
}

/** What a destination answered, in words that reach the user. */
export class DestinationRefused extends Error {
  readonly name = 'DestinationRefused';
  constructor(
    readonly reason: 'not-found' | 'access-denied' | 'unavailable',
    /** The destination's own error code, such as `NoSuchBucket`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
