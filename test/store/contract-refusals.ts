import { ContractBench, collect } from './contract-bench';
import { Action, ITEM_BYTES_MAX, PARTITION_BYTES_MAX, Range, RequestRefused, SORT_BYTES_MAX, TRANSACT_ACTIONS_MAX, VALUE_BYTES_MAX } from '../../src/store';

/** Every store refuses the same requests. */
export function describeRefusals(bench: ContractBench): void {
  describe('refusals', () => {
    const refusedActions: readonly [string, () => readonly Action[], RegExp][] = [
      ['more actions than the limit', () => Array.from({ length: TRANSACT_ACTIONS_MAX + 1 }, (_, index) => bench.put(`${index}`)), /101 actions.*100/],
      ['two actions on one key', () => [bench.put('a'), { check: bench.key('a'), if: { absent: true } }], /repeats the key/],
      ['an oversize item', () => [{ put: bench.key('a'), value: new Uint8Array(ITEM_BYTES_MAX) }], /limit is 409600/],
      ['an oversize transact', () => Array.from({ length: 11 }, (_, index) => ({ put: bench.key(`${index}`), value: new Uint8Array(VALUE_BYTES_MAX) })), /exceeds the limit of 4194304 bytes/],
      ['an empty partition', () => [{ delete: { partition: '', sort: 'a' } }], /partition is empty/],
      ['an empty sort key', () => [bench.put('')], /sort key is empty/],
      ['a long partition', () => [{ delete: { partition: 'x'.repeat(PARTITION_BYTES_MAX + 1), sort: 'a' } }], /limit is 2048/],
      ['a long sort key', () => [bench.put('é'.repeat(SORT_BYTES_MAX / 2) + 'x')], /limit is 1024/],
      ['half of a surrogate pair', () => [bench.put('a\ud83d')], /surrogate/],
      ['a value that is a text', () => [bench.put('a'), { put: bench.key('b'), value: 'text' as never }], /value of action 1 is String; it must be a Uint8Array/],
      ['a value that is missing', () => [{ put: bench.key('a'), value: undefined as never }], /value of action 0 is Undefined; it must be a Uint8Array/],
      ['a negative ordinal', () => [bench.put('a', 'a', { ordinal: -1 })], /ordinal of action 0 is -1/],
      ['a fractional ordinal', () => [bench.put('a', 'a', { ordinal: 0.5 })], /0\.5/],
      ['an unsafe ordinal', () => [bench.put('a', 'a', { ordinal: 2 ** 53 })], /9007199254740992/],
      ['a fractional expiry', () => [bench.put('a', 'a', { expiresAtSeconds: 1.5 })], /expiresAtSeconds/],
      ['an ordinal condition that is no number', () => [bench.put('a', 'a', { if: { ordinal: NaN } })], /NaN/],
    ];

    test.each(refusedActions)('%s', async (_, actions, message) => {
      const outcome = bench.store.transact(actions());
      await expect(outcome).rejects.toBeInstanceOf(RequestRefused);
      await expect(outcome).rejects.toThrow(message);
      expect(await bench.sorts()).toEqual([]);
    });

    test('reading with an empty key', async () => {
      await expect(bench.store.get(bench.key(''))).rejects.toBeInstanceOf(RequestRefused);
      await expect(bench.store.getMany([bench.key('a'), bench.key('')])).rejects.toBeInstanceOf(RequestRefused);
      await expect(collect(bench.store.query(''))).rejects.toBeInstanceOf(RequestRefused);
    });

    test.each<[string, Range]>([
      ['prefix with from', { prefix: 'a', from: 'a' }],
      ['prefix with to', { prefix: 'a', to: 'a' }],
      ['negative limit', { limit: -1 }],
      ['fractional limit', { limit: 1.5 }],
      ['long bound', { from: 'x'.repeat(SORT_BYTES_MAX + 1) }],
      ['half of a surrogate pair', { prefix: '\udc00' }],
    ])('a range: %s', async (_, range) => {
      await expect(collect(bench.store.query(bench.partition, range))).rejects.toBeInstanceOf(RequestRefused);
    });
  });
}
