import { type OutputFormat, type S3ObjectEncryptionType } from '@aws-sdk/client-qldb';
import { type Properties } from './lifecycle';
import { choice, moment, optionalText, text, wholeNumber } from './properties';

/** What a schedule of exports asks of each of its runs. */
export interface ExportScheduleDeclaration {
  readonly serviceUrl: string;
  readonly ledgerName: string;
  /** The schedule's name in metrics. */
  readonly scheduleName: string;
  readonly roleArn: string;
  readonly bucket: string;
  /** Ends in a slash, unless empty; each window has a folder below it. */
  readonly prefix: string;
  readonly outputFormat: OutputFormat;
  readonly objectEncryptionType: S3ObjectEncryptionType;
  readonly kmsKeyArn?: string;
  readonly start: Date | 'LEDGER_CREATION';
  readonly windowSeconds: number;
  readonly windowsPerRun: number;
}

/** @throws naming the property that is missing or wrong */
export function exportScheduleDeclaration(properties: Properties): ExportScheduleDeclaration {
  return {
    serviceUrl: text(properties, 'ServiceUrl'),
    ledgerName: text(properties, 'LedgerName'),
    scheduleName: text(properties, 'ScheduleName'),
    roleArn: text(properties, 'RoleArn'),
    bucket: text(properties, 'Bucket'),
    prefix: optionalText(properties, 'Prefix') ?? '',
    outputFormat: choice(properties, 'OutputFormat', ['ION_TEXT', 'ION_BINARY', 'JSON'], 'ION_TEXT'),
    objectEncryptionType: choice(properties, 'ObjectEncryptionType', ['SSE_KMS', 'SSE_S3', 'NO_ENCRYPTION']),
    kmsKeyArn: optionalText(properties, 'KmsKeyArn'),
    start: properties.InclusiveStartTime === 'LEDGER_CREATION' ? 'LEDGER_CREATION' : moment(properties, 'InclusiveStartTime'),
    windowSeconds: wholeNumber(properties, 'WindowSeconds'),
    windowsPerRun: wholeNumber(properties, 'WindowsPerRun'),
  };
}
