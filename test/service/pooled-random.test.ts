import { pooledRandom } from '../../src/service/pooled-random';

test('what was drawn stays as it is, and no two draws share a byte', () => {
  const random = pooledRandom();
  const drawn = Array.from({ length: 1_000 }, () => random(16));
  const copies = drawn.map(bytes => Buffer.from(bytes).toString('hex'));
  expect(new Set(copies).size).toBe(drawn.length);
  drawn[0]!.fill(0);
  random(10_000);
  expect(drawn.slice(1).map(bytes => Buffer.from(bytes).toString('hex'))).toEqual(copies.slice(1));
});

test('more than a pool holds is drawn as well', () => {
  const random = pooledRandom();
  expect([random(5_000).length, random(16).length, random(0).length]).toEqual([5_000, 16, 0]);
});
