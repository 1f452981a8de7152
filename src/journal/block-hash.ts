import { hashFields, hashIon, ionString, type IonStruct } from '../ion';
import type { Block, BlockRevision, Revision, RevisionMetadata } from './block';
import { dot, EMPTY_HASH, type Combine } from './dot';
import { merkleRoot } from './merkle';
import { PlainMetadata } from './revision-metadata';

/** The `previousBlockHash` of block 0, which has no block before it: 32 zero bytes. */
export const GENESIS_PREVIOUS_HASH: Uint8Array = new Uint8Array(32);

/** The one entry of this project's block 0: it binds the journal to its strand. */
export const genesisEntry = (strandId: string): Uint8Array => hashIon(ionString(strandId));

/** What a revision's `hash` must be. A deleted revision has no data, which counts as the empty hash. */
export function revisionHash(
  { metadata, data, dataHash }: Pick<Revision, 'metadata' | 'data' | 'dataHash'>,
  hashOf: (part: IonStruct) => Uint8Array = hashIon,
  combine: Combine = dot,
): Uint8Array {
  return combine(metadataHash(metadata, hashOf), data === undefined ? dataHash ?? EMPTY_HASH : hashOf(data));
}

/** The Ion of metadata that was just made is not needed for its hash. */
const metadataHash = (metadata: RevisionMetadata, hashOf: (part: IonStruct) => Uint8Array): Uint8Array =>
  metadata instanceof PlainMetadata ? hashFields(sink => metadata.tell(sink)) : hashOf(metadata.ion);

/** The entry that stands for a block's revisions in its `entriesHashList`. */
export function revisionsRoot(revisions: readonly BlockRevision[], combine: Combine = dot): Uint8Array {
  return merkleRoot(revisions.map((revision) => revision.hash), combine);
}

/** What a block's `blockHash` must be, given its other hashes. */
export function hashOfBlock({ entriesHash, previousBlockHash }: Pick<Block, 'entriesHash' | 'previousBlockHash'>, combine: Combine = dot): Uint8Array {
  return combine(entriesHash, previousBlockHash);
}
