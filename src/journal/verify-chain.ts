import type { Block, BlockAddress } from './block';
import { GENESIS_PREVIOUS_HASH } from './block-hash';
import { DigestAccumulator } from './digest-accumulator';
import { BlockInspection, Finding, inspectBlock } from './verify-block';

/** What a run over a journal has seen so far. */
export interface ChainSummary {
  readonly blockCount: number;
  readonly findingCount: number;
  /** Entries that no part of their block accounts for. */
  readonly unknownEntryCount: number;
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
  /** Whether entries may stand in a block that no part of it accounts for, as in journals of the original service. @default 'allowed' */
  readonly unknownEntries?: 'allowed' | 'refused';
}

/** Verifies a journal of any length, block by block, keeping no more than one hash per level of the digest tree. */
export class ChainVerifier {
  private first?: BlockAddress;
  private tip?: BlockAddress;
  private tipHash?: Uint8Array;
  private tree: DigestAccumulator | undefined = new DigestAccumulator();
  private blockCount = 0;
  private findingCount = 0;
  private unknownEntryCount = 0;

  constructor(private readonly options: ChainOptions = {}) {}

  /** The findings of the next block, by itself and as the successor of those before. Verification goes on after findings. */
  add(block: Block): Finding[] {
    const inspection = inspectBlock(block, this.expectedPreviousHash(block.blockAddress));
    const findings = [...this.continuityFindings(block.blockAddress), ...inspection.findings, ...this.entryFindings(block, inspection)];
    this.appendToTree(block);
    this.first ??= block.blockAddress;
    this.tip = block.blockAddress;
    this.tipHash = block.blockHash;
    this.blockCount += 1;
    this.findingCount += findings.length;
    this.unknownEntryCount += inspection.unknownEntryCount;
    return findings;
  }

  summary(): ChainSummary {
    const { blockCount, findingCount, unknownEntryCount, first, tip, tree } = this;
    const digest = tree === undefined || blockCount === 0 ? undefined : tree.digest();
    return { blockCount, findingCount, unknownEntryCount, ...(first && { first }), ...(tip && { tip }), ...(digest && { digest }) };
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

  private entryFindings({ blockAddress: { sequenceNo } }: Block, { unknownEntryCount }: BlockInspection): Finding[] {
    if (unknownEntryCount === 0 || this.options.unknownEntries !== 'refused') return [];
    const message = `Block ${sequenceNo}: entriesHashList holds ${unknownEntryCount} of something that is not in the block.`;
    return [{ sequenceNo, check: 'unknownEntry', field: 'entriesHashList', message }];
  }

  private appendToTree(block: Block): void {
    if (block.blockAddress.sequenceNo !== this.blockCount) this.tree = undefined;
    this.tree?.append(block.blockHash);
  }
}

/** Options for journals written by this project's own service, from block 0 on. */
export const OWN_JOURNAL: ChainOptions = { genesisPreviousHash: GENESIS_PREVIOUS_HASH, unknownEntries: 'refused' };
