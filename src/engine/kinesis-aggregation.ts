import { createHash } from 'node:crypto';
import type { KinesisRecord } from './destinations';
import { hashKeyOf, type StreamRecord } from './stream-records';

/**
 * The aggregated record format of the Kinesis Producer Library: magic, protobuf `AggregatedRecord`, MD5.
 *
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2);
/** Kinesis takes 1 MiB; room is left for the partition key, the tables and the framing. */
const AGGREGATE_BYTES_MAX = 1_000_000;
/** Documents are dealt to so many fixed places among the shards; a document keeps its place, and with it its order. */
const PLACES = 64n;
const HASH_KEY_SPACE = 1n << 128n;

/** Packs records by place, in order. A record too large for company goes alone. */
export function aggregated(records: readonly StreamRecord[]): KinesisRecord[] {
  const places = new Map<bigint, StreamRecord[][]>();
  const order: { readonly place: bigint; readonly group: StreamRecord[] }[] = [];
  const sizes = new Map<StreamRecord[], number>();
  for (const record of records) {
    const place = hashKeyOf(record.orderKey) * PLACES / HASH_KEY_SPACE;
    const groups = places.get(place) ?? [];
    let group = groups.at(-1);
    const size = record.data.length + record.orderKey.length + 32;
    if (!group || sizes.get(group)! + size > AGGREGATE_BYTES_MAX) {
      group = [];
      groups.push(group);
      order.push({ place, group });
    }
    group.push(record);
    sizes.set(group, (sizes.get(group) ?? 0) + size);
    places.set(place, groups);
  }
  return order.map(({ place, group }) => {
    const explicitHashKey = String(place * HASH_KEY_SPACE / PLACES);
    return { partitionKey: group[0].orderKey, explicitHashKey, data: aggregate(group, explicitHashKey) };
  });
}

/** Consumers filter sub-records by hash key, so each carries the one that the whole record is sent with. */
function aggregate(records: readonly StreamRecord[], explicitHashKey: string): Uint8Array {
  const partitionKeys = [...new Set(records.map(({ orderKey }) => orderKey))];
  const keyIndexes = new Map(partitionKeys.map((key, index) => [key, index]));
  const message = Buffer.concat([
    ...partitionKeys.map(key => bytesField(1, Buffer.from(key))),
    bytesField(2, Buffer.from(explicitHashKey)),
    ...records.map(({ orderKey, data }) => bytesField(3, Buffer.concat([
      varintField(1, keyIndexes.get(orderKey)!),
      varintField(2, 0),
      bytesField(3, data),
    ]))),
  ]);
  return Buffer.concat([MAGIC, message, createHash('md5').update(message).digest()]);
}

const bytesField = (number: number, bytes: Uint8Array): Buffer => Buffer.concat([varint(number << 3 | 2), varint(bytes.length), bytes]);

const varintField = (number: number, value: number): Buffer => Buffer.concat([varint(number << 3), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push(rest % 128 | 0x80);
  return Buffer.from([...bytes, rest]);
}
