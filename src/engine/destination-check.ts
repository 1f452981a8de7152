import { DestinationRefused } from './destinations';
import { LedgerError } from './ledger-error';

/**
 * Tries a destination before a job for it is accepted.
 *
 * @throws LedgerError IllegalArgumentException with what the destination answered, after `refusal`; CapacityExceededException, which clients
 * retry, if it was only busy
 */
export async function checkDestination(check: () => Promise<void>, refusal: string): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof DestinationRefused)) throw error;
    const answer = `${error.code} ${error.message}`;
    throw error.reason === 'unavailable'
      ? new LedgerError('CapacityExceededException', `${refusal} ${answer}. Try again.`)
      : new LedgerError('IllegalArgumentException', `${refusal} ${answer}`);
  }
}
