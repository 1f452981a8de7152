/**
 * The bytes of one item in the embedded store; docs/storage-format.md describes them.
 *
 * Key: length of the partition (2 bytes), partition, sort key. Value: ordinal (8 bytes), expiry in seconds since 1970 or 0
 * (8 bytes), then the caller's bytes. Numbers are unsigned and big-endian, text is UTF-8.
 */
import { ByteBounds } from './bounds';
import { Item, Key } from './store';

const LENGTH_BYTES = 2;
const HEADER_BYTES = 16;
const WORD = 2 ** 32;

/** Keys below this prefix hold the store's own records: no item has an empty partition. */
const CONTROL_PREFIX = Buffer.of(0, 0);

/** The key of one of the store's own records. */
export function controlKey(name: string): Buffer {
  return Buffer.concat([CONTROL_PREFIX, Buffer.from(name)]);
}

/** The LMDB key of an item. */
export function encodeKey(key: Key): Buffer {
  const partitionLength = Buffer.byteLength(key.partition);
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + partitionLength + Buffer.byteLength(key.sort));
  bytes.writeUInt16BE(partitionLength);
  bytes.write(key.partition, LENGTH_BYTES);
  bytes.write(key.sort, LENGTH_BYTES + partitionLength);
  return bytes;
}

/** The LMDB keys between which the items of `partition` within `bounds` lie. */
export function encodeBounds(partition: string, bounds: ByteBounds): ByteBounds {
  return { lower: withinPartition(partition, bounds.lower), upper: withinPartition(partition, bounds.upper) };
}

/** The sort key in the LMDB key of an item of `partition`. */
export function decodeSort(key: Buffer, partition: string): string {
  return key.toString('utf8', LENGTH_BYTES + Buffer.byteLength(partition));
}

/** Copies the value, so the caller may reuse its buffer. */
export function encodeValue(value: Uint8Array, ordinal: number, expiresAtSeconds: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + value.byteLength);
  writeNumber(bytes, ordinal, 0);
  writeNumber(bytes, expiresAtSeconds, 8);
  bytes.set(value, HEADER_BYTES);
  return bytes;
}

/** The ordinal in an encoded value. */
export function decodeOrdinal(bytes: Buffer): number {
  return bytes.readUInt32BE(0) * WORD + bytes.readUInt32BE(4);
}

function writeNumber(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / WORD), at);
  bytes.writeUInt32BE(value % WORD, at + 4);
}

/** Copies out of LMDB's memory, which is only valid until the next operation. */
export function decodeItem(key: Key, bytes: Buffer): Item {
  const value = Buffer.allocUnsafe(bytes.length - HEADER_BYTES);
  bytes.copy(value, 0, HEADER_BYTES, bytes.length);
  return { key, value, ordinal: decodeOrdinal(bytes) };
}

function withinPartition(partition: string, sort: Buffer): Buffer {
  const partitionBytes = Buffer.from(partition);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt16BE(partitionBytes.length);
  return Buffer.concat([length, partitionBytes, sort]);
}
