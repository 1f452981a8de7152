/**
 * The bytes of one item in the embedded store; docs/storage-format.md describes them.
 *
 * Key: length of the partition (2 bytes), partition, sort key. Value: ordinal (8 bytes), expiry in seconds since 1970 or 0
 * (8 bytes), then the caller's bytes. Numbers are unsigned and big-endian, text is UTF-8.
 */
import { ByteBounds } from './bounds';
import { readNumber, writeNumber } from './eight-bytes';
import { Item, Key } from './store';

const LENGTH_BYTES = 2;
/** What precedes the caller's bytes in a value. */
export const VALUE_HEADER_BYTES = 16;

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
  writeKey(bytes, key, partitionLength, 0);
  return bytes;
}

/** Length of the LMDB key of an item. */
export function encodedKeyLength(partitionLength: number, sortLength: number): number {
  return LENGTH_BYTES + partitionLength + sortLength;
}

/** Writes the LMDB key of an item whose partition has so many bytes. */
export function writeKey(bytes: Buffer, key: Key, partitionLength: number, at: number): void {
  bytes.writeUInt16BE(partitionLength, at);
  bytes.write(key.partition, at + LENGTH_BYTES);
  bytes.write(key.sort, at + LENGTH_BYTES + partitionLength);
}

/** The partition in an LMDB key of an item. */
export function decodePartition(key: Buffer): string {
  return key.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + key.readUInt16BE(0));
}

/** The sort key in an LMDB key of an item, each byte as one character. */
export function decodeSortBytes(key: Buffer): string {
  return key.toString('latin1', LENGTH_BYTES + key.readUInt16BE(0));
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
export function writeValue(bytes: Buffer, value: Uint8Array, ordinal: number, expiresAtSeconds: number, at: number): void {
  writeNumber(bytes, ordinal, at);
  writeNumber(bytes, expiresAtSeconds, at + 8);
  bytes.set(value, at + VALUE_HEADER_BYTES);
}

/** The ordinal in an encoded value. */
export function decodeOrdinal(bytes: Buffer, at = 0): number {
  return readNumber(bytes, at);
}

/** Copies the value out of memory that others will use again. */
export function decodeItem(key: Key, bytes: Buffer, start = 0, end = bytes.length): Item {
  const value = Buffer.allocUnsafe(end - start - VALUE_HEADER_BYTES);
  bytes.copy(value, 0, start + VALUE_HEADER_BYTES, end);
  return { key, value, ordinal: decodeOrdinal(bytes, start) };
}

function withinPartition(partition: string, sort: Buffer): Buffer {
  const partitionBytes = Buffer.from(partition);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt16BE(partitionBytes.length);
  return Buffer.concat([length, partitionBytes, sort]);
}
