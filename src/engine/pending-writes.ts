import { actionBytes, keyIdentity, keyOf, type Action, type Item, type Key, type Range, type Store } from '../store';

/** Writes that wait to go down together, and a view of the store in which they are done. For one writer: nobody else changes the same keys. */
export class PendingWrites {
  bytes = 0;
  private readonly byPartition = new Map<string, Map<string, Action>>();
  private count = 0;
  /** Reads alone. */
  readonly view: Pick<Store, 'get' | 'getMany' | 'query'>;

  constructor(store: Store) {
    this.view = {
      get: async (key) => {
        const action = this.find(key);
        return action ? itemOf(action) : store.get(key);
      },
      getMany: async (keys) => {
        const stored = await store.getMany(keys.filter(key => !this.find(key)));
        const items = new Map(stored.map(item => [keyIdentity(item.key), item]));
        return keys.flatMap((key) => {
          const action = this.find(key);
          return (action ? itemOf(action) : items.get(keyIdentity(key))) ?? [];
        });
      },
      query: (partition, range) => this.byPartition.has(partition) ? this.merged(store, partition, range) : store.query(partition, range),
    };
  }

  get size(): number {
    return this.count;
  }

  get actions(): Action[] {
    return [...this.byPartition.values()].flatMap(actions => [...actions.values()]);
  }

  /** A later write on a key takes the place of the earlier one, under the condition that the store has to meet for both. */
  add(actions: readonly Action[]): void {
    for (const action of actions) {
      const { partition, sort } = keyOf(action);
      const inPartition = this.byPartition.get(partition) ?? new Map<string, Action>();
      this.byPartition.set(partition, inPartition);
      const earlier = inPartition.get(sort);
      if (earlier) this.bytes -= actionBytes(earlier);
      else this.count += 1;
      inPartition.set(sort, earlier ? withCondition(action, earlier.if) : action);
      this.bytes += actionBytes(action);
    }
  }

  clear(): void {
    this.byPartition.clear();
    this.bytes = 0;
    this.count = 0;
  }

  private find({ partition, sort }: Key): Action | undefined {
    return this.byPartition.get(partition)?.get(sort);
  }

  private async* merged(store: Store, partition: string, range: Range = {}): AsyncGenerator<Item> {
    const { limit = Infinity, ...bounds } = range;
    const pending = this.byPartition.get(partition)!;
    const direction = bounds.reverse ? -1 : 1;
    const inOrder = (one: string, other: string): number => direction * Buffer.compare(Buffer.from(one), Buffer.from(other));
    const mine = [...pending.keys()].filter(sort => within(sort, bounds)).sort(inOrder);
    let given = 0;
    for await (const item of store.query(partition, bounds)) {
      while (mine.length > 0 && inOrder(mine[0], item.key.sort) <= 0) {
        const own = itemOf(pending.get(mine.shift()!)!);
        if (own && given++ < limit) yield own;
      }
      if (given >= limit) return;
      if (pending.has(item.key.sort)) continue;
      given += 1;
      yield item;
    }
    for (const sort of mine) {
      const own = itemOf(pending.get(sort)!);
      if (own && given++ < limit) yield own;
    }
  }
}

function itemOf(action: Action): Item | undefined {
  return 'put' in action ? { key: action.put, value: action.value, ordinal: action.ordinal ?? 0 } : undefined;
}

function withCondition(action: Action, condition: Action['if']): Action {
  const { if: _, ...bare } = action as Exclude<Action, { check: Key }>;
  return condition ? { ...bare, if: condition } : bare;
}

function within(sort: string, { prefix, from, to }: Range): boolean {
  if (prefix !== undefined) return sort.startsWith(prefix);
  const bytes = Buffer.from(sort);
  return (from === undefined || Buffer.compare(bytes, Buffer.from(from)) >= 0) && (to === undefined || Buffer.compare(bytes, Buffer.from(to)) <= 0);
}
