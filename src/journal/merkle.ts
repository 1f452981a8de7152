import { dot, EMPTY_HASH, type Combine } from './dot';

/**
 * The Merkle root of a list of hashes that fits in memory. Neighbours are paired with `dot`; an odd last one moves up as it is.
 * The root of one hash is that hash, the root of none is empty.
 * @param combine answers as `dot` does, from memory perhaps
 */
export function merkleRoot(hashes: readonly Uint8Array[], combine: Combine = dot): Uint8Array {
  let level = hashes;
  while (level.length > 1) level = nextLevel(level, combine);
  return level[0] ?? EMPTY_HASH;
}

/**
 * The siblings on the way from one hash of a list to its root, leaf side first.
 * @throws RangeError for an index outside the list.
 */
export function merkleProof(hashes: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!(index >= 0 && index < hashes.length)) throw new RangeError(`There is no hash ${index} in a list of ${hashes.length}`);
  const proof: Uint8Array[] = [];
  let level = hashes;
  let position = index;
  while (level.length > 1) {
    const sibling = level[position % 2 === 0 ? position + 1 : position - 1];
    if (sibling !== undefined) proof.push(sibling);
    level = nextLevel(level);
    position = Math.floor(position / 2);
  }
  return proof;
}

function nextLevel(level: readonly Uint8Array[], combine: Combine = dot): Uint8Array[] {
  const next: Uint8Array[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const right = level[index + 1];
    next.push(right === undefined ? level[index]! : combine(level[index]!, right));
  }
  return next;
}
