import type { Catalog } from '../../src/engine/catalog';
import type { BlockChanges } from '../../src/engine/read-set';
import { RecentChanges } from '../../src/engine/recent-changes';
import { beginTransaction, type Transaction } from '../../src/engine/transaction';
import { memoryStore } from '../../src/store';

const CATALOG: Catalog = { tables: [] };
const changesOf = (transactionId: string, documentId: string): BlockChanges => ({
  transactionId, documents: [{ tableId: 'table', documentId }], indexValues: [], definesTables: false, redactedRevisions: [],
});

function transactionThatRead(documentId: string): Transaction {
  const transaction = beginTransaction({
    transactionId: 'own', ledgerName: 'ledger', strandId: 'strand', startMillis: 0, snapshotSequenceNo: 9, restoreId: undefined, catalog: CATALOG, grants: undefined,
  });
  transaction.reads.documentIds.add(documentId);
  return transaction;
}

test('a transaction whose block is known to be durable is committed, also when that block is behind the range that is asked for', async () => {
  const recent = new RecentChanges(memoryStore(), 'strand');
  recent.remember(10, changesOf('another', 'other'));
  recent.remember(11, changesOf('own', 'document'));
  expect(await recent.validate(transactionThatRead('document'), 10, 10, CATALOG)).toEqual({ kind: 'committed', sequenceNo: 11 });
  expect(await recent.validate(transactionThatRead('document'), 10, 11, CATALOG)).toEqual({ kind: 'committed', sequenceNo: 11 });
});

test('a block of another transaction is in conflict with what was read of it', async () => {
  const recent = new RecentChanges(memoryStore(), 'strand');
  recent.remember(10, changesOf('another', 'document'));
  expect(await recent.validate(transactionThatRead('document'), 10, 10, CATALOG)).toEqual({ kind: 'conflict' });
  expect(await recent.validate(transactionThatRead('other'), 10, 10, CATALOG)).toEqual({ kind: 'valid' });
});
