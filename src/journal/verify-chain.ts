import { InvalidIon } from '../ion';
import type { Block, BlockAddress } from './block';
import { GENESIS_PREVIOUS_HASH } from './block-hash';
import { DigestAccumulator } from './digest-accumulator';
import { HASH_LENGTH, sameHash } from './dot';
import { BlockInspection, Finding, inspectBlock, inspectBlocks } from './verify-block';

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

/**
 * What is left of a run of blocks once each of them, and each link within, has been verified. Plain data, so that runs can be verified by
 * worker threads and joined by one `ChainVerifier`.
 */
export interface Segment {
  readonly blockCount: number;
  readonly revisionCount: number;
  readonly unknownEntryCount: number;
  readonly findings: readonly Finding[];
  readonly first: BlockAddress;
  /** Of the first block: what it takes the hash of the block before the segment to be. */
  readonly previousBlockHash: Uint8Array;
  readonly tip: BlockAddress;
  /** The hashes of the blocks, one behind the other. */
  readonly blockHashes: Uint8Array;
  /** Whether the numbers of the blocks rise by one. */
  readonly unbroken: boolean;
}

/**
 * Verifies consecutive blocks among themselves. How they follow what came before is judged where the segment is added to a chain.
 * @returns `undefined` for no blocks
 */
export function verifySegment(blocks: Iterable<Block>, { unknownEntries }: Pick<ChainOptions, 'unknownEntries'> = {}): Segment | undefined {
  const chain = new ChainVerifier({ unknownEntries });
  const findings: Finding[] = [];
  const blockHashes: Uint8Array[] = [];
  let revisionCount = 0;
  let previousBlockHash: Uint8Array | undefined;
  for (const batch of inBatches(blocks)) {
    for (const [index, found] of [...chain.addAll(batch)].entries()) {
      const block = batch[index]!;
      findings.push(...found);
      previousBlockHash ??= block.previousBlockHash;
      blockHashes.push(block.blockHash);
      revisionCount += block.revisions?.length ?? 0;
    }
  }
  const { blockCount, unknownEntryCount, first, tip } = chain.summary();
  if (first === undefined || tip === undefined || previousBlockHash === undefined) return undefined;
  return {
    blockCount,
    revisionCount,
    unknownEntryCount,
    findings,
    first,
    previousBlockHash,
    tip,
    blockHashes: new Uint8Array(Buffer.concat(blockHashes)),
    unbroken: findings.every(({ check }) => check !== 'sequence'),
  };
}

/** How many blocks are best hashed together. */
const BATCH_BLOCKS = 64;

function* inBatches(blocks: Iterable<Block>): Generator<Block[], void, undefined> {
  let batch: Block[] = [];
  for (const block of blocks) {
    if (batch.push(block) < BATCH_BLOCKS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Verifies a journal of any length, block by block or run by run, keeping no more than one hash per level of the digest tree. */
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
    return this.addInspected(block, inspectBlock(block));
  }

  /**
   * The findings of each of the next blocks, as `add` would give them one after another; hashing them together is faster.
   * @throws InvalidIon, while iterating, at the block in which the bytes are malformed
   */
  * addAll(blocks: readonly Block[]): Generator<Finding[], void, undefined> {
    const inspections = inspectedTogether(blocks);
    for (const [index, block] of blocks.entries()) yield this.addInspected(block, inspections?.[index] ?? inspectBlock(block));
  }

  private addInspected(block: Block, inspection: BlockInspection): Finding[] {
    return this.addSegment({
      blockCount: 1,
      revisionCount: block.revisions?.length ?? 0,
      unknownEntryCount: inspection.unknownEntryCount,
      findings: [...inspection.findings, ...this.entryFindings(block, inspection)],
      first: block.blockAddress,
      previousBlockHash: block.previousBlockHash,
      tip: block.blockAddress,
      blockHashes: block.blockHash,
      unbroken: true,
    });
  }

  /** The findings about how the next run of blocks follows those before, then those of the run itself. */
  addSegment(segment: Segment): Finding[] {
    const findings = [...this.linkFindings(segment), ...segment.findings];
    this.appendToTree(segment);
    this.first ??= segment.first;
    this.tip = segment.tip;
    this.tipHash = segment.blockHashes.subarray(-HASH_LENGTH);
    this.blockCount += segment.blockCount;
    this.findingCount += findings.length;
    this.unknownEntryCount += segment.unknownEntryCount;
    return findings;
  }

  summary(): ChainSummary {
    const { blockCount, findingCount, unknownEntryCount, first, tip, tree } = this;
    const digest = tree === undefined || blockCount === 0 ? undefined : tree.digest();
    return { blockCount, findingCount, unknownEntryCount, ...(first && { first }), ...(tip && { tip }), ...(digest && { digest }) };
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

  private entryFindings({ blockAddress: { sequenceNo } }: Block, { unknownEntryCount }: BlockInspection): Finding[] {
    if (unknownEntryCount === 0 || this.options.unknownEntries !== 'refused') return [];
    const message = `Block ${sequenceNo}: entriesHashList holds ${unknownEntryCount} of something that is not in the block.`;
    return [{ sequenceNo, check: 'unknownEntry', field: 'entriesHashList', message }];
  }

  private appendToTree({ first, unbroken, blockHashes }: Segment): void {
    if (first.sequenceNo !== this.blockCount || !unbroken) this.tree = undefined;
    if (this.tree === undefined) return;
    for (let at = 0; at < blockHashes.length; at += HASH_LENGTH) this.tree.append(blockHashes.slice(at, at + HASH_LENGTH));
  }
}

/** `undefined` if one of the blocks is malformed: which one, shows when they are inspected one by one. */
function inspectedTogether(blocks: readonly Block[]): BlockInspection[] | undefined {
  try {
    return inspectBlocks(blocks);
  } catch (error) {
    if (error instanceof InvalidIon) return undefined;
    throw error;
  }
}

/** Options for journals written by this project's own service, from block 0 on. */
export const OWN_JOURNAL: ChainOptions = { genesisPreviousHash: GENESIS_PREVIOUS_HASH, unknownEntries: 'refused' };
