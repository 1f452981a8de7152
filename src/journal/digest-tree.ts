import { dot, EMPTY_HASH } from './dot';

/**
 * The Merkle tree over all blocks of a ledger, without holding it: only nodes whose subtree is complete are stored, and those never change.
 * Level 0 holds the block hashes by sequence number; the node (level, index) covers the blocks from index * 2^level on, 2^level of them.
 * So every tree that ever was, for any tip, can be read from the same stored nodes in O(log n).
 */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Reads a stored node. Only nodes that `appendedNodes` has answered before are asked for. */
export type ReadNode = (level: number, index: number) => Promise<Uint8Array>;

/** The nodes that become complete when a block joins `leafCount` others, to be stored together with the block: itself first, then upwards. */
export async function appendedNodes(leafCount: number, blockHash: Uint8Array, readNode: ReadNode): Promise<TreeNode[]> {
  const completed: TreeNode[] = [{ level: 0, index: leafCount, hash: blockHash }];
  // The new leaf completes one subtree for every 1 bit at the end of its index.
  const leftSiblings: Promise<Uint8Array>[] = [];
  for (let level = 0, index = leafCount; index % 2 === 1; level++, index = (index - 1) / 2) leftSiblings.push(readNode(level, index - 1));
  let { index, hash } = completed[0]!;
  for (const [level, leftSibling] of (await Promise.all(leftSiblings)).entries()) {
    index = (index - 1) / 2;
    hash = dot(leftSibling, hash);
    completed.push({ level: level + 1, index, hash });
  }
  return completed;
}

/** The digest of a ledger of that many blocks; empty for none. Later blocks may exist already. */
export async function digest(leafCount: number, readNode: ReadNode): Promise<Uint8Array> {
  return subtreeHash(0, leafCount, readNode);
}

/**
 * The proof from a block up to the digest of a ledger of `leafCount` blocks (its tip's sequence number plus one).
 * @throws RangeError if the block is not among them.
 */
export async function blockProof(sequenceNo: number, leafCount: number, readNode: ReadNode): Promise<Uint8Array[]> {
  if (!(sequenceNo >= 0 && sequenceNo < leafCount)) {
    throw new RangeError(`Block ${sequenceNo} is not among the ${leafCount} blocks of the digest; ask for a tip at or after it`);
  }
  const siblings: Promise<Uint8Array>[] = [];
  for (let size = 1, index = sequenceNo; size < leafCount; size *= 2, index = Math.floor(index / 2)) {
    const first = (index % 2 === 0 ? index + 1 : index - 1) * size;
    if (first < leafCount) siblings.push(subtreeHash(first, Math.min(first + size, leafCount), readNode));
  }
  return Promise.all(siblings);
}

/** How many hashes the proof of a block holds under a digest of `leafCount` blocks. */
export function blockProofLength(sequenceNo: number, leafCount: number): number {
  let length = 0;
  for (let size = 1, index = sequenceNo; size < leafCount; size *= 2, index = Math.floor(index / 2)) {
    if ((index % 2 === 0 ? index + 1 : index - 1) * size < leafCount) length++;
  }
  return length;
}

/**
 * The hash over the leaves from `first` up to but without `end`. The range starts where a subtree of at least its size does,
 * so that it splits into complete subtrees of falling size; those fold from the right, as the odd last nodes move up.
 */
async function subtreeHash(first: number, end: number, readNode: ReadNode): Promise<Uint8Array> {
  const peaks: Promise<Uint8Array>[] = [];
  let start = first;
  while (start < end) {
    const level = largestLevelWithin(end - start);
    peaks.push(readNode(level, start / 2 ** level));
    start += 2 ** level;
  }
  return foldPeaks(await Promise.all(peaks));
}

/** The root over complete subtrees of falling size, left to right. */
export function foldPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.reduceRight((right, left) => dot(left, right), EMPTY_HASH);
}

/** The level of the largest complete subtree of at most that many leaves. */
function largestLevelWithin(leafCount: number): number {
  let level = 0;
  while (2 ** (level + 1) <= leafCount) level++;
  return level;
}
