import { ContractBench, bytes, collect, pseudoRandomBytes } from './contract-bench';
import { VALUE_BYTES_MAX } from '../../src/store';

/** What is read is what was written, in order. */
export function describeReading(bench: ContractBench): void {
  describe('reading', () => {
    test('an item is read as it was written', async () => {
      await bench.store.transact([{ put: bench.key('a'), value: Buffer.from('one'), ordinal: 7, expiresAtSeconds: 4_000_000_000 }]);
      expect(await bench.store.get(bench.key('a'))).toEqual({ key: bench.key('a'), value: bytes('one'), ordinal: 7 });
    });

    test('the ordinal is 0 when the writer gave none', async () => {
      await bench.store.transact([bench.put('a')]);
      expect((await bench.store.get(bench.key('a')))?.ordinal).toBe(0);
    });

    test('the greatest safe integer survives as an ordinal', async () => {
      await bench.store.transact([bench.put('a', 'a', { ordinal: Number.MAX_SAFE_INTEGER })]);
      expect((await bench.store.get(bench.key('a')))?.ordinal).toBe(Number.MAX_SAFE_INTEGER);
    });

    test('a missing item is undefined', async () => {
      expect(await bench.store.get(bench.key('a'))).toBeUndefined();
    });

    test('a later put replaces value and ordinal', async () => {
      await bench.store.transact([bench.put('a', 'one', { ordinal: 5 })]);
      await bench.store.transact([bench.put('a', 'two')]);
      expect(await bench.store.get(bench.key('a'))).toEqual({ key: bench.key('a'), value: bytes('two'), ordinal: 0 });
    });

    test('a deleted item is gone, and deleting it again is no error', async () => {
      await bench.putAll(['a']);
      await bench.store.transact([{ delete: bench.key('a') }]);
      await bench.store.transact([{ delete: bench.key('a') }]);
      expect(await bench.store.get(bench.key('a'))).toBeUndefined();
      expect(await bench.sorts()).toEqual([]);
    });

    test.each([
      ['no bytes', new Uint8Array(0)],
      ['every byte', Uint8Array.from({ length: 256 }, (_, index) => index)],
      ['as many bytes as a value may have', pseudoRandomBytes(VALUE_BYTES_MAX)],
      ['a view into a larger buffer', new Uint8Array(Uint8Array.from([9, 1, 2, 3, 9]).buffer, 1, 3)],
    ])('a value of %s comes back exactly', async (_, value) => {
      await bench.store.transact([{ put: bench.key('a'), value }]);
      const read = await bench.store.get(bench.key('a'));
      expect(Buffer.from(read!.value).equals(Buffer.from(value))).toBe(true);
      const [queried] = await collect(bench.store.query(bench.partition));
      expect(Buffer.from(queried.value).equals(Buffer.from(value))).toBe(true);
    });

    test('a value that the caller changes after the call, or that was read, stays what it was', async () => {
      const value = Buffer.from('one');
      const writing = bench.store.transact([{ put: bench.key('a'), value }]);
      value.fill(0);
      await writing;
      (await bench.store.get(bench.key('a')))!.value.fill(0);
      expect(await bench.textOf('a')).toBe('one');
    });

    test('getMany returns what exists, in the order asked for, also when asked twice', async () => {
      await bench.putAll(['a', 'b', 'c']);
      const items = await bench.store.getMany([bench.key('c'), bench.key('missing'), bench.key('a'), bench.key('c')]);
      expect(items.map(item => item.key.sort)).toEqual(['c', 'a', 'c']);
      expect(await bench.store.getMany([])).toEqual([]);
    });

    test('getMany takes any number of keys', async () => {
      const names = await bench.writeMany(250);
      const items = await bench.store.getMany([...names].reverse().map(bench.key));
      expect(items.map(item => item.key.sort)).toEqual([...names].reverse());
    });

    test('partitions do not see each other, even when one name begins with the other', async () => {
      await bench.store.transact([{ put: { partition: bench.partition, sort: 'a' }, value: bytes('1') }, { put: { partition: `${bench.partition}a`, sort: 'b' }, value: bytes('2') }]);
      expect(await bench.sorts()).toEqual(['a']);
      expect(await bench.store.get({ partition: `${bench.partition}a`, sort: 'a' })).toBeUndefined();
    });
  });

  describe('querying', () => {
    // In order of UTF-8 bytes; UTF-16 code units would put the emoji before the last two.
    const ordered = ['\u0000', ' ', '!', '0', 'A', 'Z', 'a', 'a\u0000', 'a!', 'aa', 'b', 'z', '~', '\u007f', 'é', 'ÿ', 'Ω', '中', '\uffee', '\uffff', '😀'];

    test('items come in the order of the UTF-8 bytes of their sort keys', async () => {
      await bench.putAll([...ordered].reverse());
      expect(await bench.sorts()).toEqual(ordered);
    });

    test('reverse gives the opposite order', async () => {
      await bench.putAll(ordered);
      expect(await bench.sorts({ reverse: true })).toEqual([...ordered].reverse());
    });

    test('from and to are inclusive, in both directions', async () => {
      await bench.putAll(['a', 'b', 'c', 'd', 'e']);
      expect(await bench.sorts({ from: 'b', to: 'd' })).toEqual(['b', 'c', 'd']);
      expect(await bench.sorts({ from: 'b', to: 'd', reverse: true })).toEqual(['d', 'c', 'b']);
      expect(await bench.sorts({ from: 'd' })).toEqual(['d', 'e']);
      expect(await bench.sorts({ to: 'b' })).toEqual(['a', 'b']);
      expect(await bench.sorts({ to: 'b', reverse: true })).toEqual(['b', 'a']);
      expect(await bench.sorts({ from: 'c', to: 'c' })).toEqual(['c']);
    });

    test('bounds need not exist', async () => {
      await bench.putAll(['b', 'd']);
      expect(await bench.sorts({ from: 'a', to: 'c' })).toEqual(['b']);
      expect(await bench.sorts({ from: 'c', to: 'z', reverse: true })).toEqual(['d']);
      expect(await bench.sorts({ from: 'e', to: 'z' })).toEqual([]);
    });

    test('a range that ends before it begins is empty', async () => {
      await bench.putAll(['a', 'b']);
      expect(await bench.sorts({ from: 'b', to: 'a' })).toEqual([]);
      expect(await bench.sorts({ to: '' })).toEqual([]);
    });

    test('empty bounds exclude nothing', async () => {
      await bench.putAll(['a', 'b']);
      expect(await bench.sorts({ from: '' })).toEqual(['a', 'b']);
      expect(await bench.sorts({ prefix: '' })).toEqual(['a', 'b']);
    });

    test('a prefix selects the keys that begin with it', async () => {
      await bench.putAll(['a', 'a/', 'a/1', 'a/é', 'a/😀', 'a0', 'b', 'é1', 'é😀', 'ê']);
      expect(await bench.sorts({ prefix: 'a/' })).toEqual(['a/', 'a/1', 'a/é', 'a/😀']);
      expect(await bench.sorts({ prefix: 'a/', reverse: true })).toEqual(['a/😀', 'a/é', 'a/1', 'a/']);
      expect(await bench.sorts({ prefix: 'é' })).toEqual(['é1', 'é😀']);
      expect(await bench.sorts({ prefix: 'a/', limit: 2 })).toEqual(['a/', 'a/1']);
      expect(await bench.sorts({ prefix: 'c' })).toEqual([]);
    });

    test('limit stops the query', async () => {
      await bench.putAll(['a', 'b', 'c']);
      expect(await bench.sorts({ limit: 2 })).toEqual(['a', 'b']);
      expect(await bench.sorts({ limit: 2, reverse: true })).toEqual(['c', 'b']);
      expect(await bench.sorts({ limit: 0 })).toEqual([]);
      expect(await bench.sorts({ limit: 9 })).toEqual(['a', 'b', 'c']);
    });

    test('many items are paged through completely in both directions', async () => {
      const names = await bench.writeMany(bench.effort.manyItems);
      expect(await bench.sorts()).toEqual(names);
      expect(await bench.sorts({ reverse: true })).toEqual([...names].reverse());
      expect(await bench.sorts({ limit: bench.effort.manyItems - 1 })).toHaveLength(bench.effort.manyItems - 1);
    });

    test('a query of more than a megabyte is complete', async () => {
      const names = ['1', '2', '3', '4', '5', '6', '7'];
      for (const name of names) {
        await bench.store.transact([{ put: bench.key(name), value: pseudoRandomBytes(VALUE_BYTES_MAX) }]);
      }
      expect(await bench.sorts()).toEqual(names);
      expect(await bench.sorts({ reverse: true })).toEqual([...names].reverse());
      expect(await bench.store.getMany(names.map(bench.key))).toHaveLength(names.length);
    });

    test('a reader may stop early and may write while it reads', async () => {
      const names = await bench.writeMany(300);
      const seen: string[] = [];
      for await (const item of bench.store.query(bench.partition)) {
        await bench.store.transact([{ delete: item.key }]);
        seen.push(item.key.sort);
        if (seen.length === 200) {
          break;
        }
      }
      expect(seen).toEqual(names.slice(0, 200));
      expect(await bench.sorts()).toEqual(names.slice(200));
    });
  });
}
