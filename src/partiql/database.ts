import type { IonStruct, IonValue } from '../ion/value';

/**
 * What a statement runs against. The engine implements it over a transaction's snapshot and its own writes;
 * the evaluator knows nothing else of ledgers, stores or sessions.
 */
export interface Database {
  /** Of the transaction under way: what `TXID()` answers. */
  readonly transactionId: string;
  /** Milliseconds since the epoch: what `UTCNOW()` answers. One value per statement. */
  readonly nowMillis: number;

  /** All tables, dropped ones included, in order of their creation. */
  tables(): readonly TableDefinition[];
  /** Newest revisions that are not deleted. Access paths other than `scan` may yield a superset; the evaluator checks every predicate itself. */
  documents(table: TableDefinition, access: Access): AsyncIterable<DocumentRevision>;
  /** Every revision, deleted ones included; restricted to some documents when `documentIds` is given, and to those active within the window. */
  history(table: TableDefinition, window: HistoryWindow): AsyncIterable<DocumentRevision>;

  /** Refuses a statement once it is known to change more documents than can be written. Absent where any number can. */
  refuseSoManyChanges?(documentCount: number): void;
  /** Answers the id of the new document. */
  insert(table: TableDefinition, data: IonStruct): Promise<string>;
  update(table: TableDefinition, documentId: string, data: IonStruct): Promise<void>;
  remove(table: TableDefinition, documentId: string): Promise<void>;

  /** Answers the id of the new table. */
  createTable(name: string, tags: Readonly<Record<string, string>>): Promise<string>;
  dropTable(table: TableDefinition): Promise<void>;
  undropTable(table: TableDefinition): Promise<void>;
  createIndex(table: TableDefinition, field: string): Promise<void>;
  dropIndex(table: TableDefinition, indexId: string): Promise<void>;

  /** Answers the version of the revision that is to be redacted. Absent where nothing can be redacted. */
  redactRevision?(revision: RevisionAddress): Promise<number>;
}

/** Which revision: that of the document in the block. */
export interface RevisionAddress {
  readonly strandId: string;
  readonly sequenceNo: bigint;
  readonly tableId: string;
  readonly documentId: string;
}

export interface TableDefinition {
  readonly tableId: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly indexes: readonly IndexDefinition[];
}

export interface IndexDefinition {
  readonly indexId: string;
  /** The indexed top-level field. */
  readonly field: string;
  readonly status: 'BUILDING' | 'FINALIZING' | 'ONLINE' | 'FAILED' | 'DELETING';
  readonly message?: string;
}

/** How the rows of a table are reached. Values are compared as PartiQL's `=` does. */
export type Access =
  | { readonly kind: 'scan' }
  | { readonly kind: 'index'; readonly field: string; readonly values: readonly IonValue[] }
  | { readonly kind: 'documentId'; readonly documentIds: readonly string[] };

export interface HistoryWindow {
  readonly documentIds?: readonly string[];
  /** Both inclusive, milliseconds since the epoch; a revision counts if it was the newest one at some moment between them. */
  readonly fromMillis?: number;
  readonly toMillis?: number;
}

export interface DocumentRevision {
  readonly documentId: string;
  /** Absent in the last revision of a deleted document and in a redacted one. */
  readonly data?: IonStruct;
  /** The revision as `_ql_committed_` and `history()` show it: `{blockAddress, hash, data, metadata}`. */
  committed(): IonStruct;
}
