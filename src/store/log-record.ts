/**
 * The bytes of one record of an embedded store's log; docs/storage-format.md describes them.
 *
 * A record holds what a group of transacts changed: a header, then each change as it will rest in LMDB, its key and its value.
 */
import { checksum } from './checksum';
import { readNumber, writeNumber } from './eight-bytes';

/** Records begin at multiples of this, so that writing one never touches a sector that holds another. */
export const RECORD_ALIGNMENT = 4096;
export const RECORD_HEADER_BYTES = 40;
export const CHANGE_HEADER_BYTES = 6;
export const SALT_BYTES = 8;
/** Stands for the length of the value where an item was deleted. */
const DELETED = 0xffffffff;

const MAGIC = 0x4c444752;
const CHECKSUM_AT = 4;
const LENGTH_AT = 8;
const COUNT_AT = 12;
const NUMBER_AT = 16;
const PREVIOUS_AT = 24;
const SALT_AT = 32;

/** Where a record stands among others. Numbers only ever grow; one that is missing belongs to a write that failed. */
export interface RecordPlace {
  readonly number: number;
  /** Number of the record that this one follows. */
  readonly previous: number;
  /** Random for each time that the store is opened: what another time, another store or a caller wrote is never taken for a record. */
  readonly salt: Buffer;
}

export interface FoundRecord {
  readonly number: number;
  readonly previous: number;
  readonly start: number;
  readonly end: number;
  readonly changes: number;
}

/** The bytes that a record of so many takes in the log. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
}

/** Completes the record whose changes lie in `bytes` from `start` plus a header up to `end`. */
export function writeRecordHeader(bytes: Buffer, start: number, end: number, changes: number, place: RecordPlace): void {
  bytes.writeUInt32BE(MAGIC, start);
  bytes.writeUInt32BE(end - start, start + LENGTH_AT);
  bytes.writeUInt32BE(changes, start + COUNT_AT);
  writeNumber(bytes, place.number, start + NUMBER_AT);
  writeNumber(bytes, place.previous, start + PREVIOUS_AT);
  bytes.set(place.salt, start + SALT_AT);
  bytes.writeUInt32BE(checksum(bytes.subarray(start + LENGTH_AT, end)), start + CHECKSUM_AT);
}

/** The record that begins at `start`, whole and with the salt; undefined when there is none. */
export function findRecord(bytes: Buffer, start: number, salt: Buffer): FoundRecord | undefined {
  if (start + RECORD_HEADER_BYTES > bytes.length || bytes.readUInt32BE(start) !== MAGIC) {
    return undefined;
  }
  const end = start + bytes.readUInt32BE(start + LENGTH_AT);
  const hasSalt = salt.equals(bytes.subarray(start + SALT_AT, start + RECORD_HEADER_BYTES));
  if (!hasSalt || end < start + RECORD_HEADER_BYTES || end > bytes.length) {
    return undefined;
  }
  if (checksum(bytes.subarray(start + LENGTH_AT, end)) !== bytes.readUInt32BE(start + CHECKSUM_AT)) {
    return undefined;
  }
  return {
    number: readNumber(bytes, start + NUMBER_AT),
    previous: readNumber(bytes, start + PREVIOUS_AT),
    start,
    end,
    changes: bytes.readUInt32BE(start + COUNT_AT),
  };
}

/** `valueLength` below 0 says that the item was deleted. */
export function writeChangeHeader(bytes: Buffer, at: number, keyLength: number, valueLength: number): void {
  bytes.writeUInt16BE(keyLength, at);
  bytes.writeUInt32BE(valueLength < 0 ? DELETED : valueLength, at + 2);
}

/** Where a change lies: its key from `at` on, followed by the value. A `valueLength` below 0 says that the item was deleted. */
export interface FoundChange { readonly at: number; readonly keyLength: number; readonly valueLength: number }

export function* changesOf(bytes: Buffer, record: FoundRecord): Generator<FoundChange> {
  let position = record.start + RECORD_HEADER_BYTES;
  for (let index = 0; index < record.changes; index++) {
    const keyLength = bytes.readUInt16BE(position);
    const restingLength = bytes.readUInt32BE(position + 2);
    const valueLength = restingLength === DELETED ? -1 : restingLength;
    const at = position + CHANGE_HEADER_BYTES;
    yield { at, keyLength, valueLength };
    position = at + keyLength + Math.max(0, valueLength);
  }
}
