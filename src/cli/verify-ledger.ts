import { blockProofLength, ChainVerifier, DigestAccumulator, OWN_JOURNAL, sameHash, verifyProof, type BlockAddress } from '../journal';
import { base64 } from './base64';
import { ExpectedDigestCheck, type ExpectedDigest } from './expected-digest';
import { FindingList, type VerdictFinding } from './finding-list';
import { inOrder } from './in-order';
import type { LiveJournal } from './live-journal';

/** What the walk over a live journal found. */
export interface LedgerVerdict {
  readonly strandId: string;
  /** The newest block when the walk began. */
  readonly tipSequenceNo: number;
  /** The digest that the service gave for it. */
  readonly digest: Uint8Array;
  readonly blockCount: number;
  readonly revisionCount: number;
  readonly hashOnlyRevisionCount: number;
  readonly unknownEntryCount: number;
  readonly findings: readonly VerdictFinding[];
  readonly findingCount: number;
}

export interface LedgerVerificationOptions {
  readonly expected?: ExpectedDigest;
  readonly strict?: boolean;
}

/** Answers wait in memory until their turn, and the service must not be overrun. */
const BLOCKS_AHEAD = 8;

/** Walks the journal from block 0 to its digest's tip and verifies every block, link and proof, and the digest. @throws Unreadable */
export async function verifyLedger(
  journal: LiveJournal, { expected, strict }: LedgerVerificationOptions, showProgress: (blockCount: number, totalBlockCount: number) => void,
): Promise<LedgerVerdict> {
  const { digest, tip } = await journal.digest();
  const total = tip.sequenceNo + 1;
  const findings = new FindingList();
  const chain = new ChainVerifier(strict ? OWN_JOURNAL : {});
  const tree = new DigestAccumulator();
  const expectedDigest = new ExpectedDigestCheck(expected, findings);
  let revisionCount = 0;
  let hashOnlyRevisionCount = 0;
  let sequenceNo = 0;
  for await (const { block, proof } of inOrder(0, tip.sequenceNo, BLOCKS_AHEAD, index => journal.block(index, tip))) {
    const wrongPlace = problemOfPlace(block.blockAddress, { ...tip, sequenceNo });
    if (wrongPlace !== undefined) findings.add(wrongPlace, sequenceNo);
    for (const { message } of chain.add(block)) findings.add(message, sequenceNo);
    if (!verifyProof(block.blockHash, proof, digest) || proof.length !== blockProofLength(sequenceNo, total)) {
      findings.add(`Block ${sequenceNo}: its proof does not lead to the digest of block ${tip.sequenceNo}.`, sequenceNo);
    }
    tree.append(block.blockHash);
    expectedDigest.after(tree);
    revisionCount += block.revisions?.length ?? 0;
    hashOnlyRevisionCount += block.revisions?.filter(({ kind }) => kind === 'internal').length ?? 0;
    sequenceNo += 1;
    showProgress(sequenceNo, total);
  }
  if (!sameHash(tree.digest(), digest)) {
    findings.add(`The digest of the ledger's blocks is ${base64(tree.digest())}, but the service says ${base64(digest)}.`);
  }
  expectedDigest.atEnd(tree, tip.sequenceNo);
  const { unknownEntryCount } = chain.summary();
  return {
    strandId: tip.strandId,
    tipSequenceNo: tip.sequenceNo,
    digest,
    blockCount: total,
    revisionCount,
    hashOnlyRevisionCount,
    unknownEntryCount,
    findings: findings.kept,
    findingCount: findings.count,
  };
}

function problemOfPlace(actual: BlockAddress, asked: BlockAddress): string | undefined {
  if (actual.strandId === asked.strandId && actual.sequenceNo === asked.sequenceNo) return undefined;
  return `Block ${asked.sequenceNo}: the service answers with block ${actual.sequenceNo} of strand ${actual.strandId}.`;
}
