import type { Action } from '../store';
import { indexKey } from './keys';
import { encodeRecord } from './record';
import type { IndexEntry } from './snapshot';

/** An entry as the block `changedAt` leaves it; what a later block made of it stays. */
export function indexEntryAction(
  strandId: string, indexId: string, valueKey: string, documentId: string, entry: IndexEntry, changedAt: number,
): Action {
  const ordinal = changedAt + 1;
  return { put: indexKey(strandId, indexId, valueKey, documentId, entry.since), value: encodeRecord(entry), ordinal, if: { ordinalBelow: ordinal } };
}
