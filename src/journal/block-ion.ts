import {
  ionBlob, ionInt, ionList, ionString, IonStruct, ionStruct, ionTimestampFromMillis, IonValue, millisFromIonTimestamp,
} from '../ion';
import type { Block, BlockAddress, BlockRevision, Revision, RevisionMetadata } from './block';
import { HASH_LENGTH } from './dot';

/** Thrown for Ion that is not a block or a revision; `field` is the path of the part that is missing, wrong or unknown. */
export class InvalidBlock extends Error {
  constructor(readonly field: string, problem: string) {
    super(`${field} ${problem}`);
    this.name = 'InvalidBlock';
  }
}

/** The block as the service prints it, fields in its order. */
export function blockToIon(block: Block): IonStruct {
  return ionStruct({
    blockAddress: blockAddressToIon(block.blockAddress),
    transactionId: ionString(block.transactionId),
    blockTimestamp: ionTimestampFromMillis(block.blockTimestampMillis),
    blockHash: ionBlob(block.blockHash),
    entriesHash: ionBlob(block.entriesHash),
    previousBlockHash: ionBlob(block.previousBlockHash),
    entriesHashList: ionList(block.entriesHashList.map(ionBlob)),
    transactionInfo: block.transactionInfo,
    redactionInfo: block.redactionInfo,
    revisions: block.revisions && ionList(block.revisions.map(revisionToIon)),
  });
}

/** The revision as `_ql_committed_` views, `history()`, exports and streams show it. */
export function revisionToIon(revision: BlockRevision): IonStruct {
  if (revision.kind === 'internal') return ionStruct({ hash: ionBlob(revision.hash) });
  return ionStruct({
    blockAddress: blockAddressToIon(revision.blockAddress),
    hash: ionBlob(revision.hash),
    data: revision.data,
    dataHash: revision.dataHash && ionBlob(revision.dataHash),
    metadata: revision.metadata.ion,
  });
}

/** `{strandId, sequenceNo}`. */
export function blockAddressToIon({ strandId, sequenceNo }: BlockAddress): IonStruct {
  return ionStruct({ strandId: ionString(strandId), sequenceNo: ionInt(sequenceNo) });
}

/** @throws InvalidBlock for missing, mistyped, repeated and unknown fields: what no hash would cover must not hide in a block. */
export function blockFromIon(value: IonValue): Block {
  const members = new Members(value, 'block', [
    'blockAddress', 'transactionId', 'blockTimestamp', 'blockHash', 'entriesHash', 'previousBlockHash', 'entriesHashList',
    'transactionInfo', 'redactionInfo', 'revisions',
  ]);
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
    entriesHashList: members.items('entriesHashList').map((item, index) => hashFromIon(item, `block.entriesHashList[${index}]`)),
    ...(transactionInfo !== undefined && { transactionInfo }),
    ...(redactionInfo !== undefined && { redactionInfo }),
    ...(revisions !== undefined && { revisions: revisions.map((item, index) => blockRevisionFromIon(item, `block.revisions[${index}]`)) }),
  };
}

/** @throws InvalidBlock, naming fields by paths that start with `path`. */
export function revisionFromIon(value: IonValue, path = 'revision'): Revision {
  const members = new Members(value, path, ['blockAddress', 'hash', 'data', 'dataHash', 'metadata']);
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
  const members = new Members(value, path, ['strandId', 'sequenceNo']);
  return { strandId: members.text('strandId'), sequenceNo: members.count('sequenceNo') };
}

function blockRevisionFromIon(value: IonValue, path: string): BlockRevision {
  const hashAlone = value.kind === 'struct' && value.fields.length === 1 && value.fields[0]![0] === 'hash';
  return hashAlone ? { kind: 'internal', hash: hashFromIon(value.fields[0]![1], `${path}.hash`) } : revisionFromIon(value, path);
}

function metadataFromIon(value: IonValue, path: string): RevisionMetadata {
  const members = new Members(value, path);
  return {
    id: members.text('id'),
    version: members.count('version'),
    txTimeMillis: members.millis('txTime'),
    txId: members.text('txId'),
    ion: members.struct,
  };
}

function hashFromIon(value: IonValue, path: string): Uint8Array {
  if (value.kind !== 'blob' || value.value.length !== HASH_LENGTH) throw new InvalidBlock(path, `must be a blob of ${HASH_LENGTH} bytes`);
  return value.value;
}

/** The fields of a struct with the types a block demands of them. */
class Members {
  readonly struct: IonStruct;
  private readonly byName = new Map<string, IonValue>();

  constructor(value: IonValue, private readonly path: string, known?: readonly string[]) {
    if (value.kind !== 'struct') throw new InvalidBlock(path, `must be a struct, not ${value.kind}`);
    this.struct = value;
    for (const [name, field] of value.fields) {
      if (this.byName.has(name)) throw new InvalidBlock(`${path}.${name}`, 'is there twice');
      if (known !== undefined && !known.includes(name)) throw new InvalidBlock(`${path}.${name}`, 'is no field of the journal format');
      this.byName.set(name, field);
    }
  }

  required(name: string): IonValue {
    return this.byName.get(name) ?? this.fail(name, 'is missing');
  }

  text(name: string): string {
    const value = this.required(name);
    return value.kind === 'string' ? value.value : this.fail(name, `must be a string, not ${value.kind}`);
  }

  count(name: string): number {
    const value = this.required(name);
    const fits = value.kind === 'int' && value.value >= 0n && value.value <= BigInt(Number.MAX_SAFE_INTEGER);
    return fits ? Number(value.value) : this.fail(name, 'must be an int from 0 up');
  }

  millis(name: string): number {
    const value = this.required(name);
    return value.kind === 'timestamp' ? millisFromIonTimestamp(value) : this.fail(name, `must be a timestamp, not ${value.kind}`);
  }

  hash(name: string): Uint8Array {
    return hashFromIon(this.required(name), `${this.path}.${name}`);
  }

  items(name: string): readonly IonValue[] {
    const value = this.required(name);
    return value.kind === 'list' ? value.items : this.fail(name, `must be a list, not ${value.kind}`);
  }

  optionalHash(name: string): Uint8Array | undefined {
    return this.byName.has(name) ? this.hash(name) : undefined;
  }

  optionalItems(name: string): readonly IonValue[] | undefined {
    return this.byName.has(name) ? this.items(name) : undefined;
  }

  optionalStruct(name: string): IonStruct | undefined {
    const value = this.byName.get(name);
    if (value === undefined || value.kind === 'struct') return value;
    return this.fail(name, `must be a struct, not ${value.kind}`);
  }

  private fail(name: string, problem: string): never {
    throw new InvalidBlock(`${this.path}.${name}`, problem);
  }
}
