import { decodeIon } from '../ion';
import { blockFromIon } from '../journal';
import type { Store } from '../store';
import type { Catalog } from './catalog';
import { readBlockBytes } from './journal-store';
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
  private readonly remembered = new Map<number, BlockChanges>();
  private weight = 0;

  constructor(private readonly store: Store, private readonly strandId: string) {}

  /** Compares what a transaction saw with the durable blocks of an inclusive range. */
  async validate(transaction: Transaction, first: number, last: number, catalog: Catalog): Promise<Verdict> {
    let conflict = false;
    for (let sequenceNo = first; sequenceNo <= last; sequenceNo++) {
      const changes = this.remembered.get(sequenceNo) ?? await this.read(sequenceNo, last, catalog);
      if (changes.transactionId === transaction.transactionId) return { kind: 'committed', sequenceNo };
      conflict ||= conflicts(transaction.reads, changes);
    }
    return { kind: conflict ? 'conflict' : 'valid' };
  }

  /** The journal came back with other blocks. */
  forget(): void {
    this.remembered.clear();
    this.weight = 0;
  }

  remember(sequenceNo: number, changes: BlockChanges): void {
    const known = this.remembered.get(sequenceNo);
    this.weight += weightOf(changes) - (known ? weightOf(known) : 0);
    this.remembered.set(sequenceNo, changes);
    for (const [oldest, block] of this.remembered) {
      if (this.weight <= REMEMBERED_MAX) break;
      this.remembered.delete(oldest);
      this.weight -= weightOf(block);
    }
  }

  private async read(sequenceNo: number, tip: number, catalog: Catalog): Promise<BlockChanges> {
    let first: BlockChanges | undefined;
    for await (const bytes of readBlockBytes(this.store, this.strandId, sequenceNo, Math.min(tip, sequenceNo + READ_AHEAD))) {
      const block = blockFromIon(decodeIon(bytes));
      const changes = changesOf(block, catalog);
      this.remember(block.blockAddress.sequenceNo, changes);
      first ??= changes;
    }
    if (!first) throw new Error(`Block ${sequenceNo} of journal ${this.strandId} is missing: the store is damaged.`);
    return first;
  }
}

const weightOf = ({ documents, indexValues }: BlockChanges): number => 1 + documents.length + indexValues.length;
