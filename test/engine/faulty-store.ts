import { HEAD_SORT } from '../../src/engine';
import { ConditionFailed, keyOf, type Action, type Store } from '../../src/store';

/** Numbers from 0 to below 1; the same seed gives the same ones (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** How often, from 0 to 1, a call of the store meets which fate. */
export interface Faults {
  /** A call waits up to that many turns of the microtask queue, before and after. */
  readonly turnsMax: number;
  readonly readFails: number;
  readonly writeFailsBefore: number;
  /** The write was done, and its answer is lost. */
  readonly writeFailsAfter: number;
  /** Only writes that begin with the journal's head may lose a race that nobody else won: the retry must cope. */
  readonly headConditionFails: number;
}

export class StoreFault extends Error {
  readonly name = 'StoreFault';
}

/** A store with delays and faults; `calm` ends them for the rest of its life. */
export function faultyStore(store: Store, random: () => number, faults: Faults): Store & { calm(): void } {
  let active = true;
  const happens = (share: number): boolean => active && random() < share;
  const wait = async (): Promise<void> => {
    for (let turns = active ? Math.floor(random() * (faults.turnsMax + 1)) : 0; turns > 0; turns--) await Promise.resolve();
  };
  const read = async <T>(answer: () => Promise<T>): Promise<T> => {
    await wait();
    if (happens(faults.readFails)) throw new StoreFault('A read failed.');
    const value = await answer();
    await wait();
    return value;
  };
  return {
    // Not true with delays: whoever relies on it loses races against itself, and must cope.
    keepsOrder: true,
    get: key => read(() => store.get(key)),
    // Several items are no snapshot: each is read at a time of its own.
    getMany: async keys => (await Promise.all(keys.map(key => read(() => store.get(key))))).filter(item => item !== undefined),
    async* query(partition, range) {
      for await (const item of store.query(partition, range)) {
        await wait();
        if (happens(faults.readFails)) throw new StoreFault('A query failed.');
        yield item;
      }
      await wait();
    },
    async transact(actions) {
      await wait();
      if (happens(faults.writeFailsBefore)) throw new StoreFault('A write failed.');
      if (movesHead(actions) && happens(faults.headConditionFails)) throw new ConditionFailed(0, keyOf(actions[0]));
      await store.transact(actions);
      await wait();
      if (happens(faults.writeFailsAfter)) throw new StoreFault('A write was done, and its answer was lost.');
    },
    close: () => store.close(),
    calm: () => {
      active = false;
    },
  };
}

const movesHead = ([first]: readonly Action[]): boolean => first !== undefined && keyOf(first).sort === HEAD_SORT;
