import type { Revision } from '../journal';
import type { Item, Store } from '../store';
import { indexPartition } from './keys';
import { decodeRecord } from './record';
import { Snapshot, type IndexEntry } from './snapshot';

/**
 * What tables and indexes held, as of one block, of the documents that a later one changes. It is read once: a transaction whose block is made
 * again after a lost race has seen all of it, so had it changed, the transaction would be refused.
 */
export class StateBefore {
  readonly snapshot: Snapshot;
  private readonly revisions = new Map<string, Revision | undefined>();
  private readonly entries = new Map<string, IndexEntry | undefined>();

  constructor(readonly store: Store, private readonly strandId: string, sequenceNo: number) {
    this.snapshot = new Snapshot(store, strandId, sequenceNo);
  }

  /** The newest revision as of the block. */
  async revision(tableId: string, documentId: string): Promise<Revision | undefined> {
    const name = `${tableId}/${documentId}`;
    if (!this.revisions.has(name)) this.revisions.set(name, await this.snapshot.revision(tableId, documentId));
    return this.revisions.get(name);
  }

  /** Since when the document had the value that it had as of the block. */
  async indexEntry(indexId: string, valueKey: string, documentId: string): Promise<IndexEntry | undefined> {
    const name = `${indexId}/${documentId}`;
    if (!this.entries.has(name)) this.entries.set(name, await this.readIndexEntry(indexId, valueKey, documentId));
    return this.entries.get(name);
  }

  private async readIndexEntry(indexId: string, valueKey: string, documentId: string): Promise<IndexEntry | undefined> {
    for await (const { entry } of indexEntries(this.store, this.strandId, indexId, valueKey, documentId)) {
      // A block that is projected again meets its own entry, and later ones.
      if (entry.since <= this.snapshot.sequenceNo) return entry;
    }
    return undefined;
  }
}

/** The times when a document had a value, newest first. */
export async function* indexEntries(
  store: Store, strandId: string, indexId: string, valueKey: string, documentId: string,
): AsyncIterable<{ readonly item: Item; readonly entry: IndexEntry }> {
  for await (const item of store.query(indexPartition(strandId, indexId), { prefix: `${valueKey}#${documentId}#`, reverse: true })) {
    yield { item, entry: decodeRecord<IndexEntry>(item.value) };
  }
}
