import { peekField, type IonStruct, type IonValue } from '../ion';
import type { Revision } from '../journal';
import type { Item, Store } from '../store';
import { documentKey, documentPartition, historyPartition, indexPartition } from './keys';
import { decodeRecord } from './record';
import { decodeRevision } from './stored-revision';

/** An entry of an index: the blocks between which a document had the value. `until` is the first block without it. */
export interface IndexEntry {
  readonly since: number;
  readonly until?: number;
}

/** The tables of a ledger as they stood after one block, whatever was committed since. */
export class Snapshot {
  constructor(private readonly store: Store, private readonly strandId: string, readonly sequenceNo: number) {}

  /** The newest revision of a document, deleted ones included. */
  async revision(tableId: string, documentId: string): Promise<Revision | undefined> {
    const item = await this.store.get(documentKey(this.strandId, tableId, documentId));
    return item && this.asOfSnapshot(tableId, item);
  }

  async revisions(tableId: string, documentIds: readonly string[]): Promise<Revision[]> {
    const items = await this.store.getMany(documentIds.map(id => documentKey(this.strandId, tableId, id)));
    const revisions = await Promise.all(items.map(item => this.asOfSnapshot(tableId, item)));
    return revisions.filter(revision => revision !== undefined);
  }

  /** The newest revision of every document of a table, deleted ones included, in order of document ids. */
  async* scan(tableId: string): AsyncIterable<Revision> {
    for await (const item of this.store.query(documentPartition(this.strandId, tableId))) {
      const revision = await this.asOfSnapshot(tableId, item);
      if (revision) yield revision;
    }
  }

  /** Ids of the documents that had an indexed value. */
  async indexed(indexId: string, valueKey: string): Promise<string[]> {
    const documentIds = new Set<string>();
    for await (const item of this.store.query(indexPartition(this.strandId, indexId), { prefix: `${valueKey}#` })) {
      const { since, until } = decodeRecord<IndexEntry>(item.value);
      if (since <= this.sequenceNo && (until === undefined || until > this.sequenceNo)) documentIds.add(documentIdOf(item.key.sort));
    }
    return [...documentIds];
  }

  /** Every revision of a table up to the snapshot, each document's in order of versions. */
  async* history(tableId: string, documentId?: string): AsyncIterable<Revision> {
    if (documentId === undefined) {
      for await (const item of this.store.query(documentPartition(this.strandId, tableId))) yield* this.historyBefore(tableId, this.decoded(item));
      return;
    }
    const newest = await this.store.get(documentKey(this.strandId, tableId, documentId));
    if (newest) yield* this.historyBefore(tableId, this.decoded(newest));
  }

  /** The newest revision was read first, so an update meanwhile can neither hide nor repeat one. */
  private async* historyBefore(tableId: string, newest: Revision): AsyncIterable<Revision> {
    const { id, version } = newest.metadata;
    for await (const item of this.store.query(historyPartition(this.strandId, tableId), { prefix: `${id}#` })) {
      const revision = this.decoded(item);
      if (revision.metadata.version < version && this.includes(revision)) yield revision;
    }
    if (this.includes(newest)) yield newest;
  }

  private decoded({ value }: Item): Revision {
    return decodeRevision(this.strandId, value);
  }

  private includes(revision: Revision): boolean {
    return revision.blockAddress.sequenceNo <= this.sequenceNo;
  }

  private async asOfSnapshot(tableId: string, item: Item): Promise<Revision | undefined> {
    const newest = this.decoded(item);
    if (this.includes(newest)) return newest;
    const earlier = this.store.query(historyPartition(this.strandId, tableId), { prefix: `${item.key.sort}#`, reverse: true });
    for await (const candidate of earlier) {
      const revision = this.decoded(candidate);
      if (this.includes(revision)) return revision;
    }
    return undefined;
  }
}

/** The newest revision of each document of a table after one in the order of ids, deleted ones included, and the bytes that it takes. */
export async function* newestRevisions(
  store: Store, strandId: string, tableId: string, afterDocumentId: string | undefined,
): AsyncIterable<{ readonly revision: Revision; readonly bytes: number }> {
  for await (const item of store.query(documentPartition(strandId, tableId), afterDocumentId === undefined ? {} : { from: afterDocumentId })) {
    if (item.key.sort !== afterDocumentId) yield { revision: decodeRevision(strandId, item.value), bytes: item.value.length };
  }
}

/** From the sort key of an index's entry: value, document, block. */
function documentIdOf(sort: string): string {
  const start = sort.indexOf('#') + 1;
  return sort.slice(start, sort.indexOf('#', start));
}

export const indexedField = (data: IonStruct | undefined, field: string): IonValue | undefined => data && peekField(data, field);
