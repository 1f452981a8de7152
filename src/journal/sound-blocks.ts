import { EncodedStruct, InvalidIon, sharedHashBatch, type HashBatch, type IonValue } from '../ion';
import type { BlockOutline } from './block';
import { BlockScanner, type ScannedBlock, type ScannedRevision } from './block-scan';
import { compareHashesAt } from './dot';

/** A block in which everything adds up, but for entries that nothing is known of. */
export interface SoundBlock extends BlockOutline {
  /** Entries that no part of the block accounts for. */
  readonly unknownEntryCount: number;
}

/** Most combinations of hashes that a batch surely has room for. */
const PAIRS_MAX = 8000;

/** A block of the batch at hand; numbers are addresses in its memory, of hashes. */
interface Candidate {
  /** The position of its value. */
  readonly index: number;
  readonly block: ScannedBlock;
  /** What must be the hash of each revision, and that of the block. */
  readonly trueRevisionHashes: number[];
  trueBlockHash: number;
  /** Trees of hashes, leaves first; in the end, the root alone. */
  readonly entriesTree: number[];
  readonly revisionsTree: number[];
}

/**
 * The blocks among values of binary Ion that are surely sound by themselves, by their positions. They are judged together, from their bytes alone,
 * which is much faster than to read and inspect them. Of all others, nothing is said.
 */
export function soundBlocks(values: readonly IonValue[]): (SoundBlock | undefined)[] {
  return (sharedJudge ??= new SoundBlockJudge(sharedHashBatch())).judge(values);
}

/** Judging never waits for anything, so that all of it can share this, made when it is first needed. */
let sharedJudge: SoundBlockJudge | undefined;

class SoundBlockJudge {
  private readonly scanner: BlockScanner;
  private candidates: Candidate[] = [];
  private pairCount = 0;
  private strandId = '';

  constructor(private readonly batch: HashBatch) {
    this.scanner = new BlockScanner(batch);
  }

  judge(values: readonly IonValue[]): (SoundBlock | undefined)[] {
    const sound = values.map((): SoundBlock | undefined => undefined);
    this.begin();
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      const hadAllRoom = this.batch.isEmpty;
      if (!(value instanceof EncodedStruct) || value.annotations !== undefined || this.add(value, index)) continue;
      // It may just be too much for what the batch holds already, blocks included that are not judged.
      if (!this.scanner.lackedRoom || hadAllRoom) continue;
      this.finish(sound);
      this.begin();
      this.add(value, index);
    }
    this.finish(sound);
    return sound;
  }

  private begin(): void {
    this.batch.reset();
    this.candidates = [];
    this.pairCount = 0;
  }

  /** @returns whether the block will be judged with the batch at hand */
  private add(struct: EncodedStruct, index: number): boolean {
    const block = this.scanned(struct);
    if (block === undefined) return false;
    this.pairCount += 2 * block.revisions.length + block.entries.length + 1;
    if (this.pairCount > PAIRS_MAX) {
      this.scanner.lackedRoom = true;
      return false;
    }
    this.candidates.push({
      index,
      block,
      trueRevisionHashes: [],
      trueBlockHash: 0,
      entriesTree: [...block.entries],
      revisionsTree: block.revisions.map(({ hash }) => hash),
    });
    return true;
  }

  private scanned(struct: EncodedStruct): ScannedBlock | undefined {
    try {
      return this.scanner.scan(struct);
    } catch (error) {
      if (error instanceof InvalidIon) return undefined;
      throw error;
    }
  }

  /** Makes all hashes of the batch, and compares. */
  private finish(sound: (SoundBlock | undefined)[]): void {
    const { batch, candidates } = this;
    batch.run();
    const trees: number[][] = [];
    for (const candidate of candidates) {
      const { block: { entriesHash, previousBlockHash, revisions }, trueRevisionHashes } = candidate;
      candidate.trueBlockHash = this.combine(entriesHash, previousBlockHash);
      for (const revision of revisions) trueRevisionHashes.push(this.revisionHash(revision));
      trees.push(candidate.entriesTree, candidate.revisionsTree);
    }
    this.combineTrees(trees);
    for (const candidate of candidates) if (this.isSound(candidate)) sound[candidate.index] = this.soundBlock(candidate);
  }

  /** Where a combination of hashes will be once the pairs were run. There is room for it: they were counted. */
  private combine(one: number, other: number): number {
    const { batch } = this;
    return compareHashesAt(batch.bytes, one, other) <= 0 ? batch.addPair(one, other)! : batch.addPair(other, one)!;
  }

  private revisionHash({ hash, metadataHash, dataHash }: ScannedRevision): number {
    // One that is listed by its hash alone has nothing that could differ from it.
    if (metadataHash === undefined) return hash;
    return dataHash === undefined ? metadataHash : this.combine(metadataHash, dataHash);
  }

  /** All trees at once, level by level. */
  private combineTrees(trees: readonly number[][]): void {
    let open = trees;
    do {
      open = open.filter(({ length }) => length > 1);
      for (const tree of open) {
        let count = 0;
        for (let index = 0; index < tree.length; index += 2) {
          tree[count++] = index + 1 < tree.length ? this.combine(tree[index]!, tree[index + 1]!) : tree[index]!;
        }
        tree.length = count;
      }
      this.batch.runPairs();
    } while (open.length > 0);
  }

  private isSound({ block, entriesTree, revisionsTree, trueBlockHash, trueRevisionHashes }: Candidate): boolean {
    const { batch } = this;
    const { entries, revisions } = block;
    for (let index = 0; index < revisions.length; index++) {
      if (!batch.isSameDigest(revisions[index]!.hash, trueRevisionHashes[index]!)) return false;
    }
    return entries.length > 0 && batch.isSameDigest(entriesTree[0]!, block.entriesHash)
      && batch.isSameDigest(trueBlockHash, block.blockHash)
      && this.isAmong(entries, block.transactionInfoHash)
      && (revisions.length === 0 || this.isAmong(entries, revisionsTree[0]!));
  }

  private soundBlock({ block, revisionsTree }: Candidate): SoundBlock {
    const { batch } = this;
    const { entries, revisions } = block;
    const accounted = [block.transactionInfoHash, ...revisionsTree];
    let unknownEntryCount = 0;
    for (const entry of entries) if (!this.isAmong(accounted, entry)) unknownEntryCount++;
    let hashOnlyRevisionCount = 0;
    for (const { metadataHash } of revisions) if (metadataHash === undefined) hashOnlyRevisionCount++;
    return {
      blockAddress: { strandId: this.textAt(block.strandIdStart, block.strandIdEnd), sequenceNo: block.sequenceNo },
      blockHash: batch.digestAt(block.blockHash),
      previousBlockHash: batch.digestAt(block.previousBlockHash),
      revisionCount: revisions.length,
      hashOnlyRevisionCount,
      unknownEntryCount,
    };
  }

  private isAmong(hashes: readonly number[], hash: number): boolean {
    for (const one of hashes) if (this.batch.isSameDigest(one, hash)) return true;
    return false;
  }

  /** Blocks that follow each other are mostly of one strand. */
  private textAt(start: number, end: number): string {
    const { batch: { bytes }, strandId } = this;
    let index = start;
    while (index < end && bytes[index] === strandId.charCodeAt(index - start)) index++;
    if (index < end || strandId.length !== end - start) this.strandId = bytes.toString('latin1', start, end);
    return this.strandId;
  }
}
