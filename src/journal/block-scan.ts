import { countAt, FieldCursor, isKind, StructShape, TYPE_CODE, type EncodedStruct, type HashBatch } from '../ion';

/** A revision of a block. All numbers are addresses in the memory of the batch. */
export interface ScannedRevision {
  readonly hash: number;
  /** Where the hashes of its metadata and data will be once the batch was run. Without the first, the block lists the revision by its hash alone. */
  readonly metadataHash?: number;
  readonly dataHash?: number;
}

/** Where the parts of a block lie. All numbers but the one in its name are addresses in the memory of the batch. */
export interface ScannedBlock {
  readonly strandIdStart: number;
  readonly strandIdEnd: number;
  readonly sequenceNo: number;
  readonly blockHash: number;
  readonly entriesHash: number;
  readonly previousBlockHash: number;
  readonly entries: readonly number[];
  /** Where its hash will be once the batch was run. */
  readonly transactionInfoHash: number;
  readonly revisions: readonly ScannedRevision[];
}

const REVISION_DEPTH = 2;

/**
 * Finds the parts of a block in its binary Ion, without making values of them, and lets a batch hash what is hashed as Ion. Understands only blocks
 * that `blockFromIon` surely reads and in which no part is missing, in the form in which nearly all of them are.
 */
export class BlockScanner {
  /** Whether the last block that was not understood might be by a batch that has more room. */
  lackedRoom = false;
  private readonly cursor: FieldCursor;
  private readonly block = new StructShape({
    required: {
      blockAddress: 'struct',
      transactionId: 'ascii',
      blockTimestamp: 'time',
      blockHash: 'digest',
      entriesHash: 'digest',
      previousBlockHash: 'digest',
      entriesHashList: 'list',
      transactionInfo: 'struct',
    },
    optional: { revisions: 'list' },
  });
  private readonly address = new StructShape({ required: { strandId: 'ascii', sequenceNo: 'count' } });
  /** Its other fields are covered by its hash. */
  private readonly transactionInfo = new StructShape({ required: { statements: 'list', documents: 'struct' }, others: 'passed' });
  private readonly revision = new StructShape({
    required: { hash: 'digest' },
    optional: { blockAddress: 'struct', metadata: 'struct', data: 'struct', dataHash: 'digest' },
  });
  private readonly metadata = new StructShape({ required: { id: 'string', version: 'count', txTime: 'time', txId: 'string' } });
  private readonly shapes = [this.block, this.address, this.transactionInfo, this.revision, this.metadata];

  constructor(private readonly batch: HashBatch) {
    this.cursor = new FieldCursor(batch.bytes);
  }

  /** @throws InvalidIon for some of what is malformed */
  scan(struct: EncodedStruct): ScannedBlock | undefined {
    const start = this.batch.place(struct);
    this.lackedRoom = start === undefined;
    if (start === undefined) return undefined;
    for (const shape of this.shapes) shape.useSymbols(struct.symbols, struct.symbolCount);
    return this.scanBlock(start, start + struct.end - struct.bodyStart);
  }

  private scanBlock(blockStart: number, blockEnd: number): ScannedBlock | undefined {
    const { block: { position, starts, ends }, block, address, cursor } = this;
    if (!block.read(cursor, blockStart, blockEnd)) return undefined;
    if (!address.read(cursor, starts[position.blockAddress]!, ends[position.blockAddress]!)) return undefined;
    const sequenceNo = countAt(cursor.bytes, address.starts[address.position.sequenceNo]!, address.ends[address.position.sequenceNo]!);
    const entries = this.entries();
    const revisions = this.revisions();
    // Block 0 has an entry of its own.
    if (sequenceNo === 0 || entries === undefined || revisions === undefined) return undefined;
    const transactionInfoHash = this.transactionInfoHash(revisions);
    if (transactionInfoHash === undefined) return undefined;
    return {
      strandIdStart: address.starts[address.position.strandId]!,
      strandIdEnd: address.ends[address.position.strandId]!,
      sequenceNo,
      blockHash: starts[position.blockHash]!,
      entriesHash: starts[position.entriesHash]!,
      previousBlockHash: starts[position.previousBlockHash]!,
      entries,
      transactionInfoHash,
      revisions,
    };
  }

