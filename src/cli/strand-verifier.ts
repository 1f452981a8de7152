import { DigestAccumulator, HASH_LENGTH, sameHash, type ExportedJournal, type Segment } from '../journal';
import { ExpectedDigestCheck, type ExpectedDigest } from './expected-digest';
import { FindingList, type VerdictFinding } from './finding-list';

/** What all exports of one ledger say together. */
export interface StrandVerdict {
  readonly strandId: string;
  readonly exportIds: readonly string[];
  /** The ledger's digest as far as blocks without a gap from 0 on reach; absent if block 0 is in no export. */
  readonly digest?: Uint8Array;
  /** The block that `digest` is of. */
  readonly digestSequenceNo?: number;
  /** Whether every export could be read to its end. */
  readonly isComplete: boolean;
  /** Gaps and overlaps between exports, which are nobody's fault by themselves. */
  readonly notes: readonly string[];
  readonly findings: readonly VerdictFinding[];
  readonly findingCount: number;
}

interface Span { readonly exportId: string; readonly first: number; readonly last: number }

/** Puts the exports of one ledger together: their order, gaps and overlaps, the links across, the digest over all of them. */
export class StrandVerifier {
  private readonly tree = new DigestAccumulator();
  private readonly findings = new FindingList();
  private readonly digestCheck: ExpectedDigestCheck;
  private readonly spans: readonly Span[];
  /** Numbers of the blocks at which one export's content meets another's. */
  private readonly seams: ReadonlySet<number>;
  private readonly hashesAtSeams = new Map<number, { readonly exportId: string; readonly hash: Uint8Array }[]>();
  private readonly previousHashes = new Map<string, Uint8Array>();

  /** @param exports those of one strand, in the order in which their blocks will come */
  constructor(private readonly exports: readonly ExportedJournal[], expected: ExpectedDigest | undefined) {
    this.digestCheck = new ExpectedDigestCheck(expected, this.findings);
    this.spans = exports.filter(({ objects }) => objects.length > 0).map(({ exportId, objects }) => {
      return { exportId, first: objects[0].firstSequenceNo, last: objects[objects.length - 1].lastSequenceNo };
    });
    this.seams = new Set(this.spans.flatMap(({ first, last }) => [first - 1, last]));
  }

  add(exportId: string, { first: { sequenceNo: first }, blockCount, previousBlockHash, blockHashes }: Segment): void {
    const end = first + blockCount;
    const hashes = (from: number, to: number): Uint8Array => blockHashes.subarray((from - first) * HASH_LENGTH, (to - first) * HASH_LENGTH);
    while (this.tree.blockCount >= first && this.tree.blockCount < end) {
      this.tree.appendAll(hashes(this.tree.blockCount, this.digestCheck.stopWithin(this.tree.blockCount, end)));
      this.digestCheck.after(this.tree);
    }
    if (!this.previousHashes.has(exportId)) this.previousHashes.set(exportId, previousBlockHash);
    for (let sequenceNo = first; sequenceNo < end; sequenceNo++) {
      if (!this.seams.has(sequenceNo)) continue;
      const hash = hashes(sequenceNo, sequenceNo + 1);
      this.hashesAtSeams.set(sequenceNo, [...this.hashesAtSeams.get(sequenceNo) ?? [], { exportId, hash }]);
    }
  }

  /** @param isComplete whether every export could be read to its end; without, nothing is said of an expected digest that was not reached */
  verdict({ gapless, isComplete }: { readonly gapless: boolean; readonly isComplete: boolean }): StrandVerdict {
    const notes = notesOn(this.spans);
    if (gapless) notes.splice(0).forEach(note => this.findings.add(note));
    this.compareSameBlocks();
    this.spans.forEach(span => this.compareLink(span));
    if (isComplete) this.digestCheck.atEnd(this.tree, this.spans.length === 0 ? undefined : Math.max(...this.spans.map(({ last }) => last)));
    const { blockCount } = this.tree;
    return {
      strandId: this.exports[0].strandId,
      exportIds: this.exports.map(({ exportId }) => exportId),
      ...(blockCount > 0 && { digest: this.tree.digest(), digestSequenceNo: blockCount - 1 }),
      isComplete,
      notes,
      findings: this.findings.kept,
      findingCount: this.findings.count,
    };
  }

  /** Exports that overlap agree on all they share if they agree on its last block, as each is a chain in itself. */
  private compareSameBlocks(): void {
    for (const [sequenceNo, [one, ...others]] of this.hashesAtSeams) {
      const other = others.find(({ hash }) => !sameHash(hash, one.hash));
      if (other === undefined) continue;
      this.findings.add(`Exports ${one.exportId} and ${other.exportId} hold different journals: their blocks ${sequenceNo} differ.`, sequenceNo);
    }
  }

  private compareLink({ exportId, first }: Span): void {
    const previous = this.previousHashes.get(exportId);
    const before = previous && this.hashesAtSeams.get(first - 1)?.find(({ hash }) => !sameHash(hash, previous));
    if (before === undefined) return;
    this.findings.add(`Export ${exportId} does not continue export ${before.exportId}: its block ${first} links to another block ${first - 1}.`, first);
  }
}

function notesOn(spans: readonly Span[]): string[] {
  const notes: string[] = [];
  let reaching: Span | undefined;
  for (const span of spans) {
    if (reaching !== undefined && span.first > reaching.last + 1) {
      const missing = span.first === reaching.last + 2 ? `Block ${span.first - 1} is` : `Blocks ${reaching.last + 1} to ${span.first - 1} are`;
      notes.push(`${missing} in none of the exports: between ${reaching.exportId} and ${span.exportId}.`);
    } else if (reaching !== undefined && span.first <= reaching.last) {
      const last = Math.min(span.last, reaching.last);
      notes.push(`${span.first === last ? `Block ${last} is` : `Blocks ${span.first} to ${last} are`} both in ${reaching.exportId} and in ${span.exportId}.`);
    }
    if (reaching === undefined || span.last > reaching.last) reaching = span;
  }
  return notes;
}
