import { digestOfPair, digestsOfPairs } from '../ion';

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

/** What combines two hashes. */
export type Combine = (one: Uint8Array, other: Uint8Array) => Uint8Array;

/** Two hashes to be combined. */
export type HashPair = readonly [one: Uint8Array, other: Uint8Array];

/** What `dot` makes of each pair of hashes, none of them empty, one behind the other: many at once are faster. @throws RangeError as `dot` */
export function dotsOf(pairs: readonly HashPair[]): Uint8Array {
  for (const [one, other] of pairs) {
    if (one.length !== HASH_LENGTH || other.length !== HASH_LENGTH) throw new RangeError('Only hashes that are not empty are combined together');
  }
  return digestsOfPairs(pairs.length, (batch, index) => {
    const [one, other] = pairs[index]!;
    return compareHashes(one, other) <= 0 ? batch.addPairFrom(one, 0, other, 0) : batch.addPairFrom(other, 0, one, 0);
  });
}

/** Neighbours combined two by two. @param hashes an even number of hashes, one behind the other */
export function dotsOfNeighbours(hashes: Uint8Array): Uint8Array {
  if (hashes.length === 2 * HASH_LENGTH) return dot(hashes.subarray(0, HASH_LENGTH), hashes.subarray(HASH_LENGTH));
  return digestsOfPairs(hashes.length / 2 / HASH_LENGTH, (batch, index) => {
    const one = index * 2 * HASH_LENGTH;
    const other = one + HASH_LENGTH;
    return compareHashesAt(hashes, one, other) <= 0 ? batch.addPairFrom(hashes, one, hashes, other) : batch.addPairFrom(hashes, other, hashes, one);
  });
}

/** QLDB's order of hashes: from the last byte to the first, each byte as a signed number. */
export function compareHashes(one: Uint8Array, other: Uint8Array): number {
  for (let index = HASH_LENGTH - 1; index >= 0; index--) {
    const difference = signed(one[index]!) - signed(other[index]!);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The same for two hashes that stand in the same bytes. */
export function compareHashesAt(bytes: Uint8Array, one: number, other: number): number {
  for (let index = HASH_LENGTH - 1; index >= 0; index--) {
    const difference = signed(bytes[one + index]!) - signed(bytes[other + index]!);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Shifting up to the sign bit and back makes a byte signed. */
const signed = (byte: number): number => (byte << 24) >> 24;

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
