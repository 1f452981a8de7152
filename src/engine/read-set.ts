import { fieldOf, type IonStruct } from '../ion';
import { redactionsOf, type Block } from '../journal';
import { documentRevisions, documentTables } from './block-documents';
import { hasDefinition } from './definitions';
import { indexValueKey } from './index-value';

/**
 * What a transaction saw, as narrow as its access paths allow: an index lookup saw one value of one field, a scan saw a whole
 * table. Plain data, so that a session can be handed from one Lambda instance to another.
 */
export interface ReadSet {
  readonly documentIds: Set<string>;
  /** `tableId/field/valueKey`. */
  readonly indexValues: Set<string>;
  readonly scannedTableIds: Set<string>;
  /** `sequenceNo/documentId` of the revision that the transaction redacts. */
  readonly revisions: Set<string>;
  /** A statement looked up a table, so any definition committed meanwhile is a conflict. Definitions are rare; finer is not worth it. */
  catalog: boolean;
}

/** What a committed block changed. */
export interface BlockChanges {
  readonly transactionId: string;
  readonly documents: readonly { readonly tableId: string; readonly documentId: string; readonly data?: IonStruct }[];
  readonly definesTables: boolean;
  /** `sequenceNo/documentId` of the revisions that it redacted. */
  readonly redactedRevisions: readonly string[];
}

export const emptyReadSet = (): ReadSet => ({
  documentIds: new Set(), indexValues: new Set(), scannedTableIds: new Set(), revisions: new Set(), catalog: false,
});

export const indexValueRead = (tableId: string, field: string, valueKey: string): string => `${tableId}/${field}/${valueKey}`;

export const revisionRead = (sequenceNo: number, documentId: string): string => `${sequenceNo}/${documentId}`;

/** Whether a block changed something that the transaction saw. */
export function conflicts(reads: ReadSet, changes: BlockChanges): boolean {
  return (changes.definesTables && reads.catalog)
    || changes.redactedRevisions.some(revision => reads.revisions.has(revision))
    || changes.documents.some(({ tableId, documentId, data }) =>
      reads.scannedTableIds.has(tableId)
      || reads.documentIds.has(documentId)
      || (data !== undefined && touchesIndexValue(reads, tableId, data)));
}

// A document that leaves a value was found under it, so its id is in the read set; only arrivals need the index values.
function touchesIndexValue(reads: ReadSet, tableId: string, data: IonStruct): boolean {
  for (const read of reads.indexValues) {
    if (!read.startsWith(`${tableId}/`)) continue;
    const field = read.slice(tableId.length + 1, read.lastIndexOf('/'));
    const valueKey = indexValueKey(fieldOf(data, field));
    if (valueKey !== undefined && read === indexValueRead(tableId, field, valueKey)) return true;
  }
  return false;
}

export function changesOf(block: Block): BlockChanges {
  const tables = documentTables(block);
  return {
    transactionId: block.transactionId,
    definesTables: hasDefinition(block),
    redactedRevisions: redactionsOf(block).map(({ blockAddress, documentId }) => revisionRead(blockAddress.sequenceNo, documentId)),
    documents: documentRevisions(block).map(({ metadata, data }) => (
      { documentId: metadata.id, tableId: tables.get(metadata.id)?.tableId ?? '', data })),
  };
}
