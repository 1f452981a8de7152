import { createHash } from 'crypto';
import { exportTarget, type ExportTarget } from './export-target';
import { type Properties } from './lifecycle';
import { flag, moment, optionalText, text, wholeNumber } from './properties';

/** A little before the framework gives up without a word. */
const TIMEOUT_SECONDS = 54 * 60;

/** What the properties of Custom::QldbJournalExport ask for. */
export interface JournalExportDeclaration extends ExportTarget {
  readonly serviceUrl: string;
  readonly ledgerName: string;
  readonly start: Date | 'LEDGER_CREATION';
  readonly end: Date | 'NOW';
  readonly waitForCompletion: boolean;
  /** For how long a request may take. */
  readonly timeoutSeconds: number;
  readonly trigger?: string;
}

/** @throws naming the property that is missing or wrong */
export function journalExportDeclaration(properties: Properties): JournalExportDeclaration {
  return {
    serviceUrl: text(properties, 'ServiceUrl'),
    ledgerName: text(properties, 'LedgerName'),
    ...exportTarget(properties),
    start: properties.InclusiveStartTime === 'LEDGER_CREATION' ? 'LEDGER_CREATION' : moment(properties, 'InclusiveStartTime'),
    end: properties.ExclusiveEndTime === 'NOW' ? 'NOW' : moment(properties, 'ExclusiveEndTime'),
    waitForCompletion: flag(properties, 'WaitForCompletion', true),
    timeoutSeconds: properties.TimeoutSeconds === undefined ? TIMEOUT_SECONDS : wholeNumber(properties, 'TimeoutSeconds'),
    trigger: optionalText(properties, 'Trigger'),
  };
}

/** A short name for what is exported, where to and how, and for the trigger: a different one asks for a new export, the same one does not. */
export function fingerprint(declared: JournalExportDeclaration): string {
  const { serviceUrl, ledgerName, bucket, prefix, outputFormat, objectEncryptionType, kmsKeyArn, start, end, trigger } = declared;
  const wish = [serviceUrl, ledgerName, bucket, prefix, outputFormat, objectEncryptionType, kmsKeyArn, start, end, trigger];
  return createHash('sha256').update(JSON.stringify(wish.map(part => part ?? null))).digest('hex').slice(0, 16);
}
