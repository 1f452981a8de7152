import type { Block, BlockAddress, Revision } from './block';
import { revisionHash } from './block-hash';
import { blockProofLength } from './digest-tree';
import { sameHash } from './dot';
import { verifyBlock } from './verify-block';
import { verifyProof } from './verify-proof';

/** What a receipt vouches for: a revision or a block as a whole, or one of their hashes alone. */
export type ReceiptSubject =
  | { readonly kind: 'revision'; readonly revision: Revision }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'revisionHash' | 'blockHash' | 'hash'; readonly hash: Uint8Array };

/** A proof that something stands in the journal that a digest was taken of, and what was said along with it. */
export interface Receipt {
  readonly subject: ReceiptSubject;
  readonly proof: readonly Uint8Array[];
  readonly digest: Uint8Array;
  /** The block that the proof was asked for. */
  readonly blockAddress?: BlockAddress;
  /** The document that the proof was asked for. */
  readonly documentId?: string;
  /** The newest block under the digest. */
  readonly digestTip?: BlockAddress;
  /** The newest block under the digest that the proof was asked for. */
  readonly proofTip?: BlockAddress;
}

/** What does not add up in a receipt, one plain sentence each; nothing means that it proves what it says. */
export function verifyReceipt(receipt: Receipt): string[] {
  const { subject, proof, digest } = receipt;
  const problems = [...problemsOfSubject(subject), ...problemsOfRequest(receipt)];
  if (!verifyProof(hashOf(subject), proof, digest)) problems.push('The proof does not lead to the digest.');
  return [...problems, ...problemsOfPlace(receipt)];
}

/** The hash that a receipt's proof starts at. */
export function hashOf(subject: ReceiptSubject): Uint8Array {
  switch (subject.kind) {
    case 'revision': return subject.revision.hash;
    case 'block': return subject.block.blockHash;
    default: return subject.hash;
  }
}

/** Where a receipt says that its subject stands. */
export function addressOf({ subject, blockAddress }: Receipt): BlockAddress | undefined {
  switch (subject.kind) {
    case 'revision': return subject.revision.blockAddress;
    case 'block': return subject.block.blockAddress;
    default: return blockAddress;
  }
}

function problemsOfSubject(subject: ReceiptSubject): string[] {
  if (subject.kind === 'block') return verifyBlock(subject.block).map(({ message }) => message);
  if (subject.kind !== 'revision' || sameHash(revisionHash(subject.revision), subject.revision.hash)) return [];
  return ['The revision does not hash to its hash field.'];
}

function problemsOfRequest({ subject, blockAddress, documentId, digestTip, proofTip }: Receipt): string[] {
  const problems: string[] = [];
  if (digestTip !== undefined && proofTip !== undefined && digestTip.sequenceNo !== proofTip.sequenceNo) {
    problems.push(`The proof was asked for under block ${proofTip.sequenceNo}, but the digest was taken at block ${digestTip.sequenceNo}.`);
  }
  const own = subject.kind === 'revision' ? subject.revision.blockAddress : subject.kind === 'block' ? subject.block.blockAddress : undefined;
  if (own !== undefined && blockAddress !== undefined && (own.sequenceNo !== blockAddress.sequenceNo || own.strandId !== blockAddress.strandId)) {
    problems.push(`The ${subject.kind} names block ${own.sequenceNo} of strand ${own.strandId}, `
      + `but the receipt speaks of block ${blockAddress.sequenceNo} of strand ${blockAddress.strandId}.`);
  }
  if (subject.kind === 'revision' && documentId !== undefined && subject.revision.metadata.id !== documentId) {
    problems.push(`The revision is of document ${subject.revision.metadata.id}, but the receipt speaks of document ${documentId}.`);
  }
  const address = own ?? blockAddress;
  if (address !== undefined && digestTip !== undefined && address.strandId !== digestTip.strandId) {
    problems.push(`The block is of strand ${address.strandId}, but the digest of strand ${digestTip.strandId}.`);
  }
  return problems;
}

/** No hash covers a block's number, but it decides the length of the way up, and for odd numbers the first hash on it. */
function problemsOfPlace(receipt: Receipt): string[] {
  const { subject, proof, digestTip } = receipt;
  const { kind } = subject;
  const isOfRevision = kind === 'revision' || kind === 'revisionHash';
  if (isOfRevision && proof.length === 0) return ['The proof of a revision holds at least the hash of the block before, but this one is empty.'];
  const address = addressOf(receipt);
  if (address === undefined || digestTip === undefined || kind === 'hash') return [];
  if (address.sequenceNo > digestTip.sequenceNo) {
    return [`Block ${address.sequenceNo} is newer than block ${digestTip.sequenceNo}, the last one under the digest.`];
  }
  const blockLength = blockProofLength(address.sequenceNo, digestTip.sequenceNo + 1);
  const fits = isOfRevision ? proof.length > blockLength : proof.length === blockLength;
  if (!fits) return [`A proof of ${proof.length} hashes does not fit block ${address.sequenceNo} under tip ${digestTip.sequenceNo}.`];
  const previous = kind === 'block' ? subject.block.previousBlockHash : isOfRevision ? proof[proof.length - blockLength - 1] : undefined;
  const sibling = proof[proof.length - blockLength];
  if (address.sequenceNo % 2 === 1 && previous !== undefined && !sameHash(previous, sibling!)) {
    return [`The way up from block ${address.sequenceNo} starts beside the block before, but the proof names another hash there.`];
  }
  return [];
}
