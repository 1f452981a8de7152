import { sameHash, type DigestAccumulator } from '../journal';
import { base64 } from './base64';
import type { FindingList } from './finding-list';

/** A digest that was kept elsewhere, and that the journal must lead to. */
export interface ExpectedDigest {
  readonly digest: Uint8Array;
  /** The tip that the digest was taken at. @default - the newest block */
  readonly sequenceNo?: number;
}

/** Compares the digest of a journal with the expected one, at the block that it was taken at. */
export class ExpectedDigestCheck {
  private compared = false;

  constructor(private readonly expected: ExpectedDigest | undefined, private readonly findings: FindingList) {}

  /** How far a run of blocks may be taken at once: up to where the digest is to be compared, or the run ends. */
  stopWithin(first: number, end: number): number {
    const tip = this.expected?.sequenceNo;
    return tip !== undefined && tip >= first && tip < end ? tip + 1 : end;
  }

  /** To be called after each block, or run of blocks up to where it may be taken. */
  after(tree: DigestAccumulator): void {
    if (!this.compared && this.expected?.sequenceNo === tree.blockCount - 1) this.compare(tree);
  }

  /** To be called after the last block, whose number is `tip`. */
  atEnd(tree: DigestAccumulator, tip: number | undefined): void {
    if (this.compared || !this.expected) return;
    const { sequenceNo } = this.expected;
    if (sequenceNo !== undefined && (tip === undefined || sequenceNo > tip)) {
      this.findings.add(`The digest was taken at block ${sequenceNo}, but ${tip === undefined ? 'there are no blocks' : `the last block is ${tip}`}: `
        + 'what came after it is gone, or was not exported.');
    } else if (tip === undefined || tree.blockCount <= (sequenceNo ?? tip)) {
      this.findings.add(`The digest of the ledger cannot be computed: block ${tree.blockCount} is missing, and it takes all from block 0 on.`);
    } else {
      this.compare(tree);
    }
  }

  private compare(tree: DigestAccumulator): void {
    this.compared = true;
    const { digest } = this.expected!;
    if (sameHash(tree.digest(), digest)) return;
    const tip = tree.blockCount - 1;
    this.findings.add(`The blocks up to ${tip} lead to the digest ${base64(tree.digest())}, not the expected ${base64(digest)}.`);
  }
}
