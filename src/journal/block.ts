import type { IonStruct } from '../ion';

/** Where a block stands: in which strand (a ledger has one), and as which of its blocks, from 0. */
export interface BlockAddress {
  readonly strandId: string;
  readonly sequenceNo: number;
}

/**
 * What one transaction committed. The parts that are hashed as Ion stay Ion, so that a block written by anyone hashes as it was written.
 * See docs/journal-format.md for the meaning of every field.
 */
export interface Block {
  readonly blockAddress: BlockAddress;
  readonly transactionId: string;
  /** Milliseconds since the epoch. No hash covers it. */
  readonly blockTimestampMillis: number;
  readonly blockHash: Uint8Array;
  readonly entriesHash: Uint8Array;
  readonly previousBlockHash: Uint8Array;
  readonly entriesHashList: readonly Uint8Array[];
  readonly transactionInfo?: IonStruct;
  readonly redactionInfo?: IonStruct;
  readonly revisions?: readonly BlockRevision[];
}

/** What is left of a block once it was judged by itself. */
export interface BlockOutline {
  readonly blockAddress: BlockAddress;
  readonly blockHash: Uint8Array;
  readonly previousBlockHash: Uint8Array;
  readonly revisionCount: number;
  /** Revisions that the block lists by their hash alone. */
  readonly hashOnlyRevisionCount: number;
}

/** An element of a block's `revisions`: QLDB lists those of its own bookkeeping by their hash alone. */
export type BlockRevision = Revision | InternalRevision;

export interface InternalRevision {
  readonly kind: 'internal';
  readonly hash: Uint8Array;
}

/** One version of a document. Deleting it leaves neither `data` nor `dataHash`; redacting it leaves `dataHash` in the place of `data`. */
export interface Revision {
  readonly kind: 'document';
  readonly blockAddress: BlockAddress;
  readonly hash: Uint8Array;
  readonly data?: IonStruct;
  readonly dataHash?: Uint8Array;
  readonly metadata: RevisionMetadata;
}

export interface RevisionMetadata {
  /** The document's id. */
  readonly id: string;
  /** From 0. */
  readonly version: number;
  /** Milliseconds since the epoch; one moment for all revisions of a transaction. */
  readonly txTimeMillis: number;
  readonly txId: string;
  /** The same as it was hashed. */
  readonly ion: IonStruct;
}