  private entries(): number[] | undefined {
    const { block: { position, starts, ends }, cursor } = this;
    const end = ends[position.entriesHashList]!;
    const entries: number[] = [];
    for (cursor.at = starts[position.entriesHashList]!; cursor.at < end;) {
      if (!cursor.item(end) || !isKind(cursor, 'digest')) return undefined;
      entries.push(cursor.start);
    }
    return entries;
  }

  private transactionInfoHash(revisions: readonly ScannedRevision[]): number | undefined {
    const { block: { position, starts, ends }, transactionInfo } = this;
    const start = starts[position.transactionInfo]!;
    const end = ends[position.transactionInfo]!;
    if (!transactionInfo.read(this.cursor, start, end)) return undefined;
    const changesDocuments = transactionInfo.lengthOf(transactionInfo.position.documents) > 0;
    if (changesDocuments && revisions.every(({ metadataHash }) => metadataHash === undefined)) return undefined;
    return this.hash(start, end, 1);
  }

  private revisions(): ScannedRevision[] | undefined {
    const { block: { position, starts, ends }, block, cursor } = this;
    const revisions: ScannedRevision[] = [];
    if (!block.has(position.revisions)) return revisions;
    const end = ends[position.revisions]!;
    for (let at = starts[position.revisions]!; at < end;) {
      cursor.at = at;
      if (!cursor.item(end) || cursor.typeCode !== TYPE_CODE.struct) return undefined;
      at = cursor.at;
      const revision = this.scanRevision(cursor.start, cursor.end);
      if (revision === undefined) return undefined;
      revisions.push(revision);
    }
    return revisions;
  }

  private scanRevision(revisionStart: number, revisionEnd: number): ScannedRevision | undefined {
    const { block, revision: { position, starts, ends }, revision, metadata, cursor } = this;
    if (!revision.read(cursor, revisionStart, revisionEnd)) return undefined;
    const hash = starts[position.hash]!;
    const hasData = revision.has(position.data);
    const hasDataHash = revision.has(position.dataHash);
    if (!revision.has(position.metadata)) return hasData || hasDataHash || revision.has(position.blockAddress) ? undefined : { hash };
    if (!revision.has(position.blockAddress) || (hasData && hasDataHash)) return undefined;
    if (!metadata.read(cursor, starts[position.metadata]!, ends[position.metadata]!)) return undefined;
    // The same bytes say the same under the same symbols; what says the same in other bytes is rare.
    const isOfThisBlock = this.isSame(block, block.position.blockAddress, revision, position.blockAddress)
      && this.isSame(block, block.position.transactionId, metadata, metadata.position.txId);
    if (!isOfThisBlock) return undefined;
    const metadataHash = this.hash(starts[position.metadata]!, ends[position.metadata]!, REVISION_DEPTH + 1);
    if (metadataHash === undefined) return undefined;
    if (!hasData) return { hash, metadataHash, dataHash: hasDataHash ? starts[position.dataHash]! : undefined };
    const dataHash = this.hash(starts[position.data]!, ends[position.data]!, REVISION_DEPTH + 1);
    return dataHash === undefined ? undefined : { hash, metadataHash, dataHash };
  }

  private isSame(one: StructShape<string, string>, onePosition: number, other: StructShape<string, string>, otherPosition: number): boolean {
    const { bytes } = this.cursor;
    const length = one.lengthOf(onePosition);
    const oneStart = one.starts[onePosition]!;
    const otherStart = other.starts[otherPosition]!;
    if (other.lengthOf(otherPosition) !== length) return false;
    for (let index = 0; index < length; index++) if (bytes[oneStart + index] !== bytes[otherStart + index]) return false;
    return true;
  }

  private hash(start: number, end: number, depth: number): number | undefined {
    const slot = this.batch.addPart(TYPE_CODE.struct, start, end, depth);
    this.lackedRoom = slot === undefined;
    return slot;
  }
}
