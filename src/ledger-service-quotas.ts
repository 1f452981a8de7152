import { Token } from 'aws-cdk-lib';

/** Quotas of a `LedgerService`, which AWS raised on request and which are yours to raise here. Each a whole number from 1 to 999999. */
export interface LedgerServiceQuotas {
  /**
   * Ledgers at the same time.
   * @default 5
   */
  readonly activeLedgers?: number;

  /**
   * Exports of one ledger that run at the same time.
   * @default 2
   */
  readonly runningExportsPerLedger?: number;

  /**
   * Streams of one ledger that are active at the same time.
   * @default 5
   */
  readonly activeStreamsPerLedger?: number;
}

/** What the functions of the service read. */
const VARIABLES: Readonly<Record<keyof LedgerServiceQuotas, string>> = {
  activeLedgers: 'LEDGER_QUOTA_ACTIVE_LEDGERS',
  runningExportsPerLedger: 'LEDGER_QUOTA_RUNNING_EXPORTS',
  activeStreamsPerLedger: 'LEDGER_QUOTA_ACTIVE_STREAMS',
};
const QUOTA_MAX = 999_999;

const entriesOf = (quotas: LedgerServiceQuotas): [keyof LedgerServiceQuotas, number][] =>
  Object.entries(quotas).filter((entry): entry is [keyof LedgerServiceQuotas, number] => entry[1] !== undefined);

/** Every problem of the quotas. */
export function quotaProblems(quotas: LedgerServiceQuotas = {}): string[] {
  return entriesOf(quotas)
    .filter(([, value]) => !Token.isUnresolved(value) && !(Number.isInteger(value) && value >= 1 && value <= QUOTA_MAX))
    .map(([name, value]) => `quotas.${name} is ${value}: use a whole number from 1 to ${QUOTA_MAX}`);
}

/** The quotas as the environment of a function. */
export const quotaEnvironment = (quotas: LedgerServiceQuotas = {}): { [variable: string]: string } =>
  Object.fromEntries(entriesOf(quotas).map(([name, value]) => [VARIABLES[name], String(value)]));
