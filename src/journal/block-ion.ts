import {
  encodeFields, ionInt, ionString, ionStruct, millisFromIonTimestamp, structOfFields, type FieldSink, type IonBlob, type IonStruct, type IonValue,
} from '../ion';
import type { Block, BlockAddress, BlockRevision, Revision, RevisionMetadata } from './block';
import { HASH_LENGTH } from './dot';
import { PlainMetadata } from './revision-metadata';

/** Thrown for Ion that is not a block or a revision; `field` is the path of the part that is missing, wrong or unknown. */
export class InvalidBlock extends Error {
  constructor(readonly field: string, problem: string) {
    super(`${field} ${problem}`);
    this.name = 'InvalidBlock';
  }
}

/** Which fields a struct may have. */
interface Shape {
  readonly positions: ReadonlyMap<string, number>;
  readonly othersAllowed: boolean;
}

const shapeOf = (names: readonly string[], othersAllowed = false): Shape => {
  return { positions: new Map(names.map((name, position) => [name, position])), othersAllowed };
};
const BLOCK_SHAPE = shapeOf([
  'blockAddress', 'transactionId', 'blockTimestamp', 'blockHash', 'entriesHash', 'previousBlockHash', 'entriesHashList',
  'transactionInfo', 'redactionInfo', 'revisions',
]);
const REVISION_SHAPE = shapeOf(['blockAddress', 'hash', 'data', 'dataHash', 'metadata']);
const ADDRESS_SHAPE = shapeOf(['strandId', 'sequenceNo']);
/** Other fields are covered by the revision's hash. */
const METADATA_SHAPE = shapeOf(['id', 'version', 'txTime', 'txId'], true);

/** The block as the service prints it, fields in its order. */
export const blockToIon = (block: Block): IonStruct => structOfFields(sink => tellBlock(sink, block));

/** The same as a binary Ion document. Its symbols are those of its first document, and then all others: documents made of the same fields are copied from their bytes. */
export function encodeBlock(block: Block): Uint8Array {
  const first = block.revisions?.find((revision): revision is Revision => revision.kind === 'document' && revision.data !== undefined);
  return encodeFields(sink => tellBlock(sink, block), first?.data);
}

function tellBlock(sink: FieldSink, block: Block): void {
  sink.beginStruct();
  tellBlockAddress(sink, block.blockAddress);
  sink.string(block.transactionId, 'transactionId');
  sink.millis(block.blockTimestampMillis, 'blockTimestamp');
  sink.blob(block.blockHash, 'blockHash');
  sink.blob(block.entriesHash, 'entriesHash');
  sink.blob(block.previousBlockHash, 'previousBlockHash');
  sink.beginList('entriesHashList');
  for (const entry of block.entriesHashList) sink.blob(entry);
  sink.endList();
  if (block.transactionInfo) sink.value(block.transactionInfo, 'transactionInfo');
  if (block.redactionInfo) sink.value(block.redactionInfo, 'redactionInfo');
  if (block.revisions) {
    sink.beginList('revisions');
    for (const revision of block.revisions) tellRevision(sink, revision);
    sink.endList();
  }
  sink.endStruct();
}

/** The revision as `_ql_committed_` views, `history()`, exports and streams show it. */
export const revisionToIon = (revision: BlockRevision): IonStruct => structOfFields(sink => tellRevision(sink, revision));

function tellRevision(sink: FieldSink, revision: BlockRevision): void {
  sink.beginStruct();
  if (revision.kind === 'internal') {
    sink.blob(revision.hash, 'hash');
  } else {
    tellBlockAddress(sink, revision.blockAddress);
    sink.blob(revision.hash, 'hash');
    if (revision.data) sink.value(revision.data, 'data');
    if (revision.dataHash) sink.blob(revision.dataHash, 'dataHash');
    if (revision.metadata instanceof PlainMetadata) revision.metadata.tell(sink, 'metadata');
    else sink.value(revision.metadata.ion, 'metadata');
  }
  sink.endStruct();
}

/** `{strandId, sequenceNo}`, as the field `blockAddress`. */
export function tellBlockAddress(sink: FieldSink, { strandId, sequenceNo }: BlockAddress): void {
  sink.beginStruct('blockAddress');
  sink.string(strandId, 'strandId');
  sink.int(sequenceNo, 'sequenceNo');
  sink.endStruct();
}

/** `{strandId, sequenceNo}`. */
export function blockAddressToIon({ strandId, sequenceNo }: BlockAddress): IonStruct {
  return ionStruct({ strandId: ionString(strandId), sequenceNo: ionInt(sequenceNo) });
}

/** @throws InvalidBlock for missing, mistyped, repeated and unknown fields: what no hash would cover must not hide in a block. */
export function blockFromIon(value: IonValue): Block {
  const members = new Members(value, 'block', BLOCK_SHAPE);
  const transactionInfo = members.optionalStruct('transactionInfo');
  const redactionInfo = members.optionalStruct('redactionInfo');
  const revisions = members.optionalItems('revisions');
  return {
    blockAddress: blockAddressFromIon(members.required('blockAddress'), 'block.blockAddress'),
    transactionId: members.text('transactionId'),
    blockTimestampMillis: members.millis('blockTimestamp'),
    blockHash: members.hash('blockHash'),
    entriesHash: members.hash('entriesHash'),
    previousBlockHash: members.hash('previousBlockHash'),
    entriesHashList: members.items('entriesHashList').map(entryFromIon),
    ...(transactionInfo !== undefined && { transactionInfo }),
    ...(redactionInfo !== undefined && { redactionInfo }),
    ...(revisions !== undefined && { revisions: revisions.map(blockRevisionFromIon) }),
  };
}

