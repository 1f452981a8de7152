import { buildBlock, type Block, type TreeNode } from '../journal';
import { actionBytes, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action } from '../store';
import { tableById, type Catalog } from './catalog';
import { valueHash } from './document-encoding';
import type { JournalHead } from './journal-head';
import { LatestChanges } from './latest-changes';
import type { BlockChanges, ReadSet } from './read-set';
import type { Transaction } from './transaction';

/** Where the next block joins the journal. */
export interface Tip {
  readonly head: JournalHead;
  readonly catalog: Catalog;
}

/** The head's own share of a write. */
const HEAD_BYTES = 1_024;

export const nodeName = ({ level, index }: Pick<TreeNode, 'level' | 'index'>): string => `${level}/${index}`;

/** Blocks that will go down in one write, each on top of the one before. `M` is whoever waits for them. */
export class Batch<M> {
  readonly actions: Action[] = [];
  readonly members: { readonly member: M; readonly block: Block }[] = [];
  /** Those that are in conflict with one of its blocks, to be told once that is durable: before, a repeated attempt would meet it again. */
  readonly refused: M[] = [];
  readonly changes: BlockChanges[] = [];
  private readonly latest = new LatestChanges();
  readonly nodes = new Map<string, Uint8Array>();
  /** Nothing may follow in this batch: its block defines tables, redacts, or does not fit together with its projection. */
  closed = false;
  private bytes = 0;

  /** `tip` moves with every block. */
  constructor(readonly base: Tip, public tip: Tip = base) {}

  get isEmpty(): boolean {
    return this.members.length === 0;
  }

  /** Whether that many actions fit in beside the others; the first ones always may try. */
  hasRoomFor(count: number): boolean {
    return this.actions.length === 0 || !this.exceeds(count, this.bytes);
  }

  /** Whether one of its blocks changed what was read. @param unseenFrom blocks before this one were seen as they are */
  conflictsWith(reads: ReadSet, unseenFrom = 0): boolean {
    return this.latest.conflict(reads, unseenFrom);
  }

  /** What its newest block changed. */
  addChanges(sequenceNo: number, changes: BlockChanges): void {
    this.changes.push(changes);
    this.latest.add(sequenceNo, changes);
  }

  /** A block goes down together with its projection; one too large for that goes alone, and is projected afterwards. */
  async addActions(journal: readonly Action[], catalog: readonly Action[], projection: AsyncIterable<Action>): Promise<'projected' | 'journal-only' | 'full'> {
    const actions = [...journal, ...catalog];
    let bytes = this.bytes + bytesOf(actions);
    for await (const action of projection) {
      actions.push(action);
      bytes += actionBytes(action);
      if (this.exceeds(actions.length, bytes)) break;
    }
    if (this.exceeds(actions.length, bytes)) {
      if (this.actions.length > 0) return 'full';
      this.actions.push(...journal);
      return 'journal-only';
    }
    this.actions.push(...actions);
    this.bytes = bytes;
    return 'projected';
  }

  private exceeds(count: number, bytes: number): boolean {
    return this.actions.length + count > TRANSACT_ACTIONS_MAX - 1 || bytes > TRANSACT_BYTES_MAX - HEAD_BYTES;
  }
}

const bytesOf = (actions: readonly Action[]): number => actions.reduce((sum, action) => sum + actionBytes(action), 0);

/** How many actions the transaction's block takes, if each of its documents changes every indexed value. */
export function actionsAtMost({ writes }: Transaction, catalog: Catalog): number {
  let count = 2;
  for (const { tableId, version } of writes.values()) {
    const indexes = tableById(catalog, tableId)?.indexes.length ?? 0;
    count += version === 0 ? 1 + indexes : 2 + 2 * indexes;
  }
  return count;
}

/** The block that a transaction becomes on top of a head. */
export function blockOf(transaction: Transaction, head: JournalHead, clockMillis: number): Block {
  const now = Math.max(clockMillis, head.blockTimestampMillis);
  return buildBlock({
    strandId: transaction.strandId,
    sequenceNo: head.sequenceNo + 1,
    previousBlockHash: head.blockHash,
    transactionId: transaction.transactionId,
    blockTimestampMillis: now,
    txTimeMillis: now,
    statements: transaction.statements,
    documents: Array.from(transaction.writes.values(), document => ({ ...document, dataHash: document.data && valueHash(document.data) })),
    redactions: transaction.redaction && [transaction.redaction],
  });
}
