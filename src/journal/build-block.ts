import { hashFields, structOfFields, type Fields, type IonStruct } from '../ion';
import type { Block, BlockAddress, Revision } from './block';
import { hashOfBlock, revisionHash, revisionsRoot } from './block-hash';
import { tellBlockAddress } from './block-ion';
import { merkleRoot } from './merkle';
import { PlainMetadata } from './revision-metadata';

/** Everything that a transaction is about to commit. Times are milliseconds since the epoch. */
export interface BlockContent {
  readonly strandId: string;
  readonly sequenceNo: number;
  /** `blockHash` of the block before, or `GENESIS_PREVIOUS_HASH`. */
  readonly previousBlockHash: Uint8Array;
  readonly transactionId: string;
  readonly blockTimestampMillis: number;
  /** Goes into every revision; not later than the block's own time. */
  readonly txTimeMillis: number;
  /** All statements of the transaction in order, those that changed nothing included. */
  readonly statements: readonly ExecutedStatement[];
  /** One entry for each document that the transaction changed, however often it did. */
  readonly documents: readonly ChangedDocument[];
  readonly redactions?: readonly Redaction[];
}

export interface ExecutedStatement {
  /** As sent, placeholders included. */
  readonly statement: string;
  readonly startTimeMillis: number;
  readonly statementDigest: Uint8Array;
}

export interface ChangedDocument {
  readonly documentId: string;
  readonly tableName: string;
  readonly tableId: string;
  /** Positions among the transaction's statements of those that changed the document. */
  readonly statementIndexes: readonly number[];
  readonly version: number;
  /** Absent when the document is deleted. */
  readonly data?: IonStruct;
  /** The Ion hash of `data` where it is known. @default - computed */
  readonly dataHash?: Uint8Array;
}

/** A revision whose data the transaction orders removed. */
export interface Redaction {
  readonly blockAddress: BlockAddress;
  readonly tableId: string;
  readonly documentId: string;
  readonly version: number;
}

/** The block of a transaction with every hash computed. Its entries are transactionInfo, then revisions and redactionInfo where there are any. */
export function buildBlock(content: BlockContent): Block {
  const blockAddress = { strandId: content.strandId, sequenceNo: content.sequenceNo };
  const transactionInfo = transactionInfoOf(content);
  const redactionInfo = content.redactions?.length ? redactionInfoOf(content.redactions) : undefined;
  const revisions = content.documents.map((document) => buildRevision(document, blockAddress, content));
  const entriesHashList = [
    hashFields(transactionInfo),
    ...(revisions.length > 0 ? [revisionsRoot(revisions)] : []),
    ...(redactionInfo !== undefined ? [hashFields(redactionInfo)] : []),
  ];
  const entriesHash = merkleRoot(entriesHashList);
  const { previousBlockHash } = content;
  return {
    blockAddress,
    transactionId: content.transactionId,
    blockTimestampMillis: content.blockTimestampMillis,
    blockHash: hashOfBlock({ entriesHash, previousBlockHash }),
    entriesHash,
    previousBlockHash,
    entriesHashList,
    transactionInfo: structOfFields(transactionInfo),
    ...(redactionInfo !== undefined && { redactionInfo: structOfFields(redactionInfo) }),
    ...(revisions.length > 0 && { revisions }),
  };
}

/** Longer statements are hardly parameterized. */
const REPEATED_TEXT_MAX = 1_000;

const transactionInfoOf = ({ statements, documents }: BlockContent): Fields => (sink) => {
  sink.beginStruct();
  sink.beginList('statements');
  for (const { statement, startTimeMillis, statementDigest } of statements) {
    sink.beginStruct();
    if (statement.length <= REPEATED_TEXT_MAX) sink.repeated(statement, 'statement');
    else sink.string(statement, 'statement');
    sink.millis(startTimeMillis, 'startTime');
    sink.blob(statementDigest, 'statementDigest');
    sink.endStruct();
  }
  sink.endList();
  sink.beginStruct('documents');
  for (const { documentId, tableName, tableId, statementIndexes } of documents) {
    sink.beginStruct(documentId);
    sink.repeated(tableName, 'tableName');
    sink.repeated(tableId, 'tableId');
    sink.beginList('statements');
    for (const index of statementIndexes) sink.int(index);
    sink.endList();
    sink.endStruct();
  }
  sink.endStruct();
  sink.endStruct();
};

const redactionInfoOf = (redactions: readonly Redaction[]): Fields => (sink) => {
  sink.beginStruct();
  sink.beginList('revisions');
  for (const { blockAddress, tableId, documentId, version } of redactions) {
    sink.beginStruct();
    tellBlockAddress(sink, blockAddress);
    sink.string(tableId, 'tableId');
    sink.string(documentId, 'documentId');
    sink.int(version, 'version');
    sink.endStruct();
  }
  sink.endList();
  sink.endStruct();
};

function buildRevision(document: ChangedDocument, blockAddress: BlockAddress, { txTimeMillis, transactionId }: BlockContent): Revision {
  const { documentId, version, data, dataHash } = document;
  const metadata = new PlainMetadata(documentId, version, txTimeMillis, transactionId);
  return { kind: 'document', blockAddress, hash: revisionHash(dataHash ? { metadata, dataHash } : { metadata, data }), ...(data !== undefined && { data }), metadata };
}
