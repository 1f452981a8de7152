import { fieldOf, hashIon, hashIonAll, IonStruct } from '../ion';
import type { Block, Revision } from './block';
import { genesisEntry, hashOfBlock, revisionHash, revisionsRoot } from './block-hash';
import { dot, dotsOf, HASH_LENGTH, sameHash, type Combine, type HashPair } from './dot';
import { merkleRoot } from './merkle';

/** Gives the Ion hash of a part of a block. */
type HashOf = (part: IonStruct) => Uint8Array;

/** What was checked when a finding came up; the first seven are the journal's own rules, the others tie its unhashed fields to the hashed ones. */
export type Check =
  | 'transactionInfo' | 'redactionInfo' | 'revisionHash' | 'revisionsRoot' | 'entriesHash' | 'blockHash' | 'previousBlockHash'
  | 'revisionOrigin' | 'missingPart' | 'unknownEntry' | 'sequence' | 'strand';

/** Something in a journal that does not add up. */
export interface Finding {
  readonly sequenceNo: number;
  readonly check: Check;
  /** The field concerned, as a path within the block. */
  readonly field: string;
  readonly documentId?: string;
  /** One plain sentence. */
  readonly message: string;
}

/** Everything that can be said about a block by itself. */
export interface BlockInspection {
  readonly findings: readonly Finding[];
  /** Entries that no part of the block accounts for. The original service made some of its own; this project's makes none. */
  readonly unknownEntryCount: number;
}

/**
 * The findings about a block by itself; none means that it is sound.
 * @param expectedPreviousHash the hash of the block before, where known; without it the link to that block is not checked.
 */
export function verifyBlock(block: Block, expectedPreviousHash?: Uint8Array): Finding[] {
  return [...inspectBlock(block, expectedPreviousHash).findings];
}

/**
 * Each block by itself, all of them hashed together, which is faster than one by one.
 * @throws InvalidIon as `hashIon` does, without a hint at the block
 */
export function inspectBlocks(blocks: readonly Block[]): BlockInspection[] {
  const parts: IonStruct[] = [];
  for (const block of blocks) addHashedParts(block, parts);
  const hashes = hashIonAll(parts);
  const pairs: HashPair[] = [];
  const hashOfPart = inTurn(parts, hashes);
  for (const block of blocks) addPairs(block, hashOfPart, pairs);
  const combine = combinedInTurn(pairs);
  const hashOf = inTurn(parts, hashes);
  return blocks.map((block) => inspectBlock(block, undefined, hashOf, combine));
}

/** Hashes of parts that are asked for in the order in which they were listed. */
function inTurn(parts: readonly IonStruct[], hashes: readonly Uint8Array[]): (part: IonStruct) => Uint8Array {
  let next = 0;
  return (part) => parts[next] === part ? hashes[next++]! : hashIon(part);
}

/** Combinations of hashes that are asked for in the order in which they were listed; what was not listed is made when it is asked for. */
function combinedInTurn(pairs: readonly HashPair[]): Combine {
  const combined = dotsOf(pairs);
  let next = 0;
  return (one, other) => {
    const pair = pairs[next];
    if (pair === undefined || pair[0] !== one || pair[1] !== other) return dot(one, other);
    const start = HASH_LENGTH * next++;
    return combined.subarray(start, start + HASH_LENGTH);
  };
}

/** The combinations that `inspectBlock` asks for, but for those of combined hashes. */
function addPairs(block: Block, hashOf: HashOf, pairs: HashPair[]): void {
  const { transactionInfo, redactionInfo, revisions = [], entriesHashList, entriesHash, previousBlockHash } = block;
  const add = (one: Uint8Array, other: Uint8Array): void => {
    if (one.length === HASH_LENGTH && other.length === HASH_LENGTH) pairs.push([one, other]);
  };
  const addNeighbours = (hashes: readonly Uint8Array[]): void => {
    for (let index = 1; index < hashes.length; index += 2) add(hashes[index - 1]!, hashes[index]!);
  };
  if (transactionInfo !== undefined) hashOf(transactionInfo);
  if (redactionInfo !== undefined) hashOf(redactionInfo);
  for (const revision of revisions) if (revision.kind !== 'internal') revisionHash(revision, hashOf, (one, other) => (add(one, other), one));
  addNeighbours(revisions.map(({ hash }) => hash));
  addNeighbours(entriesHashList);
  add(entriesHash, previousBlockHash);
}

/** Everything in a block that is hashed as Ion. */
function addHashedParts({ transactionInfo, redactionInfo, revisions = [] }: Block, parts: IonStruct[]): void {
  if (transactionInfo !== undefined) parts.push(transactionInfo);
  if (redactionInfo !== undefined) parts.push(redactionInfo);
  for (const revision of revisions) {
    if (revision.kind === 'internal') continue;
    parts.push(revision.metadata.ion);
    if (revision.data !== undefined) parts.push(revision.data);
  }
}

