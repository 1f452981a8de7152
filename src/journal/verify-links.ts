import type { BlockAddress } from './block';
import { HASH_LENGTH, sameHash } from './dot';
import { tipOf, type Segment } from './segment';
import type { Finding } from './verify-block';

/** What a chain of blocks starts from. */
export interface LinkOptions {
  /**
   * The hash before block 0. The original service's is unknown, so by default block 0 is not held to any;
   * pass `GENESIS_PREVIOUS_HASH` for journals of this project's service.
   */
  readonly genesisPreviousHash?: Uint8Array;
  /** The hash of the block before the first one, when an earlier run established it. */
  readonly previousBlockHash?: Uint8Array;
}

/** What was seen of the links so far. */
export interface LinkSummary {
  readonly blockCount: number;
  readonly findingCount: number;
  /** Entries that no part of their block accounts for. */
  readonly unknownEntryCount: number;
  readonly first?: BlockAddress;
  readonly tip?: BlockAddress;
}

/** Verifies how runs of blocks follow each other. */
export class LinkVerifier {
  private first?: BlockAddress;
  private tip?: BlockAddress;
  private tipHash?: Uint8Array;
  private blockCount = 0;
  private findingCount = 0;
  private unknownEntryCount = 0;

  constructor(private readonly options: LinkOptions = {}) {}

  /** The findings about how the next run of blocks follows those before, then those of the run itself. */
  add(segment: Segment): Finding[] {
    const findings = [...this.linkFindings(segment), ...segment.findings];
    this.first ??= segment.first;
    this.tip = tipOf(segment);
    this.tipHash = segment.blockHashes.subarray(-HASH_LENGTH);
    this.blockCount += segment.blockCount;
    this.findingCount += findings.length;
    this.unknownEntryCount += segment.unknownEntryCount;
    return findings;
  }

  summary(): LinkSummary {
    const { blockCount, findingCount, unknownEntryCount, first, tip } = this;
    return { blockCount, findingCount, unknownEntryCount, ...(first && { first }), ...(tip && { tip }) };
  }

  private linkFindings({ first: { sequenceNo, strandId }, previousBlockHash }: Segment): Finding[] {
    const { tip } = this;
    const findings: Finding[] = [];
    const report = (check: Finding['check'], field: string, problem: string): void => {
      findings.push({ sequenceNo, check, field, message: `Block ${sequenceNo}: ${problem}.` });
    };
    if (tip !== undefined && sequenceNo !== tip.sequenceNo + 1) {
      report('sequence', 'blockAddress.sequenceNo', `follows block ${tip.sequenceNo}, though ${tip.sequenceNo + 1} was due`);
    }
    if (tip !== undefined && strandId !== tip.strandId) {
      report('strand', 'blockAddress.strandId', `belongs to strand ${strandId}, though the blocks before belong to ${tip.strandId}`);
    }
    const expectedHash = this.expectedPreviousHash(sequenceNo);
    if (expectedHash !== undefined && !sameHash(expectedHash, previousBlockHash)) {
      report('previousBlockHash', 'previousBlockHash', 'previousBlockHash is not the hash of the block before');
    }
    return findings;
  }

  /** After a gap the link cannot be judged, and the gap is a finding already. */
  private expectedPreviousHash(sequenceNo: number): Uint8Array | undefined {
    if (this.tip !== undefined) return sequenceNo === this.tip.sequenceNo + 1 ? this.tipHash : undefined;
    return sequenceNo === 0 ? this.options.genesisPreviousHash : this.options.previousBlockHash;
  }
}
