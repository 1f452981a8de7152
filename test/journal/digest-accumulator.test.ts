import * as fc from 'fast-check';
import { arbitraryHash } from './arbitrary-block';
import { blockProofLength, DigestAccumulator, merkleProof, merkleRoot } from '../../src/journal';

const arbitraryHashes = (): fc.Arbitrary<Uint8Array[]> => fc.array(arbitraryHash(), { minLength: 1, maxLength: 40 });

test('an accumulator has the root of the tree over all hashes at every length', () => {
  fc.assert(fc.property(arbitraryHashes(), (hashes) => {
    const tree = new DigestAccumulator();
    expect(tree.digest()).toHaveLength(0);
    for (const [index, hash] of hashes.entries()) {
      tree.append(hash);
      expect(tree.blockCount).toBe(index + 1);
      expect(tree.digest()).toEqual(merkleRoot(hashes.slice(0, index + 1)));
    }
  }));
});

test('an accumulator comes to the same root, however many hashes go in at once', () => {
  fc.assert(fc.property(fc.array(arbitraryHashes(), { maxLength: 6 }), (runs) => {
    const tree = new DigestAccumulator();
    for (const run of runs) tree.appendAll(Buffer.concat(run));
    const hashes = runs.flat();
    expect(tree.blockCount).toBe(hashes.length);
    expect(tree.digest()).toEqual(merkleRoot(hashes));
  }));
});

test('the length of a block\'s proof follows from its place', () => {
  fc.assert(fc.property(arbitraryHashes(), fc.nat(), (hashes, seed) => {
    const sequenceNo = seed % hashes.length;
    expect(blockProofLength(sequenceNo, hashes.length)).toBe(merkleProof(hashes, sequenceNo).length);
  }));
});
