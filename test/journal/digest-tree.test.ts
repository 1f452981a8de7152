import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { appendedNodes, blockProof, digest, dot, EMPTY_HASH, merkleProof, merkleRoot, ReadNode, verifyProof } from '../../src/journal';

const LARGEST = 300;
const leaf = (index: number): Uint8Array => new Uint8Array(createHash('sha256').update(`block ${index}`).digest());
const leaves = Array.from({ length: LARGEST }, (_, index) => leaf(index));

/** The nodes of a ledger of `LARGEST` blocks; reads of nodes that were never stored fail. */
async function storedNodes(): Promise<{ readNode: ReadNode; stored: Map<string, Uint8Array>; reads: () => number }> {
  const stored = new Map<string, Uint8Array>();
  let count = 0;
  const readNode: ReadNode = async (level, index) => {
    count++;
    const node = stored.get(`${level}/${index}`);
    if (node === undefined) throw new Error(`Node ${level}/${index} was never stored`);
    return node;
  };
  for (const [index, hash] of leaves.entries()) {
    for (const node of await appendedNodes(index, hash, readNode)) stored.set(`${node.level}/${node.index}`, node.hash);
  }
  return { readNode, stored, reads: () => count };
}

/** The tree as RFC 6962 splits it, written down independently. */
function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length <= 1) return hashes[0] ?? EMPTY_HASH;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return dot(naiveRoot(hashes.slice(0, split)), naiveRoot(hashes.slice(split)));
}

describe('the digest tree', () => {
  test('has the digest of the naive tree at every size', async () => {
    const { readNode } = await storedNodes();
    for (let size = 0; size <= LARGEST; size++) {
      const expected = naiveRoot(leaves.slice(0, size));
      expect(merkleRoot(leaves.slice(0, size))).toEqual(expected);
      expect(await digest(size, readNode)).toEqual(expected);
    }
  });

  test('stores each node once and fewer than two a block', async () => {
    const { stored } = await storedNodes();
    expect(stored.size).toBeLessThan(2 * LARGEST);
  });

  test('proves any block for any tip at or after it', async () => {
    const { readNode } = await storedNodes();
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: LARGEST }), fc.nat(), async (leafCount, seed) => {
      const sequenceNo = seed % leafCount;
      const tipDigest = await digest(leafCount, readNode);
      const proof = await blockProof(sequenceNo, leafCount, readNode);
      expect(proof).toEqual(merkleProof(leaves.slice(0, leafCount), sequenceNo));
      expect(verifyProof(leaf(sequenceNo), proof, tipDigest)).toBe(true);
      expect(verifyProof(leaf(sequenceNo + LARGEST), proof, tipDigest)).toBe(false);
      if (leafCount > 2) expect(verifyProof(leaf((sequenceNo + 2) % leafCount), proof, tipDigest)).toBe(false);
    }), { numRuns: 300 });
  });

  test('reads few nodes for a proof', async () => {
    const { readNode, reads } = await storedNodes();
    const before = reads();
    await blockProof(100, LARGEST, readNode);
    expect(reads() - before).toBeLessThan(2 * Math.ceil(Math.log2(LARGEST)));
  });

  test('refuses to prove a block that the tip does not reach', async () => {
    const { readNode } = await storedNodes();
    await expect(blockProof(10, 10, readNode)).rejects.toThrow('Block 10 is not among the 10 blocks of the digest');
  });

  test('of one block is that block, with an empty proof', async () => {
    const { readNode } = await storedNodes();
    expect(await digest(1, readNode)).toEqual(leaf(0));
    expect(await blockProof(0, 1, readNode)).toEqual([]);
  });
});
