import { ConditionFailed, type Action, type Store } from '../store';
import { headKey } from './keys';
import { badRequest } from './ledger-error';
import { decodeRecord, encodeRecord, RepeatedRecords } from './record';

/** Where the journal ends. Every append names the `ordinal` it saw, so two writers cannot both extend the same tip. */
export interface JournalHead {
  /** Of the newest block. */
  readonly sequenceNo: number;
  readonly blockHash: Uint8Array;
  /** No later block has an earlier time. That of the newest block, or later where a window was sealed. */
  readonly blockTimestampMillis: number;
  /** Tables, indexes and catalog reflect the blocks up to this one; behind `sequenceNo` while a large block is being applied. */
  readonly projectedSequenceNo: number;
  /** Of all blocks as they were written: a redaction takes nothing off. */
  readonly journalBytes: number;
  /** Of the restore that the journal came from: what was known of the journal before it may be of blocks that are gone. */
  readonly restoreId?: string;
  readonly ordinal: number;
}

interface HeadRecord {
  readonly sequenceNo: number;
  readonly blockHash: string;
  readonly blockTimestampMillis: number;
  readonly projectedSequenceNo: number;
  readonly journalBytes: number;
  readonly restoreId?: string;
}

/** Transactions that begin between two commits meet the same head. */
const heads = new RepeatedRecords((bytes) => {
  const record = decodeRecord<HeadRecord>(bytes);
  return { ...record, blockHash: Buffer.from(record.blockHash, 'base64') };
});

/** @throws LedgerError BadRequestException if the ledger was deleted */
export async function readHead(store: Store, strandId: string): Promise<JournalHead> {
  const head = await findHead(store, strandId);
  if (!head) throw badRequest(`The ledger of journal ${strandId} was deleted`);
  return head;
}

export async function findHead(store: Store, strandId: string): Promise<JournalHead | undefined> {
  const item = await store.get(headKey(strandId));
  return item && { ordinal: item.ordinal, ...heads.of(strandId, item.value) };
}

/**
 * The head once no block can be appended any more whose time is before `millis`. Without it, a block on its way to the store could still
 * land within a window that was read already.
 */
export async function sealedHead(store: Store, strandId: string, millis: number): Promise<JournalHead> {
  for (;;) {
    const head = await readHead(store, strandId);
    if (head.blockTimestampMillis >= millis) return head;
    try {
      await store.transact([headAction(strandId, { ...head, blockTimestampMillis: millis }, head)]);
    } catch (error) {
      // Someone appended meanwhile; time moves with each append, so this ends.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

/** Restores of one journal are further apart than this many writes for each millisecond. */
const ORDINALS_PER_MILLI = 1_000;

/** The head that claims a journal for a restore. Its ordinals are above all that the journal ever had, so no writer of former times meets the one it saw. */
export function restoredHeadAction(strandId: string, head: Omit<JournalHead, 'ordinal'>, createdMillis: number): Action {
  return { ...headAction(strandId, head, undefined), ordinal: createdMillis * ORDINALS_PER_MILLI };
}

/** The write that moves the head on; it fails if the head is no longer `previous`. */
export function headAction(strandId: string, head: Omit<JournalHead, 'ordinal'>, previous: JournalHead | undefined): Action {
  const record: HeadRecord = {
    sequenceNo: head.sequenceNo,
    blockHash: Buffer.from(head.blockHash).toString('base64'),
    blockTimestampMillis: head.blockTimestampMillis,
    projectedSequenceNo: head.projectedSequenceNo,
    journalBytes: head.journalBytes,
    restoreId: head.restoreId,
  };
  return {
    put: headKey(strandId),
    value: encodeRecord(record),
    ordinal: (previous?.ordinal ?? 0) + 1,
    if: previous ? { ordinal: previous.ordinal } : { absent: true },
  };
}
