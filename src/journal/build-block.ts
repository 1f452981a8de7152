import {
  hashIon, ionBlob, ionInt, ionList, ionString, IonStruct, ionStruct, ionTimestampFromMillis,
} from '../ion';
import type { Block, BlockAddress, Revision, RevisionMetadata } from './block';
import { hashOfBlock, revisionHash, revisionsRoot } from './block-hash';
import { blockAddressToIon } from './block-ion';
import { merkleRoot } from './merkle';

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
  const transactionInfo = buildTransactionInfo(content);
  const redactionInfo = content.redactions?.length ? buildRedactionInfo(content.redactions) : undefined;
  const revisions = content.documents.map((document) => buildRevision(document, blockAddress, content));
  const entriesHashList = [
    hashIon(transactionInfo),
    ...(revisions.length > 0 ? [revisionsRoot(revisions)] : []),
    ...(redactionInfo !== undefined ? [hashIon(redactionInfo)] : []),
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
    transactionInfo,
    ...(redactionInfo !== undefined && { redactionInfo }),
    ...(revisions.length > 0 && { revisions }),
  };
}

function buildTransactionInfo({ statements, documents }: BlockContent): IonStruct {
  return ionStruct({
    statements: ionList(statements.map(({ statement, startTimeMillis, statementDigest }) => ionStruct({
      statement: ionString(statement),
      startTime: ionTimestampFromMillis(startTimeMillis),
      statementDigest: ionBlob(statementDigest),
    }))),
    documents: {
      kind: 'struct',
      fields: documents.map(({ documentId, tableName, tableId, statementIndexes }) => [documentId, ionStruct({
        tableName: ionString(tableName),
        tableId: ionString(tableId),
        statements: ionList(statementIndexes.map(ionInt)),
      })]),
    },
  });
}

function buildRedactionInfo(redactions: readonly Redaction[]): IonStruct {
  return ionStruct({
    revisions: ionList(redactions.map(({ blockAddress, tableId, documentId, version }) => ionStruct({
      blockAddress: blockAddressToIon(blockAddress),
      tableId: ionString(tableId),
      documentId: ionString(documentId),
      version: ionInt(version),
    }))),
  });
}

function buildRevision(document: ChangedDocument, blockAddress: BlockAddress, { txTimeMillis, transactionId }: BlockContent): Revision {
  const { documentId, version, data, dataHash } = document;
  const metadata: RevisionMetadata = {
    id: documentId,
    version,
    txTimeMillis,
    txId: transactionId,
    ion: ionStruct({
      id: ionString(documentId),
      version: ionInt(version),
      txTime: ionTimestampFromMillis(txTimeMillis),
      txId: ionString(transactionId),
    }),
  };
  return { kind: 'document', blockAddress, hash: revisionHash(dataHash ? { metadata, dataHash } : { metadata, data }), ...(data !== undefined && { data }), metadata };
}
