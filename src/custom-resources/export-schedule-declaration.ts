import { exportTarget, type ExportTarget } from './export-target';
import { type Properties } from './lifecycle';
import { moment, text, wholeNumber } from './properties';

/** What a schedule of exports asks of each of its runs. Its prefix ends in a slash, unless empty; each window has a folder below it. */
export interface ExportScheduleDeclaration extends ExportTarget {
  readonly serviceUrl: string;
  readonly ledgerName: string;
  /** The schedule's name in metrics. */
  readonly scheduleName: string;
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
    ...exportTarget(properties),
    start: properties.InclusiveStartTime === 'LEDGER_CREATION' ? 'LEDGER_CREATION' : moment(properties, 'InclusiveStartTime'),
    windowSeconds: wholeNumber(properties, 'WindowSeconds'),
    windowsPerRun: wholeNumber(properties, 'WindowsPerRun'),
  };
}
