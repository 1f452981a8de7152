import { createHash } from 'node:crypto';
import { hashKeyOf, type Shard, type ShardRecord } from './fake-kinesis';

/** Where a consumer stands in a shard, as KCL keeps it in its lease table: a Kinesis record, and a record within it. */
export interface Checkpoint { readonly sequenceNumber: bigint; readonly subSequenceNumber: number }

/** What KCL hands to a record processor. */
export interface UserRecord extends Checkpoint {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Uint8Array;
  readonly aggregated: boolean;
}

const BEFORE_ALL: Checkpoint = { sequenceNumber: -1n, subSequenceNumber: 0 };
const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const DIGEST_BYTES = 16;

/**
 * A shard's consumer that follows the Kinesis Client Library: Kinesis records from the checkpoint's own on, taken apart, without what the
 * checkpoint covers. Written from the library's documented behaviour and the aggregation format, and knowing nothing of how we aggregate.
 */
export function* readShard(shard: Shard, checkpoint: Checkpoint = BEFORE_ALL): Generator<UserRecord> {
  for (const record of shard.records) {
    // GetShardIterator AT_SEQUENCE_NUMBER: a record may be done in part.
    if (record.sequenceNumber < checkpoint.sequenceNumber) continue;
    for (const user of deaggregated(record, shard)) if (isAfter(user, checkpoint)) yield user;
  }
}

function isAfter(one: Checkpoint, other: Checkpoint): boolean {
  if (one.sequenceNumber !== other.sequenceNumber) return one.sequenceNumber > other.sequenceNumber;
  return one.subSequenceNumber > other.subSequenceNumber;
}

function deaggregated(record: ShardRecord, shard: Shard): UserRecord[] {
  const { sequenceNumber, partitionKey } = record;
  const single: UserRecord = { sequenceNumber, subSequenceNumber: 0, partitionKey, data: record.data, aggregated: false };
  const bytes = Buffer.from(record.data);
  if (bytes.length <= MAGIC.length + DIGEST_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return [single];
  const message = bytes.subarray(MAGIC.length, bytes.length - DIGEST_BYTES);
  if (!createHash('md5').update(message).digest().equals(bytes.subarray(bytes.length - DIGEST_BYTES))) return [single];

  const partitionKeys: string[] = [];
  const explicitHashKeys: string[] = [];
  const users: UserRecord[] = [];
  for (const field of fieldsOf(message)) {
    if (field.number === 1) partitionKeys.push(field.bytes!.toString());
    if (field.number === 2) explicitHashKeys.push(field.bytes!.toString());
    if (field.number !== 3) continue;
    const inner = [...fieldsOf(field.bytes!)];
    const varintOf = (number: number): number | undefined => inner.find(other => other.number === number)?.value;
    const hashKeyIndex = varintOf(2);
    const key = partitionKeys[varintOf(1)!]!;
    const explicitHashKey = hashKeyIndex === undefined ? undefined : explicitHashKeys[hashKeyIndex];
    const hashKey = hashKeyOf(key, explicitHashKey);
    // A record that does not belong to the shard makes the library drop all of its company.
    if (hashKey < shard.startingHashKey || hashKey > shard.endingHashKey) return [];
    const { bytes: data } = inner.find(({ number }) => number === 3)!;
    users.push({ sequenceNumber, subSequenceNumber: users.length, partitionKey: key, explicitHashKey, data: data!, aggregated: true });
  }
  return users;
}

interface Field { readonly number: number; readonly value?: number; readonly bytes?: Buffer }

/** The fields of a protobuf message that has only numbers and bytes. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = tag >>> 3;
    if ((tag & 7) === 0) {
      yield { number, value: varint() };
      continue;
    }
    if ((tag & 7) !== 2) throw new Error(`A protobuf field of wire type ${tag & 7}, which the aggregation format does not have.`);
    const length = varint();
    yield { number, bytes: message.subarray(at, at + length) };
    at += length;
  }
}
