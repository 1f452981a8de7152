import type { Database, RangeOptions } from 'lmdb';
import { ByteBounds, boundsAfter } from './bounds';
import { decodeItem, decodeSort, encodeBounds, encodeKey } from './embedded-item';
import { sortOf, sortText } from './sort-text';
import { Item, Key } from './store';
import { ChangedSorts, UnappliedChanges } from './unapplied-changes';

const PAGE_BYTES = 1024 * 1024;

export interface Page {
  readonly items: readonly Item[];
  /** What remains to be read; undefined when nothing does. */
  readonly rest?: ByteBounds;
}

interface RangeOfPartition {
  readonly partition: string;
  /** Not empty. */
  readonly bounds: ByteBounds;
  readonly reverse: boolean;
}

/** What is to be said of one sort key: an item, or none where it was deleted. */
interface Entry { readonly sort: string; readonly item?: Item }

/** Reads what LMDB has, and above it what only the log and memory have. Each read is of one moment. */
export class EmbeddedReads {
  constructor(private readonly root: Database<Buffer, Buffer>, private readonly changes: UnappliedChanges) {}

  get({ partition, sort }: Key): Item | undefined {
    const key = { partition, sort };
    const version = this.changes.isEmpty ? undefined : this.changes.visible(partition, sortText(sort));
    if (version) {
      return version.isDeleted ? undefined : version.item(key);
    }
    const bytes = this.root.getBinaryFast(encodeKey(key));
    return bytes && decodeItem(key, bytes);
  }

  /** The first items of a range: as many as `limit`, unless they are large or many were deleted. */
  page(range: RangeOfPartition, limit: number): Page {
    const changed = this.changes.sortsBetween(range.partition, range.bounds, range.reverse, limit);
    const entries = changed.sorts.length === 0 ? this.resting(range, limit) : this.merged(range, limit, changed);
    const items: Item[] = [];
    let bytes = 0;
    let lastSort = '';
    for (const { sort, item } of entries) {
      lastSort = sort;
      if (item) {
        items.push(item);
        bytes += item.value.length;
        if (items.length === limit || bytes >= PAGE_BYTES) {
          return { items, rest: boundsAfter(range.bounds, sort, range.reverse) };
        }
      }
    }
    return { items, rest: changed.isComplete ? undefined : boundsAfter(range.bounds, lastSort, range.reverse) };
  }

  /** What LMDB has. */
  private* resting({ partition, bounds, reverse }: RangeOfPartition, limit: number): Generator<Required<Entry>> {
    const { lower, upper } = encodeBounds(partition, bounds);
    const options: RangeOptions = reverse
      ? { start: upper, exclusiveStart: true, end: lower, inclusiveEnd: true, reverse, limit }
      : { start: lower, end: upper, limit };
    for (const { key, value } of this.root.getRange(options)) {
      const sort = decodeSort(key, partition);
      yield { sort, item: decodeItem({ partition, sort }, value) };
    }
  }

  /** What LMDB has with the changes above it, no further than the changes are known. */
  private* merged(range: RangeOfPartition, limit: number, { sorts, isComplete }: ChangedSorts): Generator<Entry> {
    let index = 0;
    // Each of the changes may hide one item of LMDB.
    for (const entry of this.resting(range, limit + sorts.length)) {
      const text = sortText(entry.sort);
      while (index < sorts.length && (range.reverse ? sorts[index] > text : sorts[index] < text)) {
        yield this.changedEntry(range.partition, sorts[index++]);
      }
      if (index === sorts.length && !isComplete) {
        return;
      }
      if (sorts[index] !== text) {
        yield entry;
      }
    }
    while (index < sorts.length) {
      yield this.changedEntry(range.partition, sorts[index++]);
    }
  }

  private changedEntry(partition: string, text: string): Entry {
    const version = this.changes.visible(partition, text)!;
    const sort = sortOf(text);
    return version.isDeleted ? { sort } : { sort, item: version.item({ partition, sort }) };
  }
}
