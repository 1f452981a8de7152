import * as fc from 'fast-check';
import { arbitraryHash } from './arbitrary-block';
import { compareHashes, dot, dotsOf, EMPTY_HASH, merkleProof, merkleRoot } from '../../src/journal';

describe('dot', () => {
  test('does not depend on the order of its operands', () => {
    fc.assert(fc.property(arbitraryHash(), arbitraryHash(), (one, other) => {
      expect(dot(one, other)).toEqual(dot(other, one));
    }));
  });

  test('leaves a hash alone when the other one is empty', () => {
    const hash = new Uint8Array(32).fill(7);
    expect(dot(hash, EMPTY_HASH)).toBe(hash);
    expect(dot(EMPTY_HASH, hash)).toBe(hash);
  });

  test('refuses anything that is not a hash', () => {
    expect(() => dot(new Uint8Array(31), new Uint8Array(32))).toThrow('A hash has 32 bytes, or none, but this one has 31');
  });
});

describe('many combinations at once', () => {
  test('are those that dot makes one by one', () => {
    fc.assert(fc.property(fc.array(fc.tuple(arbitraryHash(), arbitraryHash()), { maxLength: 2000, size: 'max' }), (pairs) => {
      expect(Buffer.from(dotsOf(pairs))).toEqual(Buffer.concat(pairs.map(([one, other]) => dot(one, other))));
    }), { numRuns: 30 });
  });

  test('of something that is no hash are refused, and leave nothing behind', () => {
    const hash = new Uint8Array(32).fill(7);
    expect(() => dotsOf([[hash, hash], [hash, EMPTY_HASH]])).toThrow('Only hashes that are not empty are combined together');
    expect(Buffer.from(dotsOf([[hash, hash]]))).toEqual(Buffer.from(dot(hash, hash)));
  });
});

describe('the order of hashes', () => {
  const withByte = (index: number, byte: number): Uint8Array => {
    const hash = new Uint8Array(32);
    hash[index] = byte;
    return hash;
  };

  test('takes bytes as signed', () => {
    expect(compareHashes(withByte(31, 0x80), withByte(31, 0x7f))).toBeLessThan(0);
    expect(compareHashes(withByte(31, 0xff), withByte(31, 0x00))).toBeLessThan(0);
  });

  test('lets the last byte decide before the first', () => {
    expect(compareHashes(withByte(31, 1), withByte(0, 100))).toBeGreaterThan(0);
  });
});

test('a Merkle proof of an index outside the list is refused', () => {
  expect(merkleRoot([])).toBe(EMPTY_HASH);
  expect(() => merkleProof([], 0)).toThrow('There is no hash 0 in a list of 0');
});
