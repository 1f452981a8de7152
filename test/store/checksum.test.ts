import { pseudoRandomBytes } from './contract-bench';
import { checksum, tableChecksum } from '../../src/store/checksum';

test.each([['that of this Node', checksum], ['our own', tableChecksum]])('the checksum, %s, is the published one', (_, sum) => {
  expect(sum(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(sum(new Uint8Array(0))).toBe(0);
  expect(sum(pseudoRandomBytes(10_000))).toBe(checksum(pseudoRandomBytes(10_000)));
});
