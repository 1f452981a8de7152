/** QLDB's quotas and lifetimes. Those that are ours to raise are defaults of the service's settings; the rest are the protocol. */

/** Quotas that AWS raised on request; here they are settings. */
export interface Quotas {
  readonly activeLedgers: number;
  readonly runningExportsPerLedger: number;
  readonly activeStreamsPerLedger: number;
  readonly sessionsPerLedger: number;
}

/** QLDB's own. */
export const DEFAULT_QUOTAS: Quotas = { activeLedgers: 5, runningExportsPerLedger: 2, activeStreamsPerLedger: 5, sessionsPerLedger: 3_000 };

export const ACTIVE_TABLES_MAX = 20;
export const TABLES_MAX = 40;
export const INDEXES_PER_TABLE_MAX = 5;
/** An index over more documents than that is built by the worker, and one with more entries removed by it; fewer go with the commit. */
export const INDEX_AT_ONCE_MAX = 1_000;
/** What the worker looks at in one step of building an index: whichever comes first. It bounds the time and memory of a step. */
export const INDEX_STEP_DOCUMENTS_MAX = 1_000;
export const INDEX_STEP_BYTES_MAX = 4_000_000;

export const DOCUMENTS_PER_TRANSACTION_MAX = 40;
export const DOCUMENT_BYTES_MAX = 128 * 1024;
/** Readers of blocks, history and records of streams accept 256 levels, of which those around the document are some. */
export const DOCUMENT_NESTING_MAX = 200;
/** QLDB allows 4 MB; a block, its head and its Merkle nodes must fit in one DynamoDB write of 4 MB, hence the margin. */
export const TRANSACTION_BYTES_MAX = 3_900_000;
/** What a statement takes in a block besides its text: digest, time, field names. */
export const STATEMENT_OVERHEAD_BYTES = 200;
export const STATEMENTS_PER_TRANSACTION_MAX = 10_000;

export const TRANSACTION_LIFETIME_MILLIS = 30_000;
/** QLDB drops a session 13 to 17 minutes after its creation. */
export const SESSION_LIFETIME_MILLIS = 15 * 60_000;
/** How long an expired session is still answered with `has expired` before it is forgotten. */
export const EXPIRED_SESSION_MEMORY_MILLIS = 5 * 60_000;

export const PAGE_VALUES_MAX = 200;
/** A Lambda answers at most 6 MB; values travel as base64. */
export const PAGE_BYTES_MAX = 3_000_000;
/** All rows that one transaction may be answered: they are kept, a page each, until they are fetched or the transaction ends. */
export const RESULT_BYTES_MAX = 64_000_000;
/** Pages of all sessions of one process that keeps them in memory. */
export const PROCESS_PAGE_BYTES_MAX = 512_000_000;
/** After so many documents a statement lets others have the process for a moment. */
export const DOCUMENTS_AT_A_STRETCH = 256;

/** Finished exports and streams stay visible for seven days. */
export const FINISHED_JOB_RETENTION_MILLIS = 7 * 24 * 3_600_000;
export const TAGS_PER_RESOURCE_MAX = 50;

/** Where an export cuts its objects: whichever comes first, counted as the store keeps blocks. It bounds the time and memory of a step. */
export const EXPORT_OBJECT_BLOCKS_MAX = 1_000;
export const EXPORT_OBJECT_BYTES_MAX = 8_000_000;
/** How long the names of exported objects are kept for the final manifest; no export runs that long. */
export const EXPORT_OBJECT_RECORD_RETENTION_MILLIS = 90 * 24 * 3_600_000;

/** Attempts at moving the journal's tip past concurrent writers before the commit is given up as a conflict. */
export const COMMIT_ATTEMPTS_MAX = 20;
/** And how long that may take: a request that is answered late is better than one that is cut off. */
export const COMMIT_MILLIS_MAX = 15_000;
