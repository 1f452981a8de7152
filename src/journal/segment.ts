import { InvalidIon } from '../ion';
import type { Block, BlockAddress, BlockOutline } from './block';
import { HASH_LENGTH, sameHash } from './dot';
import { inspectBlock, inspectBlocks, type BlockInspection, type Finding } from './verify-block';

/** What each block of a segment was held to by itself. */
export interface InspectionRules {
  /** Whether entries may stand in a block that no part of it accounts for, as in journals of the original service. @default 'allowed' */
  readonly unknownEntries?: 'allowed' | 'refused';
}

/**
 * What is left of a run of blocks once each of them has been inspected by itself. Within the run, numbers rise by one, each block links to the one
 * before and belongs to the same strand, and no block but the first one has findings; where that would not be so, another run begins. Plain data, so
 * that runs can be made by worker threads, in any order, and joined in theirs.
 */
export interface Segment {
  readonly blockCount: number;
  readonly revisionCount: number;
  /** Revisions that their block lists by their hash alone. */
  readonly hashOnlyRevisionCount: number;
  readonly unknownEntryCount: number;
  /** About the first block by itself. */
  readonly findings: readonly Finding[];
  readonly first: BlockAddress;
  /** Of the first block: what it takes the hash of the block before the segment to be. */
  readonly previousBlockHash: Uint8Array;
  /** The hashes of the blocks, one behind the other. */
  readonly blockHashes: Uint8Array;
}

/** The last block of a segment. */
export function tipOf({ first: { strandId, sequenceNo }, blockCount }: Segment): BlockAddress {
  return { strandId, sequenceNo: sequenceNo + blockCount - 1 };
}

/** A segment of one block. */
export function segmentOf(block: Block, inspection: BlockInspection, rules: InspectionRules): Segment {
  return new SegmentBuilder(outlineOf(block), allFindings(block, inspection, rules), inspection.unknownEntryCount).segment();
}

/** What a segment keeps of a block. */
export function outlineOf({ blockAddress, blockHash, previousBlockHash, revisions = [] }: Block): BlockOutline {
  const hashOnlyRevisionCount = revisions.reduce((count, { kind }) => kind === 'internal' ? count + 1 : count, 0);
  return { blockAddress, blockHash, previousBlockHash, revisionCount: revisions.length, hashOnlyRevisionCount };
}

/** How many blocks are best hashed together. */
const BATCH_BLOCKS = 64;

/**
 * Inspects blocks and puts them together to as few segments as possible.
 * @throws InvalidIon, while iterating, as `hashIon` does
 */
export function* verifySegments(blocks: Iterable<Block>, rules: InspectionRules = {}): Generator<Segment, void, undefined> {
  const open = new OpenSegment(rules);
  for (const batch of inBatches(blocks)) {
    for (const [block, inspection] of inspectedInTurn(batch)) {
      const ended = open.add(outlineOf(block), inspection);
      if (ended !== undefined) yield ended;
    }
  }
  const last = open.end();
  if (last !== undefined) yield last;
}

function* inBatches(blocks: Iterable<Block>): Generator<Block[], void, undefined> {
  let batch: Block[] = [];
  for (const block of blocks) {
    if (batch.push(block) < BATCH_BLOCKS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Each block with what can be said about it by itself; they are hashed together, which is faster.
 * @throws InvalidIon, while iterating, at the block in which the bytes are malformed
 */
export function* inspectedInTurn(blocks: readonly Block[]): Generator<readonly [Block, BlockInspection], void, undefined> {
  const inspections = inspectedTogether(blocks);
  for (const [index, block] of blocks.entries()) yield [block, inspections?.[index] ?? inspectBlock(block)];
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

/** The segment that the next block may belong to. */
export class OpenSegment {
  private builder?: SegmentBuilder;

  constructor(private readonly rules: InspectionRules) {}

  /** @returns the segment that ends before this block, if one does */
  add(block: BlockOutline, inspection: BlockInspection): Segment | undefined {
    const findings = allFindings(block, inspection, this.rules);
    if (findings.length === 0 && this.builder?.continuesWith(block)) {
      this.builder.append(block, inspection.unknownEntryCount);
      return undefined;
    }
    const ended = this.builder?.segment();
    this.builder = new SegmentBuilder(block, findings, inspection.unknownEntryCount);
    return ended;
  }

  /** @returns the segment of the last blocks; afterwards, there is none */
  end(): Segment | undefined {
    const ended = this.builder?.segment();
    this.builder = undefined;
    return ended;
  }
}

class SegmentBuilder {
  private readonly hashes: Uint8Array[] = [];
  private revisionCount = 0;
  private hashOnlyRevisionCount = 0;
  private unknownEntryCount = 0;

  constructor(private readonly first: BlockOutline, private readonly findings: readonly Finding[], unknownEntryCount: number) {
    this.append(first, unknownEntryCount);
  }

  continuesWith({ blockAddress: { strandId, sequenceNo }, previousBlockHash }: BlockOutline): boolean {
    const { blockAddress: first } = this.first;
    return sequenceNo === first.sequenceNo + this.hashes.length && strandId === first.strandId && sameHash(previousBlockHash, this.hashes.at(-1)!);
  }

  append({ blockHash, revisionCount, hashOnlyRevisionCount }: BlockOutline, unknownEntryCount: number): void {
    this.hashes.push(blockHash);
    this.revisionCount += revisionCount;
    this.hashOnlyRevisionCount += hashOnlyRevisionCount;
    this.unknownEntryCount += unknownEntryCount;
  }

  segment(): Segment {
    const { first: { blockAddress, previousBlockHash }, hashes, findings, revisionCount, unknownEntryCount } = this;
    const blockHashes = new Uint8Array(hashes.length * HASH_LENGTH);
    hashes.forEach((hash, index) => blockHashes.set(hash, index * HASH_LENGTH));
    return {
      blockCount: hashes.length,
      revisionCount,
      hashOnlyRevisionCount: this.hashOnlyRevisionCount,
      unknownEntryCount,
      findings,
      first: blockAddress,
      previousBlockHash,
      blockHashes,
    };
  }
}

function allFindings({ blockAddress: { sequenceNo } }: Pick<Block, 'blockAddress'>, inspection: BlockInspection, { unknownEntries }: InspectionRules): readonly Finding[] {
  const { findings, unknownEntryCount } = inspection;
  if (unknownEntryCount === 0 || unknownEntries !== 'refused') return findings;
  const message = `Block ${sequenceNo}: entriesHashList holds ${unknownEntryCount} of something that is not in the block.`;
  return [...findings, { sequenceNo, check: 'unknownEntry', field: 'entriesHashList', message }];
}
