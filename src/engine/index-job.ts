import type { Block } from '../journal';
import type { Action } from '../store';
import type { Definition } from './catalog';
import { newJobAction } from './job-record';
import { redactionMarkKey } from './keys';

/** The write that asks the worker to build the index that a block made. */
export function indexBuildAction({ blockAddress: { strandId, sequenceNo }, blockTimestampMillis }: Block, index: Definition & { kind: 'create-index' }): Action {
  const { indexId, tableId, field } = index;
  return newJobAction({ kind: 'index-build', id: indexId, strandId, status: 'IN_PROGRESS', createdMillis: blockTimestampMillis, tableId, field, sequenceNo });
}

/** The write that asks the worker to remove what is left of the index that a block dropped. */
export const indexRemovalAction = ({ blockAddress: { strandId }, blockTimestampMillis }: Block, indexId: string): Action =>
  newJobAction({ kind: 'index-removal', id: indexId, strandId, status: 'IN_PROGRESS', createdMillis: blockTimestampMillis });

/** The write that makes whoever builds an index read again: it may have read what the block `redactedBy` redacts. */
export const redactionMarkAction = (strandId: string, redactedBy: number): Action =>
  ({ put: redactionMarkKey(strandId), value: new Uint8Array(), ordinal: redactedBy + 1, if: { ordinalBelow: redactedBy + 1 } });
