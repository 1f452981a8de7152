import { redactionsOf, type Block } from '../journal';
import { documentRevisions, documentTables } from './block-documents';
import { tableById, type Catalog } from './catalog';
import { hasDefinition } from './definitions';
import { indexValueKey } from './index-value';
import { indexedField } from './snapshot';

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
  readonly documents: readonly { readonly tableId: string; readonly documentId: string }[];
  /** `tableId/field/valueKey` of the values under which its documents stand now. */
  readonly indexValues: readonly string[];
  readonly definesTables: boolean;
  /** `sequenceNo/documentId` of the revisions that it redacted. */
  readonly redactedRevisions: readonly string[];
}

export const emptyReadSet = (): ReadSet => ({
  documentIds: new Set(), indexValues: new Set(), scannedTableIds: new Set(), revisions: new Set(), catalog: false,
});

export const indexValueRead = (tableId: string, field: string, valueKey: string): string => `${tableId}/${field}/${valueKey}`;

export const revisionRead = (sequenceNo: number, documentId: string): string => `${sequenceNo}/${documentId}`;

/** Whether a block changed something that the transaction saw. A document that left a value was found under it, so its id is in the read set. */
export function conflicts(reads: ReadSet, changes: BlockChanges): boolean {
  return (changes.definesTables && reads.catalog)
    || changes.documents.some(({ tableId, documentId }) => reads.scannedTableIds.has(tableId) || reads.documentIds.has(documentId))
    || (reads.indexValues.size > 0 && changes.indexValues.some(value => reads.indexValues.has(value)))
    || (reads.revisions.size > 0 && changes.redactedRevisions.some(revision => reads.revisions.has(revision)));
}

/**
 * The catalog may be that of any block after this one and before what is to be validated: an index that a transaction has read by is in it,
 * or was dropped, which is a conflict of its own.
 */
export function changesOf(block: Block, catalog: Catalog): BlockChanges {
  const tables = documentTables(block);
  const indexValues: string[] = [];
  const documents = documentRevisions(block).map(({ metadata, data }) => {
    const tableId = tables.get(metadata.id)?.tableId ?? '';
    for (const { field } of (data && tableById(catalog, tableId)?.indexes) ?? []) {
      const valueKey = indexValueKey(indexedField(data, field));
      if (valueKey !== undefined) indexValues.push(indexValueRead(tableId, field, valueKey));
    }
    return { tableId, documentId: metadata.id };
  });
  return {
    transactionId: block.transactionId,
    documents,
    indexValues,
    definesTables: hasDefinition(block),
    redactedRevisions: redactionsOf(block).map(({ blockAddress, documentId }) => revisionRead(blockAddress.sequenceNo, documentId)),
  };
}
