import { createHash } from 'node:crypto';
import { uniqueId } from '../journal';

/** Random bytes, handed in so that tests and simulations can replay them. */
export type Random = (byteCount: number) => Uint8Array;

export const randomId = (random: Random): string => uniqueId(random(16));

/**
 * The id of a table or index that a statement defines. It follows from the journal alone (transaction and position of the
 * statement in its block), so that a catalog rebuilt from blocks has the same ids.
 */
export function definedId(transactionId: string, statementIndex: number): string {
  return uniqueId(createHash('sha256').update(`${transactionId}/${statementIndex}`).digest().subarray(0, 16));
}
