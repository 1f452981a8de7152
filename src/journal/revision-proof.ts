import type { Block } from './block';
import { revisionsRoot } from './block-hash';
import { sameHash } from './dot';
import { merkleProof } from './merkle';

/**
 * The proof from a revision's hash up to a ledger digest: its siblings among the revisions, then among the block's entries, then the hash
 * of the block before, then the proof of the block itself.
 * @throws RangeError if the block holds no revision of the document, or does not vouch for its revisions.
 */
export function revisionProof(block: Block, documentId: string, blockProof: readonly Uint8Array[]): Uint8Array[] {
  const { revisions = [], entriesHashList, blockAddress: { sequenceNo } } = block;
  const position = revisions.findIndex((revision) => revision.kind === 'document' && revision.metadata.id === documentId);
  if (position < 0) throw new RangeError(`Block ${sequenceNo} holds no revision of document ${documentId}`);
  const root = revisionsRoot(revisions);
  const entry = entriesHashList.findIndex((hash) => sameHash(hash, root));
  if (entry < 0) throw new RangeError(`The entries of block ${sequenceNo} do not vouch for its revisions; verify the block`);
  return [
    ...merkleProof(revisions.map((revision) => revision.hash), position),
    ...merkleProof(entriesHashList, entry),
    block.previousBlockHash,
    ...blockProof,
  ];
}
