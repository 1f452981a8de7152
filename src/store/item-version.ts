import { decodeItem, decodeOrdinal } from './embedded-item';
import { Item, Key } from './store';

/** Where the bytes of a record are: they move while it grows. */
export interface RecordBytes { bytes: Buffer; start: number }

/** What one transact made of one item: its new value, or nothing. The bytes stay in the record that was written to the log. */
export class ItemVersion {
  /** `at` is where the key begins in the record; the value follows it. A `valueLength` below 0 says that the item is deleted. */
  constructor(
    private readonly record: RecordBytes, private readonly at: number, private readonly keyLength: number, private readonly valueLength: number,
  ) {}

  get isDeleted(): boolean {
    return this.valueLength < 0;
  }

  /** Of key and value. */
  get byteLength(): number {
    return this.keyLength + Math.max(0, this.valueLength);
  }

  /** Undefined where there is no item. */
  ordinal(): number | undefined {
    return this.isDeleted ? undefined : decodeOrdinal(this.record.bytes, this.valueStart());
  }

  /** The item, which must not be deleted, under its key. */
  item(key: Key): Item {
    const start = this.valueStart();
    return decodeItem(key, this.record.bytes, start, start + this.valueLength);
  }

  keyBytes(): Buffer {
    const start = this.record.start + this.at;
    return this.record.bytes.subarray(start, start + this.keyLength);
  }

  /** Undefined when the item is deleted. */
  valueBytes(): Buffer | undefined {
    const start = this.valueStart();
    return this.isDeleted ? undefined : this.record.bytes.subarray(start, start + this.valueLength);
  }

  private valueStart(): number {
    return this.record.start + this.at + this.keyLength;
  }
}
