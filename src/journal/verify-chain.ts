import type { Block } from './block';
import { GENESIS_PREVIOUS_HASH } from './block-hash';
import { DigestAccumulator } from './digest-accumulator';
import { segmentOf, type InspectionRules, type Segment } from './segment';
import { inspectBlock, type Finding } from './verify-block';
import { LinkVerifier, type LinkOptions, type LinkSummary } from './verify-links';

/** What a run over a journal has seen so far. */
export interface ChainSummary extends LinkSummary {
  /** The ledger's digest at the tip; known only when the blocks started at 0 and none was left out. */
  readonly digest?: Uint8Array;
}

/** Options of a chain verifier. */
export interface ChainOptions extends LinkOptions, InspectionRules {}

/** Verifies a journal of any length, block by block or run by run, keeping no more than one hash per level of the digest tree. */
export class ChainVerifier {
  private readonly links: LinkVerifier;
  private tree: DigestAccumulator | undefined = new DigestAccumulator();

  constructor(private readonly options: ChainOptions = {}) {
    this.links = new LinkVerifier(options);
  }

  /** The findings of the next block, by itself and as the successor of those before. Verification goes on after findings. */
  add(block: Block): Finding[] {
    return this.addSegment(segmentOf(block, inspectBlock(block), this.options));
  }

  /** The findings about how the next run of blocks follows those before, then those of the run itself. */
  addSegment(segment: Segment): Finding[] {
    if (segment.first.sequenceNo === this.tree?.blockCount) this.tree.appendAll(segment.blockHashes);
    else this.tree = undefined;
    return this.links.add(segment);
  }

  summary(): ChainSummary {
    const summary = this.links.summary();
    return this.tree === undefined || summary.blockCount === 0 ? summary : { ...summary, digest: this.tree.digest() };
  }
}

/** Options for journals written by this project's own service, from block 0 on. */
export const OWN_JOURNAL: ChainOptions = { genesisPreviousHash: GENESIS_PREVIOUS_HASH, unknownEntries: 'refused' };
