import { digestOfPair } from '../ion';

/** Bytes of every hash in the journal. */
export const HASH_LENGTH = 32;

/** The hash of nothing: neutral in `dot`, and the root of an empty tree. */
export const EMPTY_HASH: Uint8Array = new Uint8Array(0);

/**
 * QLDB's commutative combination of two hashes: the SHA-256 of both, the smaller one first; an empty operand yields the other one.
 * @throws RangeError for an operand that is neither empty nor 32 bytes long.
 */
export function dot(one: Uint8Array, other: Uint8Array): Uint8Array {
  checkLength(one);
  checkLength(other);
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  return compareHashes(one, other) <= 0 ? digestOfPair(one, other) : digestOfPair(other, one);
}

/** QLDB's order of hashes: from the last byte to the first, each byte as a signed number. */
export function compareHashes(one: Uint8Array, other: Uint8Array): number {
  for (let index = HASH_LENGTH - 1; index >= 0; index--) {
    // Shifting up to the sign bit and back makes a byte signed.
    const difference = ((one[index]! << 24) >> 24) - ((other[index]! << 24) >> 24);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether two hashes are the same. */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

function checkLength(operand: Uint8Array): void {
  if (operand.length !== 0 && operand.length !== HASH_LENGTH) {
    throw new RangeError(`A hash has ${HASH_LENGTH} bytes, or none, but this one has ${operand.length}`);
  }
}
