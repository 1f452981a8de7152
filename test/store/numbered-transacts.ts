import * as fc from 'fast-check';
import { collect } from './contract-bench';
import { Action, Store } from '../../src/store';

const PARTITION = 'numbered';

/** What a transact does to each of a few keys: text of so many characters, or nothing any more. */
export type Changes = ReadonlyMap<string, string | undefined>;

const sort = fc.constantFrom('a', 'a/1', 'a/2', 'b', 'é', '\uffff', '😀');
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 9 }) },
  { weight: 1, arbitrary: fc.nat(20_000).map(length => 'x'.repeat(length)) },
);
const change = fc.tuple(sort, fc.option(text, { nil: undefined }));
export const changes: fc.Arbitrary<Changes> = fc.uniqueArray(change, { selector: ([key]) => key, maxLength: 4 }).map(entries => new Map(entries));

/** Transact number `number` makes its changes and says that it was the last. */
export async function transactNumbered(store: Store, number: number, made: Changes): Promise<void> {
  const key = (each: string) => ({ partition: PARTITION, sort: each });
  const actions = [...made].map(([each, value]): Action => value === undefined
    ? { delete: key(each) }
    : { put: key(each), value: Buffer.from(value), ordinal: number, expiresAtSeconds: number });
  await store.transact([{ put: key('last'), value: new Uint8Array(0), ordinal: number, if: { ordinalBelow: number } }, ...actions]);
}

/** Number of the last transact that the store has, which has all of it and of those before, and nothing else. */
export async function lastNumbered(store: Store, all: readonly Changes[]): Promise<number> {
  const items = await collect(store.query(PARTITION));
  const last = items.find(item => item.key.sort === 'last')?.ordinal ?? 0;
  const expected = new Map<string, { text: string; ordinal: number }>();
  all.slice(0, last).forEach((made, index) => {
    for (const [key, value] of made) {
      if (value === undefined) expected.delete(key);
      else expected.set(key, { text: value, ordinal: index + 1 });
    }
  });
  const found = items.filter(item => item.key.sort !== 'last').map(item => [item.key.sort, { text: Buffer.from(item.value).toString(), ordinal: item.ordinal }] as const);
  expect(new Map(found)).toEqual(expected);
  expect((await collect(store.query(PARTITION, { reverse: true }))).reverse()).toEqual(items);
  return last;
}
