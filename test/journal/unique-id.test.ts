import * as fc from 'fast-check';
import { isUniqueId, uniqueId } from '../../src/journal';

describe('a unique id', () => {
  test('is two padded base-62 numbers', () => {
    expect(uniqueId(new Uint8Array(16))).toBe('0'.repeat(22));
    expect(uniqueId(new Uint8Array(16).fill(0xff))).toBe('LygHa16AHYFLygHa16AHYF');
    const bytes = new Uint8Array(16);
    bytes[7] = 61;
    bytes[15] = 62;
    expect(uniqueId(bytes)).toBe('0000000000z00000000010');
  });

  test('is recognized, and different bytes give different ids', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(fc.property(bytes, bytes, (one, other) => {
      expect(isUniqueId(uniqueId(one))).toBe(true);
      expect(uniqueId(one) === uniqueId(other)).toBe(Buffer.compare(one, other) === 0);
    }));
  });

  test.each(['', 'abc', '0'.repeat(21), '0'.repeat(23), `${'0'.repeat(21)}-`, 'LygHa16AHYG00000000000', 'z000000000000000000000', `${'0'.repeat(22)}\n`])(
    'is not %j', (text) => {
      expect(isUniqueId(text)).toBe(false);
    });

  test('needs 16 bytes', () => {
    expect(() => uniqueId(new Uint8Array(15))).toThrow('A unique id is made of 16 random bytes, not 15');
  });
});
