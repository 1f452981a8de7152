import { ByteBounds } from './bounds';
import { ItemVersion } from './item-version';
import { MemoryTable } from './memory-table';

/** Sort keys of changes, as texts in order. */
export interface ChangedSorts {
  readonly sorts: readonly string[];
  /** False when there may be more behind the last. */
  readonly isComplete: boolean;
}

const NONE: ChangedSorts = { sorts: [], isComplete: true };

/** What the log has and LMDB may not have yet: the table of the file in use, and that of the file before while LMDB takes it in. */
export class UnappliedChanges {
  current = new MemoryTable();
  previous?: MemoryTable;

  get isEmpty(): boolean {
    return this.previous === undefined && this.current.isEmpty;
  }

  /** What readers see of an item; undefined when that is what LMDB has. */
  visible(partition: string, sort: string): ItemVersion | undefined {
    return this.current.find(partition, sort)?.visible ?? this.previous?.find(partition, sort)?.visible;
  }

  /** What an item will be once all that was called is done; undefined when that is what LMDB has. */
  latest(partition: string, sort: string): ItemVersion | undefined {
    return this.current.find(partition, sort)?.latest ?? this.previous?.find(partition, sort)?.visible;
  }

  /** The first `limit` sort keys of what is visible within bounds. */
  sortsBetween(partition: string, bounds: ByteBounds, reverse: boolean, limit: number): ChangedSorts {
    const current = this.current.partition(partition);
    const previous = this.previous?.partition(partition);
    if (current === undefined && previous === undefined) {
      return NONE;
    }
    const lower = bounds.lower.toString('latin1');
    const upper = bounds.upper.toString('latin1');
    const newer = current?.sortsBetween(lower, upper, reverse, limit) ?? [];
    const older = previous?.sortsBetween(lower, upper, reverse, limit) ?? [];
    const isComplete = newer.length < limit && older.length < limit;
    const sorts = newer.length === 0 ? older : older.length === 0 ? newer : mergedSorts(newer, older, reverse);
    return { sorts: isComplete ? sorts : sorts.slice(0, limit), isComplete };
  }
}

function mergedSorts(left: readonly string[], right: readonly string[], reverse: boolean): string[] {
  const merged: string[] = [];
  let rightIndex = 0;
  for (const sort of left) {
    while (rightIndex < right.length && (reverse ? right[rightIndex] > sort : right[rightIndex] < sort)) {
      merged.push(right[rightIndex++]);
    }
    if (right[rightIndex] === sort) rightIndex++;
    merged.push(sort);
  }
  return [...merged, ...right.slice(rightIndex)];
}
