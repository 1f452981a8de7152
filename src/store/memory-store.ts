import { ByteBounds, boundsAfter, byteBounds, checkRange, isEmpty } from './bounds';
import { holds } from './condition';
import { checkActions, checkKey, checkPartition, keyOf } from './limits';
import { Action, ConditionFailed, Item, Key, Range, Store } from './store';

interface Entry { readonly sort: Buffer; readonly item: Item }

/** A store that forgets everything when it is closed: the fast double for tests of what is built on a store. */
export function memoryStore(): Store {
  const partitions = new Map<string, Entry[]>();
  let closed = false;

  function assertOpen(): void {
    if (closed) {
      throw new Error('The memory store is closed. Make a new one.');
    }
  }

  function find(key: Key): Item | undefined {
    const entries = partitions.get(key.partition) ?? [];
    const sort = Buffer.from(key.sort);
    const entry = entries[indexOf(entries, sort)];
    return entry?.sort.equals(sort) ? entry.item : undefined;
  }

  async function* query(partition: string, range: Range = {}): AsyncGenerator<Item> {
    checkPartition(partition);
    checkRange(range);
    const reverse = range.reverse ?? false;
    let bounds = byteBounds(range);
    for (let count = 0; count < (range.limit ?? Infinity); count++) {
      assertOpen();
      const item = nextWithin(partitions.get(partition) ?? [], bounds, reverse);
      if (item === undefined) {
        return;
      }
      yield copyOf(item);
      bounds = boundsAfter(bounds, item.key.sort, reverse);
    }
  }

  function apply(action: Action): void {
    if ('check' in action) {
      return;
    }
    const key = keyOf(action);
    const sort = Buffer.from(key.sort);
    const entries = partitions.get(key.partition) ?? [];
    partitions.set(key.partition, entries);
    const index = indexOf(entries, sort);
    const replaced = entries[index]?.sort.equals(sort) ? 1 : 0;
    if ('put' in action) {
      entries.splice(index, replaced, { sort, item: copyOf({ key, value: action.value, ordinal: action.ordinal ?? 0 }) });
    } else {
      entries.splice(index, replaced);
    }
  }

  return {
    keepsOrder: true,
    async get(key) {
      assertOpen();
      checkKey(key);
      const item = find(key);
      return item && copyOf(item);
    },
    async getMany(keys) {
      assertOpen();
      keys.forEach(checkKey);
      return keys.flatMap(key => find(key) ?? []).map(copyOf);
    },
    query,
    async transact(actions) {
      assertOpen();
      checkActions(actions);
      actions.forEach((action, index) => {
        const key = keyOf(action);
        if (!holds(action.if, find(key)?.ordinal)) {
          throw new ConditionFailed(index, key);
        }
      });
      actions.forEach(apply);
    },
    async close() {
      closed = true;
      partitions.clear();
    },
  };
}

function nextWithin(entries: readonly Entry[], bounds: ByteBounds, reverse: boolean): Item | undefined {
  if (isEmpty(bounds)) {
    return undefined;
  }
  const entry = reverse ? entries[indexOf(entries, bounds.upper) - 1] : entries[indexOf(entries, bounds.lower)];
  const within = entry && Buffer.compare(entry.sort, bounds.lower) >= 0 && Buffer.compare(entry.sort, bounds.upper) < 0;
  return within ? entry.item : undefined;
}

/** Index of the first entry whose sort key is not below `sort`. */
function indexOf(entries: readonly Entry[], sort: Buffer): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(entries[middle].sort, sort) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Callers keep their arrays and we keep ours. */
function copyOf(item: Item): Item {
  return { key: { partition: item.key.partition, sort: item.key.sort }, value: Uint8Array.from(item.value), ordinal: item.ordinal };
}
