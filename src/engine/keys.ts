import type { Key } from '../store';

/**
 * Where each thing rests in the store. Everything of a ledger lives under its strand id, so a ledger that is deleted and made
 * again under the same name shares nothing with its predecessor. See docs/storage-format.md.
 */
export const LEDGERS_PARTITION = 'ledgers';
/** Sort keys with these prefixes are what the worker listens to. */
export const HEAD_SORT = 'head';
export const JOB_SORT_PREFIX = 'job#';

const SEQUENCE_DIGITS = 16;
/** Sequence numbers sort as text. */
export const sequenceText = (sequenceNo: number): string => String(sequenceNo).padStart(SEQUENCE_DIGITS, '0');

export const ledgerKey = (ledgerName: string): Key => ({ partition: LEDGERS_PARTITION, sort: ledgerName });
export const headKey = (strandId: string): Key => ({ partition: strandId, sort: HEAD_SORT });
export const catalogKey = (strandId: string): Key => ({ partition: strandId, sort: 'catalog' });
export const jobKey = (strandId: string, kind: string, id: string): Key => ({ partition: strandId, sort: `${JOB_SORT_PREFIX}${kind}#${id}` });

/** How far an index is built. No job's key, so that its changes wake nobody. */
export const indexPlaceKey = (strandId: string, indexId: string): Key => ({ partition: strandId, sort: `index-place#${indexId}` });
/** Moved on by each redaction of a table of which an index is being built. */
export const redactionMarkKey = (strandId: string): Key => ({ partition: strandId, sort: 'redaction-mark' });

/** What counts against a quota is added under these keys; see quota-guard.ts. */
export const LEDGER_QUOTA_KEY: Key = { partition: 'quota', sort: 'ledgers' };
export const jobQuotaKey = (strandId: string, kind: string): Key => ({ partition: strandId, sort: `quota#${kind}` });

export const tableTagsKey = (strandId: string, tableId: string): Key => ({ partition: strandId, sort: `tags#table#${tableId}` });
export const catalogTagsKey = (strandId: string): Key => ({ partition: strandId, sort: 'tags#catalog' });

export const GRANT_SORT_PREFIX = 'grant#';
export const grantKey = (strandId: string, grantId: string): Key => ({ partition: strandId, sort: `${GRANT_SORT_PREFIX}${grantId}` });

/** No grant's key: it outlives the grant. */
export const grantOrderKey = (strandId: string, grantId: string): Key => ({ partition: strandId, sort: `grant-order#${grantId}` });

/** Grants of control plane actions belong to the service: they are about names of ledgers, there or not. */
export const CONTROL_GRANTS_PARTITION = 'grants';
export const controlGrantKey = (grantId: string): Key => ({ partition: CONTROL_GRANTS_PARTITION, sort: grantId });
export const controlGrantOrderKey = (grantId: string): Key => ({ partition: 'grant-order', sort: grantId });
/** What the service knows of one caller of its control plane. */
export const principalPartition = (principal: string): string => `principal/${principal}`;
export const heldKey = (principal: string): Key => ({ partition: principalPartition(principal), sort: 'held' });
export const principalGrantKey = (principal: string, grantId: string): Key =>
  ({ partition: principalPartition(principal), sort: `${GRANT_SORT_PREFIX}${grantId}` });

export const blockPartition = (strandId: string): string => `${strandId}/block`;
export const blockKey = (strandId: string, sequenceNo: number, chunk: number): Key =>
  ({ partition: blockPartition(strandId), sort: `${sequenceText(sequenceNo)}#${String(chunk).padStart(2, '0')}` });

export const nodePartition = (strandId: string): string => `${strandId}/node`;
/** Of all nodes that became complete with a block. */
export const nodesKey = (strandId: string, sequenceNo: number): Key => ({ partition: nodePartition(strandId), sort: sequenceText(sequenceNo) });

export const documentPartition = (strandId: string, tableId: string): string => `${strandId}/table/${tableId}`;
export const documentKey = (strandId: string, tableId: string, documentId: string): Key =>
  ({ partition: documentPartition(strandId, tableId), sort: documentId });

export const historyPartition = (strandId: string, tableId: string): string => `${strandId}/history/${tableId}`;
export const historyKey = (strandId: string, tableId: string, documentId: string, version: number): Key =>
  ({ partition: historyPartition(strandId, tableId), sort: `${documentId}#${sequenceText(version)}` });

export const indexPartition = (strandId: string, indexId: string): string => `${strandId}/index/${indexId}`;
export const indexKey = (strandId: string, indexId: string, valueKey: string, documentId: string, since: number): Key =>
  ({ partition: indexPartition(strandId, indexId), sort: `${valueKey}#${documentId}#${sequenceText(since)}` });

export const exportObjectPartition = (strandId: string, exportId: string): string => `${strandId}/export/${exportId}`;
export const exportObjectKey = (strandId: string, exportId: string, firstSequenceNo: number): Key =>
  ({ partition: exportObjectPartition(strandId, exportId), sort: sequenceText(firstSequenceNo) });

/** The jobs that restored a ledger under that name, and those that failed to. */
export const restorePartition = (ledgerName: string): string => `restore/${ledgerName}`;
export const restorePlanPartition = (ledgerName: string, restoreId: string): string => `restore/${ledgerName}/${restoreId}`;
export const restorePlanKey = (ledgerName: string, restoreId: string, firstSequenceNo: number): Key =>
  ({ partition: restorePlanPartition(ledgerName, restoreId), sort: sequenceText(firstSequenceNo) });

export const sessionPartition = (token: string): string => `session/${token}`;

/** One item for each place that a session of the ledger can take. */
export const sessionPlacesPartition = (strandId: string): string => `${strandId}/session-place`;
export const sessionPlaceKey = (strandId: string, place: number): Key =>
  ({ partition: sessionPlacesPartition(strandId), sort: String(place).padStart(6, '0') });
