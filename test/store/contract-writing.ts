import { ContractBench, bytes, collect, longText, numbered, pseudoRandomBytes } from './contract-bench';
import { Action, ConditionFailed, ITEM_BYTES_MAX, Key, PARTITION_BYTES_MAX, SORT_BYTES_MAX, TRANSACT_ACTIONS_MAX } from '../../src/store';

/** Writes happen whole, under their conditions, or not at all. */
export function describeWriting(bench: ContractBench): void {
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
          await bench.store.transact([bench.put(sort, 'old', { ordinal })]);
        }
        const subject: Record<typeof form, Action[]> = {
          'put': [bench.put(sort, 'new', { if: condition })],
          'delete': [{ delete: bench.key(sort), if: condition } as Action],
          'check': [{ check: bench.key(sort), if: condition } as Action],
          'put beside another': [bench.put('other'), bench.put(sort, 'new', { if: condition })],
          'delete beside another': [bench.put('other'), { delete: bench.key(sort), if: condition } as Action],
        };
        const outcome = bench.store.transact(subject[form]);
        const old = ordinal === undefined ? undefined : 'old';
        if (expected) {
          await outcome;
          expect(await bench.textOf(sort)).toBe(form.startsWith('put') ? 'new' : form === 'check' ? old : undefined);
        } else {
          await expect(outcome).rejects.toMatchObject({ name: 'ConditionFailed', actionIndex: subject[form].length - 1, key: bench.key(sort) });
          await expect(outcome).rejects.toBeInstanceOf(ConditionFailed);
          expect(await bench.textOf(sort)).toBe(old);
          expect(await bench.textOf('other')).toBeUndefined();
        }
      }
    });

    test('a condition that fails in the middle leaves nothing behind', async () => {
      await bench.store.transact([bench.put('kept', 'old', { ordinal: 3 }), bench.put('deleted', 'old')]);
      const failing = bench.store.transact([
        bench.put('new'), { delete: bench.key('deleted') }, { check: bench.key('kept'), if: { ordinal: 2 } }, bench.put('newer'), bench.put('kept too', 'x', { if: { ordinal: 1 } }),
      ]);
      await expect(failing).rejects.toMatchObject({ actionIndex: 2, key: bench.key('kept') });
      expect(await bench.sorts()).toEqual(['deleted', 'kept']);
    });

    test('conditions see the state before the transact, not its own writes', async () => {
      await bench.store.transact([bench.put('a', 'old', { ordinal: 1 })]);
      await bench.store.transact([bench.put('b', 'b', { if: { absent: true } }), bench.put('a', 'new', { ordinal: 2, if: { ordinal: 1 } })]);
      expect(await bench.textOf('a')).toBe('new');
    });
  });

  describe('transacts', () => {
    test('as many actions as allowed happen together', async () => {
      const names = Array.from({ length: TRANSACT_ACTIONS_MAX }, (_, index) => numbered(index));
      await bench.putAll(names);
      expect(await bench.sorts()).toEqual(names);
      await bench.store.transact(names.map(name => ({ delete: bench.key(name) })));
      expect(await bench.sorts()).toEqual([]);
    });

    test('no actions are no work', async () => {
      await bench.store.transact([]);
    });

    test('an item of the greatest size with keys of the greatest length is taken', async () => {
      const long: Key = { partition: longText(bench.partition, PARTITION_BYTES_MAX), sort: longText('s', SORT_BYTES_MAX) };
      const value = pseudoRandomBytes(ITEM_BYTES_MAX - PARTITION_BYTES_MAX - SORT_BYTES_MAX - 64);
      await bench.store.transact([{ put: long, value, ordinal: Number.MAX_SAFE_INTEGER, expiresAtSeconds: Number.MAX_SAFE_INTEGER }]);
      expect((await bench.store.get(long))?.value).toHaveLength(value.length);
      expect(await collect(bench.store.query(long.partition, { prefix: long.sort }))).toHaveLength(1);
    });

    test('concurrent writers on one ordinal lose no update', async () => {
      await bench.store.transact([bench.put('counter', '0', { ordinal: 0 })]);
      const increments = 8;
      const writers = Array.from({ length: 4 }, async () => {
        for (let done = 0; done < increments;) {
          const { ordinal } = (await bench.store.get(bench.key('counter')))!;
          try {
            await bench.store.transact([
              bench.put('counter', String(ordinal + 1), { ordinal: ordinal + 1, if: { ordinal } }),
              bench.put(`entry ${numbered(ordinal + 1)}`, 'x', { if: { absent: true } }),
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
      expect(await bench.store.get(bench.key('counter'))).toMatchObject({ ordinal: 4 * increments, value: bytes(String(4 * increments)) });
      expect(await bench.sorts({ prefix: 'entry ' })).toEqual(Array.from({ length: 4 * increments }, (_, index) => `entry ${numbered(index + 1)}`));
    });

    test('of concurrent creators of one key exactly one succeeds', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 10 }, async (_, index) => bench.store.transact([
        bench.put('contended', String(index), { if: { absent: true } }), bench.put(`by ${index}`),
      ])));
      const winners = outcomes.flatMap((outcome, index) => outcome.status === 'fulfilled' ? [index] : []);
      expect(winners).toHaveLength(1);
      expect(await bench.textOf('contended')).toBe(String(winners[0]));
      expect(await bench.sorts({ prefix: 'by ' })).toEqual([`by ${winners[0]}`]);
    });
  });
}
