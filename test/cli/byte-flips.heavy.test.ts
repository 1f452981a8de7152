import { flipBytes } from './byte-flips';

const EVERY_MASK = Array.from({ length: 255 }, (_, index) => index + 1);

test.each(['ION_TEXT', 'ION_BINARY', 'JSON'] as const)('every change of any byte in %s is found, or changes nothing that a hash covers', async (format) => {
  expect((await flipBytes(format, () => EVERY_MASK)).unnoticed).toEqual([]);
}, 3_600_000);
