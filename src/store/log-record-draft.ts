import { DraftMemory } from './draft-memory';
import { VALUE_HEADER_BYTES, encodedKeyLength, writeKey, writeValue } from './embedded-item';
import { ItemVersion, RecordBytes } from './item-version';
import { keyOf } from './limits';
import { CHANGE_HEADER_BYTES, RECORD_HEADER_BYTES, RecordPlace, alignedBytes, writeChangeHeader, writeRecordHeader } from './log-record';
import { Action } from './store';

export type Change = Exclude<Action, { check: unknown }>;

/** A record of the log in the making. Of the drafts in one memory only the newest grows. */
export class LogRecordDraft {
  private readonly record: RecordBytes;
  private length = RECORD_HEADER_BYTES;
  private changes = 0;

  constructor(private readonly memory: DraftMemory) {
    const start = memory.reserve(RECORD_HEADER_BYTES);
    this.record = { bytes: memory.bytes, start };
  }

  get isEmpty(): boolean {
    return this.changes === 0;
  }

  /** The memory that it lies in. */
  get piece(): Buffer {
    return this.record.bytes;
  }

  /** What it takes in the log. */
  get alignedBytes(): number {
    return alignedBytes(this.length);
  }

  /** How many changes it holds. */
  get changeCount(): number {
    return this.changes;
  }

  /** Copies keys and values: of all, or of none when there is not enough memory. */
  addAll(changes: readonly Change[]): ItemVersion[] {
    this.grow(changes.reduce((length, change) => length + CHANGE_HEADER_BYTES + bytesOf(change), this.length));
    return changes.map(change => this.add(change));
  }

  /** The bytes to write. */
  complete(place: RecordPlace): Buffer {
    const { bytes, start } = this.record;
    const end = start + this.length;
    const alignedEnd = start + this.alignedBytes;
    bytes.fill(0, end, alignedEnd);
    writeRecordHeader(bytes, start, end, this.changes, place);
    return bytes.subarray(start, alignedEnd);
  }

  private add(action: Change): ItemVersion {
    const key = keyOf(action);
    const partitionLength = Buffer.byteLength(key.partition);
    const keyLength = encodedKeyLength(partitionLength, Buffer.byteLength(key.sort));
    const valueLength = valueLengthOf(action);
    const at = this.length + CHANGE_HEADER_BYTES;
    this.length = at + keyLength + Math.max(0, valueLength);
    const { bytes, start } = this.record;
    writeChangeHeader(bytes, start + at - CHANGE_HEADER_BYTES, keyLength, valueLength);
    writeKey(bytes, key, partitionLength, start + at);
    if ('put' in action) {
      writeValue(bytes, action.value, action.ordinal ?? 0, action.expiresAtSeconds ?? 0, start + at + keyLength);
    }
    this.changes++;
    return new ItemVersion(this.record, at, keyLength, valueLength);
  }

  private grow(length: number): void {
    const { record, memory } = this;
    if (!memory.extend(record.start, length)) {
      const { bytes, start } = record;
      record.start = memory.reserve(length);
      record.bytes = memory.bytes;
      bytes.copy(record.bytes, record.start, start, start + this.length);
    }
  }
}

/** Of key and value. */
function bytesOf(change: Change): number {
  const { partition, sort } = keyOf(change);
  return encodedKeyLength(Buffer.byteLength(partition), Buffer.byteLength(sort)) + Math.max(0, valueLengthOf(change));
}

/** Below 0 where the item is deleted. */
function valueLengthOf(action: Change): number {
  return 'put' in action ? VALUE_HEADER_BYTES + action.value.byteLength : -1;
}
