import { decodeIon } from '../ion';
import { blockFromIon } from '../journal';
import type { Store } from '../store';
import type { Catalog } from './catalog';
import { readBlockBytes } from './journal-store';
import { LatestChanges } from './latest-changes';
import { changesOf, conflicts, type BlockChanges } from './read-set';
import type { Transaction } from './transaction';

/** Of how many changed documents, indexed values and blocks together is kept in memory; what is older is read from the journal. */
const REMEMBERED_MAX = 50_000;
/** Blocks written by other instances are read this many at a time. */
const READ_AHEAD = 100;

/** What validation found. */
export type Verdict =
  | { readonly kind: 'valid' | 'conflict' }
  /** The block of the transaction is in the journal already. */
  | { readonly kind: 'committed'; readonly sequenceNo: number };

/** What the newest blocks of a journal changed. */
export class RecentChanges {
  /** Of consecutive blocks, oldest first. */
  private readonly remembered = new Map<number, BlockChanges>();
  private readonly ownBlocks = new Map<string, number>();
  private latest = new LatestChanges();
  private oldest = 0;
  private newest = -1;
  private weight = 0;

  constructor(private readonly store: Store, private readonly strandId: string) {}

  /** Compares what a transaction saw with the durable blocks of an inclusive range. Blocks after it that are known already count too: they would be met next. */
  async validate({ transactionId, reads }: Transaction, first: number, last: number, catalog: Catalog): Promise<Verdict> {
    let conflict = false;
    let next = first;
    while (next <= last && !(this.remembered.has(next) && last <= this.newest)) {
      for await (const { sequenceNo, changes } of this.read(next, last, catalog)) {
        if (changes.transactionId === transactionId) return { kind: 'committed', sequenceNo };
        conflict ||= conflicts(reads, changes);
        next = sequenceNo + 1;
      }
    }
    if (next <= last) {
      // Also after `last`: what is remembered is durable, and its own block would be taken for a conflict.
      const sequenceNo = this.ownBlocks.get(transactionId);
      if (sequenceNo !== undefined && sequenceNo >= next) return { kind: 'committed', sequenceNo };
      conflict ||= this.latest.conflict(reads, next);
    }
    return { kind: conflict ? 'conflict' : 'valid' };
  }

  /** The journal came back with other blocks. */
  forget(): void {
    this.remembered.clear();
    this.ownBlocks.clear();
    this.latest = new LatestChanges();
    this.weight = 0;
    this.newest = -1;
  }

  /** Blocks older than those that are remembered are not worth it. */
  remember(sequenceNo: number, changes: BlockChanges): void {
    if (sequenceNo <= this.newest) return;
    if (sequenceNo !== this.newest + 1) this.forget();
    if (this.remembered.size === 0) this.oldest = sequenceNo;
    this.newest = sequenceNo;
    this.remembered.set(sequenceNo, changes);
    this.ownBlocks.set(changes.transactionId, sequenceNo);
    this.latest.add(sequenceNo, changes);
    this.weight += weightOf(changes);
    for (; this.weight > REMEMBERED_MAX; this.oldest++) {
      const block = this.remembered.get(this.oldest)!;
      this.remembered.delete(this.oldest);
      this.ownBlocks.delete(block.transactionId);
      this.latest.remove(this.oldest, block);
      this.weight -= weightOf(block);
    }
  }

  private async* read(first: number, last: number, catalog: Catalog): AsyncIterable<{ readonly sequenceNo: number; readonly changes: BlockChanges }> {
    let isThere = false;
    for await (const bytes of readBlockBytes(this.store, this.strandId, first, Math.min(last, first + READ_AHEAD))) {
      isThere = true;
      const block = blockFromIon(decodeIon(bytes));
      const { sequenceNo } = block.blockAddress;
      const changes = changesOf(block, catalog);
      this.remember(sequenceNo, changes);
      yield { sequenceNo, changes };
    }
    if (!isThere) throw new Error(`Block ${first} of journal ${this.strandId} is missing: the store is damaged.`);
  }
}

const weightOf = ({ documents, indexValues }: BlockChanges): number => 1 + documents.length + indexValues.length;
