import * as fc from 'fast-check';
import { operationSequence, replay } from './store-model';
import {
  Action, ConditionFailed, Item, ITEM_BYTES_MAX, Key, PARTITION_BYTES_MAX, Range, RequestRefused, SORT_BYTES_MAX, Store,
  TRANSACT_ACTIONS_MAX, VALUE_BYTES_MAX,
} from '../../src/store';

export interface OpenedStore { readonly store: Store; readonly cleanup: () => Promise<void> }

/** How hard to try; stores behind a socket take milliseconds per request. */
export interface ContractEffort { readonly propertyRuns: number; readonly manyItems: number }

const DEFAULT_EFFORT: ContractEffort = { propertyRuns: 100, manyItems: 1_000 };

/** What every store must do; `open` gives an empty store each time. */
export function describeStoreContract(name: string, open: () => Promise<OpenedStore>, effort: ContractEffort = DEFAULT_EFFORT): void {
  describe(`${name} keeps the contract of a store`, () => {
    let opened: OpenedStore;
    let store: Store;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });

    afterAll(async () => opened.cleanup());

    let partition: string;
    let partitionCount = 0;
    beforeEach(() => {
      partition = `partition ${partitionCount++}`;
    });

    const key = (sort: string): Key => ({ partition, sort });
    const put = (sort: string, text = sort, more: object = {}): Action => ({ put: key(sort), value: Buffer.from(text), ...more });
    const putAll = async (sorts: readonly string[]): Promise<void> => store.transact(sorts.map(sort => put(sort)));
    const sorts = async (range?: Range): Promise<string[]> => (await collect(store.query(partition, range))).map(item => item.key.sort);
    const textOf = async (sort: string): Promise<string | undefined> => {
      const item = await store.get(key(sort));
      return item && Buffer.from(item.value).toString();
    };

    describe('reading', () => {
      test('an item is read as it was written', async () => {
        await store.transact([{ put: key('a'), value: Buffer.from('one'), ordinal: 7, expiresAtSeconds: 4_000_000_000 }]);
        expect(await store.get(key('a'))).toEqual({ key: key('a'), value: bytes('one'), ordinal: 7 });
      });

      test('the ordinal is 0 when the writer gave none', async () => {
        await store.transact([put('a')]);
        expect((await store.get(key('a')))?.ordinal).toBe(0);
      });

      test('the greatest safe integer survives as an ordinal', async () => {
        await store.transact([put('a', 'a', { ordinal: Number.MAX_SAFE_INTEGER })]);
        expect((await store.get(key('a')))?.ordinal).toBe(Number.MAX_SAFE_INTEGER);
      });

      test('a missing item is undefined', async () => {
        expect(await store.get(key('a'))).toBeUndefined();
      });

      test('a later put replaces value and ordinal', async () => {
        await store.transact([put('a', 'one', { ordinal: 5 })]);
        await store.transact([put('a', 'two')]);
        expect(await store.get(key('a'))).toEqual({ key: key('a'), value: bytes('two'), ordinal: 0 });
      });

      test('a deleted item is gone, and deleting it again is no error', async () => {
        await putAll(['a']);
        await store.transact([{ delete: key('a') }]);
        await store.transact([{ delete: key('a') }]);
        expect(await store.get(key('a'))).toBeUndefined();
        expect(await sorts()).toEqual([]);
      });

      test.each([
        ['no bytes', new Uint8Array(0)],
        ['every byte', Uint8Array.from({ length: 256 }, (_, index) => index)],
        ['as many bytes as a value may have', pseudoRandomBytes(VALUE_BYTES_MAX)],
        ['a view into a larger buffer', new Uint8Array(Uint8Array.from([9, 1, 2, 3, 9]).buffer, 1, 3)],
      ])('a value of %s comes back exactly', async (_, value) => {
        await store.transact([{ put: key('a'), value }]);
        const read = await store.get(key('a'));
        expect(Buffer.from(read!.value).equals(Buffer.from(value))).toBe(true);
        const [queried] = await collect(store.query(partition));
        expect(Buffer.from(queried.value).equals(Buffer.from(value))).toBe(true);
      });

      test('a value that the caller changes after the call, or that was read, stays what it was', async () => {
        const value = Buffer.from('one');
        const writing = store.transact([{ put: key('a'), value }]);
        value.fill(0);
        await writing;
        (await store.get(key('a')))!.value.fill(0);
        expect(await textOf('a')).toBe('one');
      });

      test('getMany returns what exists, in the order asked for, also when asked twice', async () => {
        await putAll(['a', 'b', 'c']);
        const items = await store.getMany([key('c'), key('missing'), key('a'), key('c')]);
        expect(items.map(item => item.key.sort)).toEqual(['c', 'a', 'c']);
        expect(await store.getMany([])).toEqual([]);
      });

      test('getMany takes any number of keys', async () => {
        const names = await writeMany(250);
        const items = await store.getMany([...names].reverse().map(key));
        expect(items.map(item => item.key.sort)).toEqual([...names].reverse());
      });

      test('partitions do not see each other, even when one name begins with the other', async () => {
        await store.transact([{ put: { partition, sort: 'a' }, value: bytes('1') }, { put: { partition: `${partition}a`, sort: 'b' }, value: bytes('2') }]);
        expect(await sorts()).toEqual(['a']);
        expect(await store.get({ partition: `${partition}a`, sort: 'a' })).toBeUndefined();
      });
    });

    describe('querying', () => {
      // In order of UTF-8 bytes; UTF-16 code units would put the emoji before the last two.
      const ordered = ['\u0000', ' ', '!', '0', 'A', 'Z', 'a', 'a\u0000', 'a!', 'aa', 'b', 'z', '~', '\u007f', 'é', 'ÿ', 'Ω', '中', '\uffee', '\uffff', '😀'];

      test('items come in the order of the UTF-8 bytes of their sort keys', async () => {
        await putAll([...ordered].reverse());
        expect(await sorts()).toEqual(ordered);
      });

      test('reverse gives the opposite order', async () => {
        await putAll(ordered);
        expect(await sorts({ reverse: true })).toEqual([...ordered].reverse());
      });

      test('from and to are inclusive, in both directions', async () => {
        await putAll(['a', 'b', 'c', 'd', 'e']);
        expect(await sorts({ from: 'b', to: 'd' })).toEqual(['b', 'c', 'd']);
        expect(await sorts({ from: 'b', to: 'd', reverse: true })).toEqual(['d', 'c', 'b']);
        expect(await sorts({ from: 'd' })).toEqual(['d', 'e']);
        expect(await sorts({ to: 'b' })).toEqual(['a', 'b']);
        expect(await sorts({ to: 'b', reverse: true })).toEqual(['b', 'a']);
        expect(await sorts({ from: 'c', to: 'c' })).toEqual(['c']);
      });

      test('bounds need not exist', async () => {
        await putAll(['b', 'd']);
        expect(await sorts({ from: 'a', to: 'c' })).toEqual(['b']);
        expect(await sorts({ from: 'c', to: 'z', reverse: true })).toEqual(['d']);
        expect(await sorts({ from: 'e', to: 'z' })).toEqual([]);
      });

      test('a range that ends before it begins is empty', async () => {
        await putAll(['a', 'b']);
        expect(await sorts({ from: 'b', to: 'a' })).toEqual([]);
        expect(await sorts({ to: '' })).toEqual([]);
      });

      test('empty bounds exclude nothing', async () => {
        await putAll(['a', 'b']);
        expect(await sorts({ from: '' })).toEqual(['a', 'b']);
        expect(await sorts({ prefix: '' })).toEqual(['a', 'b']);
      });

      test('a prefix selects the keys that begin with it', async () => {
        await putAll(['a', 'a/', 'a/1', 'a/é', 'a/😀', 'a0', 'b', 'é1', 'é😀', 'ê']);
        expect(await sorts({ prefix: 'a/' })).toEqual(['a/', 'a/1', 'a/é', 'a/😀']);
        expect(await sorts({ prefix: 'a/', reverse: true })).toEqual(['a/😀', 'a/é', 'a/1', 'a/']);
        expect(await sorts({ prefix: 'é' })).toEqual(['é1', 'é😀']);
        expect(await sorts({ prefix: 'a/', limit: 2 })).toEqual(['a/', 'a/1']);
        expect(await sorts({ prefix: 'c' })).toEqual([]);
      });

      test('limit stops the query', async () => {
        await putAll(['a', 'b', 'c']);
        expect(await sorts({ limit: 2 })).toEqual(['a', 'b']);
        expect(await sorts({ limit: 2, reverse: true })).toEqual(['c', 'b']);
        expect(await sorts({ limit: 0 })).toEqual([]);
        expect(await sorts({ limit: 9 })).toEqual(['a', 'b', 'c']);
      });

      test('many items are paged through completely in both directions', async () => {
        const names = await writeMany(effort.manyItems);
        expect(await sorts()).toEqual(names);
        expect(await sorts({ reverse: true })).toEqual([...names].reverse());
        expect(await sorts({ limit: effort.manyItems - 1 })).toHaveLength(effort.manyItems - 1);
      });

      test('a query of more than a megabyte is complete', async () => {
        const names = ['1', '2', '3', '4', '5', '6', '7'];
        for (const name of names) {
          await store.transact([{ put: key(name), value: pseudoRandomBytes(VALUE_BYTES_MAX) }]);
        }
        expect(await sorts()).toEqual(names);
        expect(await sorts({ reverse: true })).toEqual([...names].reverse());
        expect(await store.getMany(names.map(key))).toHaveLength(names.length);
      });

      test('a reader may stop early and may write while it reads', async () => {
        const names = await writeMany(300);
        const seen: string[] = [];
        for await (const item of store.query(partition)) {
          await store.transact([{ delete: item.key }]);
          seen.push(item.key.sort);
          if (seen.length === 200) {
            break;
          }
        }
        expect(seen).toEqual(names.slice(0, 200));
        expect(await sorts()).toEqual(names.slice(200));
      });
    });

    describe('conditions', () => {
      test.each<[string, object, number | undefined, boolean]>([
        ['absent', { absent: true }, undefined, true],
        ['absent', { absent: true }, 0, false],
        ['ordinal 5', { ordinal: 5 }, 5, true],
        ['ordinal 5', { ordinal: 5 }, 4, false],
        ['ordinal 5', { ordinal: 5 }, 6, false],
        ['ordinal 5', { ordinal: 5 }, undefined, false],
        ['ordinal 0', { ordinal: 0 }, undefined, false],
        ['ordinalBelow 5', { ordinalBelow: 5 }, undefined, true],
        ['ordinalBelow 5', { ordinalBelow: 5 }, 4, true],
        ['ordinalBelow 5', { ordinalBelow: 5 }, 5, false],
        ['ordinalBelow 5', { ordinalBelow: 5 }, 6, false],
        ['ordinalBelow 0', { ordinalBelow: 0 }, undefined, true],
      ])('%s (%j) against an item of ordinal %p holds: %p', async (_, condition, ordinal, expected) => {
        for (const form of ['put', 'delete', 'check', 'put beside another', 'delete beside another'] as const) {
          const sort = `subject of ${form}`;
          if (ordinal !== undefined) {
            await store.transact([put(sort, 'old', { ordinal })]);
          }
          const subject: Record<typeof form, Action[]> = {
            'put': [put(sort, 'new', { if: condition })],
            'delete': [{ delete: key(sort), if: condition } as Action],
            'check': [{ check: key(sort), if: condition } as Action],
            'put beside another': [put('other'), put(sort, 'new', { if: condition })],
            'delete beside another': [put('other'), { delete: key(sort), if: condition } as Action],
          };
          const outcome = store.transact(subject[form]);
          const old = ordinal === undefined ? undefined : 'old';
          if (expected) {
            await outcome;
            expect(await textOf(sort)).toBe(form.startsWith('put') ? 'new' : form === 'check' ? old : undefined);
          } else {
            await expect(outcome).rejects.toMatchObject({ name: 'ConditionFailed', actionIndex: subject[form].length - 1, key: key(sort) });
            await expect(outcome).rejects.toBeInstanceOf(ConditionFailed);
            expect(await textOf(sort)).toBe(old);
            expect(await textOf('other')).toBeUndefined();
          }
        }
      });

      test('a condition that fails in the middle leaves nothing behind', async () => {
        await store.transact([put('kept', 'old', { ordinal: 3 }), put('deleted', 'old')]);
        const failing = store.transact([
          put('new'), { delete: key('deleted') }, { check: key('kept'), if: { ordinal: 2 } }, put('newer'), put('kept too', 'x', { if: { ordinal: 1 } }),
        ]);
        await expect(failing).rejects.toMatchObject({ actionIndex: 2, key: key('kept') });
        expect(await sorts()).toEqual(['deleted', 'kept']);
      });

      test('conditions see the state before the transact, not its own writes', async () => {
        await store.transact([put('a', 'old', { ordinal: 1 })]);
        await store.transact([put('b', 'b', { if: { absent: true } }), put('a', 'new', { ordinal: 2, if: { ordinal: 1 } })]);
        expect(await textOf('a')).toBe('new');
      });
    });

    describe('transacts', () => {
      test('as many actions as allowed happen together', async () => {
        const names = Array.from({ length: TRANSACT_ACTIONS_MAX }, (_, index) => numbered(index));
        await putAll(names);
        expect(await sorts()).toEqual(names);
        await store.transact(names.map(name => ({ delete: key(name) })));
        expect(await sorts()).toEqual([]);
      });

      test('no actions are no work', async () => {
        await store.transact([]);
      });

      test('an item of the greatest size with keys of the greatest length is taken', async () => {
        const long: Key = { partition: longText(partition, PARTITION_BYTES_MAX), sort: longText('s', SORT_BYTES_MAX) };
        const value = pseudoRandomBytes(ITEM_BYTES_MAX - PARTITION_BYTES_MAX - SORT_BYTES_MAX - 64);
        await store.transact([{ put: long, value, ordinal: Number.MAX_SAFE_INTEGER, expiresAtSeconds: Number.MAX_SAFE_INTEGER }]);
        expect((await store.get(long))?.value).toHaveLength(value.length);
        expect(await collect(store.query(long.partition, { prefix: long.sort }))).toHaveLength(1);
      });

      test('concurrent writers on one ordinal lose no update', async () => {
        await store.transact([put('counter', '0', { ordinal: 0 })]);
        const increments = 8;
        const writers = Array.from({ length: 4 }, async () => {
          for (let done = 0; done < increments;) {
            const { ordinal } = (await store.get(key('counter')))!;
            try {
              await store.transact([
                put('counter', String(ordinal + 1), { ordinal: ordinal + 1, if: { ordinal } }),
                put(`entry ${numbered(ordinal + 1)}`, 'x', { if: { absent: true } }),
              ]);
              done++;
            } catch (error) {
              if (!(error instanceof ConditionFailed)) {
                throw error;
              }
            }
          }
        });
        await Promise.all(writers);
        expect(await store.get(key('counter'))).toMatchObject({ ordinal: 4 * increments, value: bytes(String(4 * increments)) });
        expect(await sorts({ prefix: 'entry ' })).toEqual(Array.from({ length: 4 * increments }, (_, index) => `entry ${numbered(index + 1)}`));
      });

      test('of concurrent creators of one key exactly one succeeds', async () => {
        const outcomes = await Promise.allSettled(Array.from({ length: 10 }, async (_, index) => store.transact([
          put('contended', String(index), { if: { absent: true } }), put(`by ${index}`),
        ])));
        const winners = outcomes.flatMap((outcome, index) => outcome.status === 'fulfilled' ? [index] : []);
        expect(winners).toHaveLength(1);
        expect(await textOf('contended')).toBe(String(winners[0]));
        expect(await sorts({ prefix: 'by ' })).toEqual([`by ${winners[0]}`]);
      });
    });

    describe('refusals', () => {
      const refusedActions: readonly [string, () => readonly Action[], RegExp][] = [
        ['more actions than the limit', () => Array.from({ length: TRANSACT_ACTIONS_MAX + 1 }, (_, index) => put(`${index}`)), /101 actions.*100/],
        ['two actions on one key', () => [put('a'), { check: key('a'), if: { absent: true } }], /repeats the key/],
        ['an oversize item', () => [{ put: key('a'), value: new Uint8Array(ITEM_BYTES_MAX) }], /limit is 409600/],
        ['an oversize transact', () => Array.from({ length: 11 }, (_, index) => ({ put: key(`${index}`), value: new Uint8Array(VALUE_BYTES_MAX) })), /exceeds the limit of 4194304 bytes/],
        ['an empty partition', () => [{ delete: { partition: '', sort: 'a' } }], /partition is empty/],
        ['an empty sort key', () => [put('')], /sort key is empty/],
        ['a long partition', () => [{ delete: { partition: 'x'.repeat(PARTITION_BYTES_MAX + 1), sort: 'a' } }], /limit is 2048/],
        ['a long sort key', () => [put('é'.repeat(SORT_BYTES_MAX / 2) + 'x')], /limit is 1024/],
        ['half of a surrogate pair', () => [put('a\ud83d')], /surrogate/],
        ['a negative ordinal', () => [put('a', 'a', { ordinal: -1 })], /ordinal of action 0 is -1/],
        ['a fractional ordinal', () => [put('a', 'a', { ordinal: 0.5 })], /0\.5/],
        ['an unsafe ordinal', () => [put('a', 'a', { ordinal: 2 ** 53 })], /9007199254740992/],
        ['a fractional expiry', () => [put('a', 'a', { expiresAtSeconds: 1.5 })], /expiresAtSeconds/],
        ['an ordinal condition that is no number', () => [put('a', 'a', { if: { ordinal: NaN } })], /NaN/],
      ];

      test.each(refusedActions)('%s', async (_, actions, message) => {
        const outcome = store.transact(actions());
        await expect(outcome).rejects.toBeInstanceOf(RequestRefused);
        await expect(outcome).rejects.toThrow(message);
        expect(await sorts()).toEqual([]);
      });

      test('reading with an empty key', async () => {
        await expect(store.get(key(''))).rejects.toBeInstanceOf(RequestRefused);
        await expect(store.getMany([key('a'), key('')])).rejects.toBeInstanceOf(RequestRefused);
        await expect(collect(store.query(''))).rejects.toBeInstanceOf(RequestRefused);
      });

      test.each<[string, Range]>([
        ['prefix with from', { prefix: 'a', from: 'a' }],
        ['prefix with to', { prefix: 'a', to: 'a' }],
        ['negative limit', { limit: -1 }],
        ['fractional limit', { limit: 1.5 }],
        ['long bound', { from: 'x'.repeat(SORT_BYTES_MAX + 1) }],
        ['half of a surrogate pair', { prefix: '\udc00' }],
      ])('a range: %s', async (_, range) => {
        await expect(collect(store.query(partition, range))).rejects.toBeInstanceOf(RequestRefused);
      });
    });

    test('any sequence of operations has the same outcome as on a plain model', async () => {
      let run = 0;
      await fc.assert(fc.asyncProperty(operationSequence(), async operations => {
        await replay(store, `${partition} run ${run++}`, operations);
      }), { numRuns: effort.propertyRuns });
    }, 60_000);

    async function writeMany(count: number): Promise<string[]> {
      const names = Array.from({ length: count }, (_, index) => numbered(index));
      for (let start = 0; start < count; start += TRANSACT_ACTIONS_MAX) {
        await putAll(names.slice(start, start + TRANSACT_ACTIONS_MAX));
      }
      return names;
    }
  });

  test(`${name} refuses work after it is closed, and closes twice without complaint`, async () => {
    const { store, cleanup } = await open();
    const key: Key = { partition: 'p', sort: 's' };
    const accepted = store.transact([{ put: key, value: bytes('x') }]);
    await Promise.all([store.close(), store.close()]);
    await accepted;
    await expect(store.get(key)).rejects.toThrow(/closed/);
    await expect(store.getMany([key])).rejects.toThrow(/closed/);
    await expect(store.transact([{ delete: key }])).rejects.toThrow(/closed/);
    await expect(collect(store.query('p'))).rejects.toThrow(/closed/);
    await store.close();
    await cleanup();
  });
}

/** Everything an async iterable yields. */
export async function collect(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

/** Numbers whose order as text is their order as numbers. */
function numbered(index: number): string {
  return String(index).padStart(6, '0');
}

function longText(start: string, length: number): string {
  return start.padEnd(length, 'x');
}

/** Bytes without a pattern that compression or alignment could hide an error behind. */
function pseudoRandomBytes(length: number): Uint8Array {
  let state = length + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}
