import { hashIon } from '../ion';
import type { Block, Revision } from './block';

/** The revision without its data: the hash of the data takes their place, so that every hash above still holds. */
export function redactRevision(revision: Revision): Revision {
  const { data, ...rest } = revision;
  return data === undefined ? revision : { ...rest, dataHash: hashIon(data) };
}

/** The block with one document's revision redacted; a block without it stays as it is. */
export function redactBlock(block: Block, documentId: string): Block {
  if (block.revisions === undefined) return block;
  const revisions = block.revisions.map((revision) => {
    return revision.kind === 'document' && revision.metadata.id === documentId ? redactRevision(revision) : revision;
  });
  return { ...block, revisions };
}
