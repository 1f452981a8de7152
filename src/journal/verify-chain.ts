import type { Block, BlockAddress } from './block';
import { GENESIS_PREVIOUS_HASH } from './block-hash';
import { foldPeaks } from './digest-tree';
import { dot } from './dot';
import { Finding, verifyBlock } from './verify-block';

/** What a run over a journal has seen so far. */
export interface ChainSummary {
  readonly blockCount: number;
  readonly findingCount: number;
  readonly first?: BlockAddress;
  readonly tip?: BlockAddress;
  /** The ledger's digest at the tip; known only when the blocks started at 0 and none was left out. */
  readonly digest?: Uint8Array;
}

/** Options of a chain verifier. */
export interface ChainOptions {
  /**
   * The hash before block 0. The original service's is unknown, so by default block 0 is not held to any;
   * pass `GENESIS_PREVIOUS_HASH` for journals of this project's service.
   */
  readonly genesisPreviousHash?: Uint8Array;
  /** The hash of the block before the first one, when an earlier run established it. */
  readonly previousBlockHash?: Uint8Array;
}

/** A complete subtree of the digest tree over the blocks so far. */
interface Peak { readonly size: number; readonly hash: Uint8Array }

/** Verifies a journal of any length, block by block, keeping no more than one hash per level of the digest tree. */
export class ChainVerifier {
  private first?: BlockAddress;
  private tip?: BlockAddress;
  private tipHash?: Uint8Array;
  private peaks: Peak[] | undefined = [];
  private blockCount = 0;
  private findingCount = 0;

  constructor(private readonly options: ChainOptions = {}) {}

  /** The findings of the next block, by itself and as the successor of those before. Verification goes on after findings. */
  add(block: Block): Finding[] {
    const findings = [...this.continuityFindings(block.blockAddress), ...verifyBlock(block, this.expectedPreviousHash(block.blockAddress))];
    this.appendToTree(block);
    this.first ??= block.blockAddress;
    this.tip = block.blockAddress;
    this.tipHash = block.blockHash;
    this.blockCount += 1;
    this.findingCount += findings.length;
    return findings;
  }

  summary(): ChainSummary {
    const { blockCount, findingCount, first, tip, peaks } = this;
    const digest = peaks === undefined || blockCount === 0 ? undefined : foldPeaks(peaks.map((peak) => peak.hash));
    return { blockCount, findingCount, ...(first && { first }), ...(tip && { tip }), ...(digest && { digest }) };
  }

  private continuityFindings({ strandId, sequenceNo }: BlockAddress): Finding[] {
    if (this.tip === undefined) return [];
    const findings: Finding[] = [];
    if (sequenceNo !== this.tip.sequenceNo + 1) {
      const message = `Block ${sequenceNo}: follows block ${this.tip.sequenceNo}, though ${this.tip.sequenceNo + 1} was due.`;
      findings.push({ sequenceNo, check: 'sequence', field: 'blockAddress.sequenceNo', message });
    }
    if (strandId !== this.tip.strandId) {
      const message = `Block ${sequenceNo}: belongs to strand ${strandId}, though the blocks before belong to ${this.tip.strandId}.`;
      findings.push({ sequenceNo, check: 'strand', field: 'blockAddress.strandId', message });
    }
    return findings;
  }

  /** After a gap the link cannot be judged, and the gap is a finding already. */
  private expectedPreviousHash({ sequenceNo }: BlockAddress): Uint8Array | undefined {
    if (this.tip !== undefined) return sequenceNo === this.tip.sequenceNo + 1 ? this.tipHash : undefined;
    return sequenceNo === 0 ? this.options.genesisPreviousHash : this.options.previousBlockHash;
  }

  private appendToTree(block: Block): void {
    if (this.peaks === undefined || block.blockAddress.sequenceNo !== this.blockCount) {
      this.peaks = undefined;
      return;
    }
    let peak: Peak = { size: 1, hash: block.blockHash };
    while (this.peaks.length > 0 && this.peaks[this.peaks.length - 1]!.size === peak.size) {
      peak = { size: peak.size * 2, hash: dot(this.peaks.pop()!.hash, peak.hash) };
    }
    this.peaks.push(peak);
  }
}

/** Options for journals written by this project's own service, from block 0 on. */
export const OWN_JOURNAL: ChainOptions = { genesisPreviousHash: GENESIS_PREVIOUS_HASH };
