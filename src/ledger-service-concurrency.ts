import { Token } from 'aws-cdk-lib';

/** Share of the account's concurrent executions that is kept for each function of a `LedgerService`, and that it cannot exceed. */
export interface LedgerServiceConcurrency {
  /**
   * Requests to the control plane at the same time. At least 1.
   * @default - shares what the account has left
   */
  readonly api?: number;

  /**
   * Requests of sessions at the same time. At least 1. Each statement, fetched page and commit is a request.
   * @default - shares what the account has left
   */
  readonly session?: number;

  /**
   * Workers at the same time, which move exports and streams forward. At least 1.
   * @default - shares what the account has left
   */
  readonly worker?: number;
}

/** Every problem of the numbers. */
export function concurrencyProblems(concurrency: LedgerServiceConcurrency = {}): string[] {
  return Object.entries(concurrency)
    .filter(([, value]) => value !== undefined && !Token.isUnresolved(value) && !(Number.isInteger(value) && value >= 1))
    .map(([name, value]) => `reservedConcurrency.${name} is ${value}: use a whole number of at least 1, or leave it out to share the account's`);
}
