import { flipBytes } from './byte-flips';

// One flip a byte, of another bit each; byte-flips.heavy.test.ts takes all 255.
test.each(['ION_TEXT', 'ION_BINARY', 'JSON'] as const)('a flip of any byte in %s is found, or changes nothing that a hash covers', async (format) => {
  const { found, unnoticed } = await flipBytes(format, offset => [1 << offset % 8]);
  expect(unnoticed).toEqual([]);
  expect(found).toBeGreaterThan(2000);
});

test('no field can be blotted out of binary Ion', async () => {
  const { unnoticed } = await flipBytes('ION_BINARY', () => [0xd0, 0xb0]);
  expect(unnoticed).toEqual([]);
});
