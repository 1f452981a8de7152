import type { IonStruct } from '../ion';
import { startDigest, type Redaction } from '../journal';
import type { Catalog, Definition } from './catalog';
import { badRequest } from './ledger-error';
import type { LedgerGrant } from './ledger-grant';
import { TRANSACTION_BYTES_MAX } from './limits';
import { emptyReadSet, type ReadSet } from './read-set';

/**
 * A transaction between its start and its end: what it saw, what it wants to write, and the digest that the client computes too.
 * Plain data (Maps and Sets included), so that any instance of the service can run the next statement.
 */
export interface Transaction {
  readonly transactionId: string;
  readonly ledgerName: string;
  readonly strandId: string;
  readonly startMillis: number;
  /** The journal's tip when the transaction began: the state that it reads. */
  readonly snapshotSequenceNo: number;
  /** Of the restore that the journal came from by then. */
  readonly restoreId?: string;
  readonly reads: ReadSet;
  readonly writes: Map<string, PendingDocument>;
  readonly definitions: Definition[];
  readonly statements: ExecutedStatement[];
  /** Present if statements are checked: what everybody was granted when the transaction began. */
  readonly grants?: readonly LedgerGrant[];
  /** At most one; QLDB's limit. */
  redaction?: Redaction;
  /** The snapshot's catalog with the transaction's own definitions. */
  catalog: Catalog;
  commitDigest: Uint8Array;
  /** An estimate of the size of the block, kept to refuse what could not be committed. */
  bytes: number;
  /** Of all rows answered so far. */
  resultBytes: number;
}

export interface ExecutedStatement {
  readonly statement: string;
  readonly startTimeMillis: number;
  readonly statementDigest: Uint8Array;
}

/** The state in which the transaction will leave a document. */
export interface PendingDocument {
  readonly tableId: string;
  readonly tableName: string;
  readonly documentId: string;
  /** The version that the commit will write: 0 for a document made by this transaction. */
  readonly version: number;
  /** Absent once the document is deleted. */
  readonly data?: IonStruct;
  /** Statements of the transaction that changed the document. */
  readonly statementIndexes: readonly number[];
  readonly bytes: number;
}

export function beginTransaction(
  identity: Pick<Transaction, 'transactionId' | 'ledgerName' | 'strandId' | 'startMillis' | 'snapshotSequenceNo' | 'restoreId' | 'catalog' | 'grants'>,
): Transaction {
  return {
    reads: emptyReadSet(),
    writes: new Map(),
    definitions: [],
    statements: [],
    commitDigest: startDigest(identity.transactionId),
    bytes: 0,
    resultBytes: 0,
    ...identity,
  };
}

/** @throws LedgerError BadRequestException if the block would become too large */
export function addBytes(transaction: Transaction, bytes: number): void {
  transaction.bytes += bytes;
  if (transaction.bytes > TRANSACTION_BYTES_MAX) {
    throw badRequest(`The transaction exceeds the limit of ${TRANSACTION_BYTES_MAX} bytes. Commit, and go on in another one.`);
  }
}

export const isReadOnly = ({ writes, definitions, redaction }: Transaction): boolean =>
  writes.size === 0 && definitions.length === 0 && redaction === undefined;

/** Everything that a failing statement must leave as it was. Reads stay: what was seen was seen. */
export function savepoint(transaction: Transaction): () => void {
  const writes = new Map(transaction.writes);
  const { catalog, bytes, redaction } = transaction;
  const definitionCount = transaction.definitions.length;
  const statementCount = transaction.statements.length;
  return () => {
    transaction.writes.clear();
    for (const [id, document] of writes) transaction.writes.set(id, document);
    transaction.definitions.length = definitionCount;
    transaction.statements.length = statementCount;
    transaction.catalog = catalog;
    transaction.redaction = redaction;
    transaction.bytes = bytes;
  };
}
