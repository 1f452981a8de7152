import type { BlockChanges, ReadSet } from './read-set';

/**
 * Which block of a run changed each thing last, so that a transaction is compared with all of them at once. Blocks are added in their order,
 * and the oldest leave first.
 */
export class LatestChanges {
  private readonly ofDocument = new Map<string, number>();
  private readonly ofTable = new Map<string, number>();
  private readonly ofIndexValue = new Map<string, number>();
  private readonly ofRevision = new Map<string, number>();
  private ofCatalog = -1;

  add(sequenceNo: number, { documents, indexValues, definesTables, redactedRevisions }: BlockChanges): void {
    for (const { tableId, documentId } of documents) {
      this.ofTable.set(tableId, sequenceNo);
      this.ofDocument.set(documentId, sequenceNo);
    }
    for (const value of indexValues) this.ofIndexValue.set(value, sequenceNo);
    for (const revision of redactedRevisions) this.ofRevision.set(revision, sequenceNo);
    if (definesTables) this.ofCatalog = sequenceNo;
  }

  /** The oldest block leaves; what a later one changed as well stays. */
  remove(sequenceNo: number, { documents, indexValues, redactedRevisions }: BlockChanges): void {
    for (const { tableId, documentId } of documents) {
      forget(this.ofTable, tableId, sequenceNo);
      forget(this.ofDocument, documentId, sequenceNo);
    }
    for (const value of indexValues) forget(this.ofIndexValue, value, sequenceNo);
    for (const revision of redactedRevisions) forget(this.ofRevision, revision, sequenceNo);
  }

  /** Whether a block from `first` on changed something that the transaction saw. A document that left a value was found under it, so its id is in the read set. */
  conflict(reads: ReadSet, first: number): boolean {
    return (reads.catalog && this.ofCatalog >= first)
      || isChanged(this.ofDocument, reads.documentIds, first)
      || isChanged(this.ofIndexValue, reads.indexValues, first)
      || isChanged(this.ofTable, reads.scannedTableIds, first)
      || isChanged(this.ofRevision, reads.revisions, first);
  }
}

function forget(latest: Map<string, number>, name: string, sequenceNo: number): void {
  if (latest.get(name) === sequenceNo) latest.delete(name);
}

function isChanged(latest: ReadonlyMap<string, number>, names: ReadonlySet<string>, first: number): boolean {
  if (latest.size === 0) return false;
  for (const name of names) if ((latest.get(name) ?? -1) >= first) return true;
  return false;
}
