import { createHash } from 'node:crypto';
import { dom, loadAll } from 'ion-js';

/**
 * The peer: what a verifier of exports looks like when it is built plainly on ion-js. It checks that each block names the hash of the one
 * before and that its own hash follows from its entries; no document, statement or entry is looked at.
 * @returns the number of blocks
 */
export function verifyLinksOnly(exported: Uint8Array | string): number {
  const blocks = loadAll(exported);
  for (const [index, block] of blocks.entries()) {
    const previousBlockHash = hashAt(block, 'previousBlockHash');
    if (index > 0 && Buffer.compare(previousBlockHash, hashAt(blocks[index - 1]!, 'blockHash')) !== 0) throw new Error(`Block ${index} is not linked`);
    const expected = dot(hashAt(block, 'entriesHash'), previousBlockHash);
    if (Buffer.compare(expected, hashAt(block, 'blockHash')) !== 0) throw new Error(`Block ${index} does not follow from its entries`);
  }
  return blocks.length;
}

function hashAt(block: dom.Value, field: string): Uint8Array {
  return block.get(field)!.uInt8ArrayValue()!;
}

function dot(one: Uint8Array, other: Uint8Array): Uint8Array {
  const pair = compare(one, other) < 0 ? [one, other] : [other, one];
  return createHash('sha256').update(Buffer.concat(pair)).digest();
}

function compare(one: Uint8Array, other: Uint8Array): number {
  const signedOne = Int8Array.from(one);
  const signedOther = Int8Array.from(other);
  for (let index = signedOne.length - 1; index >= 0; index--) {
    if (signedOne[index] !== signedOther[index]) return signedOne[index]! - signedOther[index]!;
  }
  return 0;
}