/** @throws InvalidBlock, naming fields by paths that start with `path`. */
export function revisionFromIon(value: IonValue, path = 'revision'): Revision {
  const members = new Members(value, path, REVISION_SHAPE);
  const data = members.optionalStruct('data');
  const dataHash = members.optionalHash('dataHash');
  if (data !== undefined && dataHash !== undefined) throw new InvalidBlock(`${path}.dataHash`, 'stands beside data, but may only replace it');
  return {
    kind: 'document',
    blockAddress: blockAddressFromIon(members.required('blockAddress'), `${path}.blockAddress`),
    hash: members.hash('hash'),
    ...(data !== undefined && { data }),
    ...(dataHash !== undefined && { dataHash }),
    metadata: metadataFromIon(members.required('metadata'), `${path}.metadata`),
  };
}

/** @throws InvalidBlock, naming fields by paths that start with `path`. */
export function blockAddressFromIon(value: IonValue, path = 'blockAddress'): BlockAddress {
  const members = new Members(value, path, ADDRESS_SHAPE);
  return { strandId: members.text('strandId'), sequenceNo: members.count('sequenceNo') };
}

const entryFromIon = (value: IonValue, index: number): Uint8Array => isHash(value) ? value.value : hashFromIon(value, `block.entriesHashList[${index}]`);

function blockRevisionFromIon(value: IonValue, index: number): BlockRevision {
  const path = `block.revisions[${index}]`;
  const hashAlone = value.kind === 'struct' && value.fields.length === 1 && value.fields[0]![0] === 'hash';
  return hashAlone ? { kind: 'internal', hash: hashFromIon(value.fields[0]![1], `${path}.hash`) } : revisionFromIon(value, path);
}

function metadataFromIon(value: IonValue, path: string): RevisionMetadata {
  const members = new Members(value, path, METADATA_SHAPE);
  return {
    id: members.text('id'),
    version: members.count('version'),
    txTimeMillis: members.millis('txTime'),
    txId: members.text('txId'),
    ion: members.struct,
  };
}

function hashFromIon(value: IonValue, path: string): Uint8Array {
  if (!isHash(value)) throw new InvalidBlock(path, NO_HASH);
  return value.value;
}

const isHash = (value: IonValue): value is IonBlob => value.kind === 'blob' && value.value.length === HASH_LENGTH;
const NO_HASH = `must be a blob of ${HASH_LENGTH} bytes`;

/** The fields of a struct with the types a block demands of them. */
class Members {
  readonly struct: IonStruct;
  private readonly known: (IonValue | undefined)[] = [];
  private others?: Set<string>;

  constructor(value: IonValue, private readonly path: string, private readonly shape: Shape) {
    if (value.kind !== 'struct') throw new InvalidBlock(path, `must be a struct, not ${value.kind}`);
    this.struct = value;
    for (const [name, field] of value.fields) {
      const position = shape.positions.get(name);
      if (position === undefined) this.addOther(name);
      else if (this.known[position] !== undefined) this.fail(name, 'is there twice');
      else this.known[position] = field;
    }
  }

  optional(name: string): IonValue | undefined {
    return this.known[this.shape.positions.get(name)!];
  }

  required(name: string): IonValue {
    return this.optional(name) ?? this.fail(name, 'is missing');
  }

  text(name: string): string {
    const value = this.required(name);
    return value.kind === 'string' ? value.value : this.fail(name, `must be a string, not ${value.kind}`);
  }

  count(name: string): number {
    const value = this.required(name);
    const number = value.kind === 'int' ? Number(value.value) : -1;
    return number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : this.fail(name, 'must be an int from 0 up');
  }

  millis(name: string): number {
    const value = this.required(name);
    return value.kind === 'timestamp' ? millisFromIonTimestamp(value) : this.fail(name, `must be a timestamp, not ${value.kind}`);
  }

  hash(name: string): Uint8Array {
    const value = this.required(name);
    return isHash(value) ? value.value : this.fail(name, NO_HASH);
  }

  items(name: string): readonly IonValue[] {
    const value = this.required(name);
    return value.kind === 'list' ? value.items : this.fail(name, `must be a list, not ${value.kind}`);
  }

  optionalHash(name: string): Uint8Array | undefined {
    return this.optional(name) && this.hash(name);
  }

  optionalItems(name: string): readonly IonValue[] | undefined {
    return this.optional(name) && this.items(name);
  }

  optionalStruct(name: string): IonStruct | undefined {
    const value = this.optional(name);
    if (value === undefined || value.kind === 'struct') return value;
    return this.fail(name, `must be a struct, not ${value.kind}`);
  }

  private addOther(name: string): void {
    if (!this.shape.othersAllowed) this.fail(name, 'is no field of the journal format');
    this.others ??= new Set();
    if (this.others.has(name)) this.fail(name, 'is there twice');
    this.others.add(name);
  }

  private fail(name: string, problem: string): never {
    throw new InvalidBlock(`${this.path}.${name}`, problem);
  }
}