/**
 * As `verifyBlock`, and how many of the block's entries remain unexplained.
 * @param hashOf gives the Ion hash of a part of the block
 * @param combine gives the combination of two hashes
 */
export function inspectBlock(block: Block, expectedPreviousHash?: Uint8Array, hashOf: HashOf = hashIon, combine: Combine = dot): BlockInspection {
  const accounted: Uint8Array[] = block.blockAddress.sequenceNo === 0 ? [genesisEntry(block.blockAddress.strandId)] : [];
  const findings: Finding[] = [];
  const { sequenceNo } = block.blockAddress;
  const report = (check: Check, field: string, problem: string, documentId?: string): void => {
    findings.push({ sequenceNo, check, field, ...(documentId !== undefined && { documentId }), message: `Block ${sequenceNo}: ${problem}.` });
  };
  const isEntry = (hash: Uint8Array): boolean => {
    accounted.push(hash);
    return block.entriesHashList.some((entry) => sameHash(entry, hash));
  };

  if (block.transactionInfo !== undefined && !isEntry(hashOf(block.transactionInfo))) {
    report('transactionInfo', 'transactionInfo', 'the hash of transactionInfo is not in entriesHashList');
  }
  if (block.redactionInfo !== undefined && !isEntry(hashOf(block.redactionInfo))) {
    report('redactionInfo', 'redactionInfo', 'the hash of redactionInfo is not in entriesHashList');
  }
  for (const [index, revision] of (block.revisions ?? []).entries()) {
    if (revision.kind === 'internal') continue;
    const documentId = revision.metadata.id;
    if (!sameHash(revisionHash(revision, hashOf, combine), revision.hash)) {
      report('revisionHash', `revisions[${index}].hash`, `the revision of document ${documentId} does not hash to its hash field`, documentId);
    }
    const problem = problemOfOrigin(revision, block);
    if (problem !== undefined) {
      report('revisionOrigin', `revisions[${index}].${problem}`, `the revision of document ${documentId} names another ${problem}`, documentId);
    }
  }
  if (block.revisions !== undefined && block.revisions.length > 0 && !isEntry(revisionsRoot(block.revisions, combine))) {
    report('revisionsRoot', 'revisions', 'the Merkle root of the revision hashes is not in entriesHashList');
  }
  const missing = missingPart(block);
  if (missing !== undefined) report('missingPart', missing, `${missing} is missing, yet the rest of the block speaks of it`);
  if (!sameHash(merkleRoot(block.entriesHashList, combine), block.entriesHash)) {
    report('entriesHash', 'entriesHash', 'entriesHash is not the Merkle root of entriesHashList');
  }
  if (!sameHash(hashOfBlock(block, combine), block.blockHash)) {
    report('blockHash', 'blockHash', 'blockHash does not follow from entriesHash and previousBlockHash');
  }
  if (expectedPreviousHash !== undefined && !sameHash(expectedPreviousHash, block.previousBlockHash)) {
    report('previousBlockHash', 'previousBlockHash', 'previousBlockHash is not the hash of the block before');
  }
  const unknownEntryCount = block.entriesHashList.filter((entry) => !accounted.some((hash) => sameHash(entry, hash))).length;
  return { findings, unknownEntryCount };
}

/** A revision's address and transaction are outside its hash or open to reuse; they must be the block's own. */
function problemOfOrigin(revision: Revision, block: Block): string | undefined {
  const { strandId, sequenceNo } = block.blockAddress;
  if (revision.blockAddress.strandId !== strandId || revision.blockAddress.sequenceNo !== sequenceNo) return 'blockAddress';
  return revision.metadata.txId !== block.transactionId ? 'metadata.txId' : undefined;
}

/** Entries of the service's own are opaque, so a part that was cut out shows only where another part refers to it. */
function missingPart(block: Block): string | undefined {
  // Both are vouched for by an entry alike, so that one under the other's name would pass.
  if (block.transactionInfo !== undefined && fieldOf(block.transactionInfo, 'statements')?.kind !== 'list') return 'transactionInfo.statements';
  if (block.redactionInfo !== undefined && fieldOf(block.redactionInfo, 'revisions')?.kind !== 'list') return 'redactionInfo.revisions';
  const documentRevisions = (block.revisions ?? []).some((revision) => revision.kind === 'document');
  if (documentRevisions && block.transactionInfo === undefined) return 'transactionInfo';
  const documents = block.transactionInfo && fieldOf(block.transactionInfo, 'documents');
  const changedDocuments = documents?.kind === 'struct' && documents.fields.length > 0;
  return changedDocuments && !documentRevisions && block.redactionInfo === undefined ? 'revisions' : undefined;
}
