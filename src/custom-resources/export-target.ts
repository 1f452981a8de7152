import { type ExportJournalToS3CommandInput, type OutputFormat, type S3ObjectEncryptionType } from '@aws-sdk/client-qldb';
import { type Properties } from './lifecycle';
import { choice, optionalText, text } from './properties';

/** Where exports of a journal go, in which form, and under which role. */
export interface ExportTarget {
  readonly roleArn: string;
  readonly bucket: string;
  /** Before the key of each object. */
  readonly prefix: string;
  readonly outputFormat: OutputFormat;
  readonly objectEncryptionType: S3ObjectEncryptionType;
  readonly kmsKeyArn?: string;
}

/** @throws naming the property that is missing or wrong */
export function exportTarget(properties: Properties): ExportTarget {
  return {
    roleArn: text(properties, 'RoleArn'),
    bucket: text(properties, 'Bucket'),
    prefix: optionalText(properties, 'Prefix') ?? '',
    outputFormat: choice(properties, 'OutputFormat', ['ION_TEXT', 'ION_BINARY', 'JSON'], 'ION_TEXT'),
    objectEncryptionType: choice(properties, 'ObjectEncryptionType', ['SSE_KMS', 'SSE_S3', 'NO_ENCRYPTION']),
    kmsKeyArn: optionalText(properties, 'KmsKeyArn'),
  };
}

/** The request that exports what was committed from `start` on and before `end`. */
export function exportRequest(ledgerName: string, target: ExportTarget, start: Date, end: Date): ExportJournalToS3CommandInput {
  return {
    Name: ledgerName,
    RoleArn: target.roleArn,
    InclusiveStartTime: start,
    ExclusiveEndTime: end,
    OutputFormat: target.outputFormat,
    S3ExportConfiguration: {
      Bucket: target.bucket,
      Prefix: target.prefix,
      EncryptionConfiguration: { ObjectEncryptionType: target.objectEncryptionType, KmsKeyArn: target.kmsKeyArn },
    },
  };
}
