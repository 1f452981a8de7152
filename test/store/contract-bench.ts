import { Action, Item, Key, Range, Store, TRANSACT_ACTIONS_MAX } from '../../src/store';

/** How hard to try; stores behind a socket take milliseconds per request. */
export interface ContractEffort { readonly propertyRuns: number; readonly manyItems: number }

/** What the tests of the contract work with: a store, and a partition of it that belongs to the running test. */
export class ContractBench {
  store!: Store;
  private partitionCount = 0;

  constructor(readonly effort: ContractEffort) {}

  get partition(): string {
    return `partition ${this.partitionCount}`;
  }

  nextPartition(): void {
    this.partitionCount++;
  }

  readonly key = (sort: string): Key => ({ partition: this.partition, sort });

  put(sort: string, text = sort, more: object = {}): Action {
    return { put: this.key(sort), value: Buffer.from(text), ...more };
  }

  async putAll(sorts: readonly string[]): Promise<void> {
    return this.store.transact(sorts.map(sort => this.put(sort)));
  }

  async writeMany(count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, index) => numbered(index));
    for (let start = 0; start < count; start += TRANSACT_ACTIONS_MAX) {
      await this.putAll(names.slice(start, start + TRANSACT_ACTIONS_MAX));
    }
    return names;
  }

  async sorts(range?: Range): Promise<string[]> {
    return (await collect(this.store.query(this.partition, range))).map(item => item.key.sort);
  }

  async textOf(sort: string): Promise<string | undefined> {
    const item = await this.store.get(this.key(sort));
    return item && Buffer.from(item.value).toString();
  }
}

/** Everything an async iterable yields. */
export async function collect(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

/** Numbers whose order as text is their order as numbers. */
export function numbered(index: number): string {
  return String(index).padStart(6, '0');
}

export function longText(start: string, length: number): string {
  return start.padEnd(length, 'x');
}

/** Bytes without a pattern that compression or alignment could hide an error behind. */
export function pseudoRandomBytes(length: number): Uint8Array {
  let state = length + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}
