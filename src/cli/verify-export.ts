import {
  ChainVerifier, exportedBlockBatches, findExports, OWN_JOURNAL, Unreadable, type Block, type BlockBatch, type ExportedJournal,
  type ExportedJournalObject, type ExportSource, type Finding,
} from '../journal';
import type { ExpectedDigest } from './expected-digest';
import { FindingList, type VerdictFinding } from './finding-list';
import { StrandVerifier, type StrandVerdict } from './strand-verifier';

/** What the verification of one export found. */
export interface ExportVerdict {
  readonly exportId: string;
  readonly strandId: string;
  readonly objectCount: number;
  readonly byteCount: number;
  readonly blockCount: number;
  readonly revisionCount: number;
  /** Revisions that the block lists by their hash alone. */
  readonly hashOnlyRevisionCount: number;
  /** Revisions whose document cannot be judged, because JSON does not tell the types in it. */
  readonly unjudgedRevisionCount: number;
  /** Entries of blocks that nothing in the block accounts for. */
  readonly unknownEntryCount: number;
  readonly isJson: boolean;
  readonly firstSequenceNo?: number;
  readonly lastSequenceNo?: number;
  /** Why the export could not be read to its end. */
  readonly unreadable?: string;
  readonly findings: readonly VerdictFinding[];
  readonly findingCount: number;
}

export interface ExportsVerdict {
  readonly exports: readonly ExportVerdict[];
  readonly strands: readonly StrandVerdict[];
}

export interface ExportVerificationOptions {
  /** Only for one ledger's exports. */
  readonly expected?: ExpectedDigest;
  /** Whether gaps and overlaps between exports are findings. */
  readonly gapless?: boolean;
  /** Whether to hold the journal to the stricter rules of this project's own service. */
  readonly strict?: boolean;
}

export interface VerificationProgress {
  readonly blockCount: number;
  readonly byteCount: number;
  /** Where it is, for people. */
  readonly place: string;
}

export type ShowProgress = (state: VerificationProgress) => void;

/** Verifies every finished export of a source, some blocks in memory at a time. @throws Unreadable when none can be found */
export async function verifyExports(
  source: ExportSource, options: ExportVerificationOptions, showProgress: ShowProgress,
): Promise<ExportsVerdict> {
  const byStrand = new Map<string, ExportedJournal[]>();
  for (const exported of await findExports(source)) byStrand.set(exported.strandId, [...byStrand.get(exported.strandId) ?? [], exported]);
  if (options.expected && byStrand.size > 1) {
    throw new Unreadable(`A digest belongs to one ledger, but ${source.name} holds exports of ${byStrand.size}. Name a place that holds those of one.`);
  }
  const exports: ExportVerdict[] = [];
  const strands: StrandVerdict[] = [];
  for (const group of byStrand.values()) {
    const ordered = group.sort((one, other) => firstOf(one) - firstOf(other) || (one.exportId < other.exportId ? -1 : 1));
    const strand = new StrandVerifier(ordered, options.expected);
    const verdicts: ExportVerdict[] = [];
    for (const exported of ordered) verdicts.push(await verifyExport(source, exported, strand, options, showProgress));
    exports.push(...verdicts);
    strands.push(strand.verdict({ gapless: options.gapless ?? false, isComplete: verdicts.every(({ unreadable }) => unreadable === undefined) }));
  }
  return { exports, strands };
}

const firstOf = ({ objects }: ExportedJournal): number => objects[0]?.firstSequenceNo ?? -1;

async function verifyExport(
  source: ExportSource, exported: ExportedJournal, strand: StrandVerifier, options: ExportVerificationOptions, showProgress: ShowProgress,
): Promise<ExportVerdict> {
  const verification = new ExportVerification(exported, strand, options);
  let unreadable: string | undefined;
  try {
    for (const object of exported.objects) {
      verification.startObject(object);
      for await (const batch of exportedBlockBatches(verification.counted(source.read(object.key)), object)) {
        verification.addAll(batch, object);
        showProgress(verification.progress(object));
      }
      verification.endObject(object);
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    unreadable = error.message;
  }
  return { ...verification.verdict(), ...(unreadable !== undefined && { unreadable }) };
}

class ExportVerification {
  private readonly chain: ChainVerifier;
  private readonly findings = new FindingList();
  private byteCount = 0;
  private revisionCount = 0;
  private hashOnlyRevisionCount = 0;
  private unjudgedRevisionCount = 0;
  private due = 0;
  private previousLast?: number;
  blockCount = 0;

  constructor(private readonly exported: ExportedJournal, private readonly strand: StrandVerifier, { strict }: ExportVerificationOptions) {
    this.chain = new ChainVerifier(strict ? OWN_JOURNAL : {});
  }

  async* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.byteCount += chunk.length;
      yield chunk;
    }
  }

  startObject({ key, firstSequenceNo }: ExportedJournalObject): void {
    if (this.previousLast !== undefined && firstSequenceNo !== this.previousLast + 1) {
      this.findings.add(`${key}: starts with block ${firstSequenceNo} by its name, though ${this.previousLast + 1} was due.`, firstSequenceNo);
    }
    this.due = firstSequenceNo;
  }

  addAll({ blocks, unreadable }: BlockBatch, object: ExportedJournalObject): void {
    const found = this.chain.addAll(blocks);
    for (const [index, block] of blocks.entries()) {
      try {
        const findings = found.next();
        if (findings.done !== true) this.add(block, findings.value, object);
      } catch (error) {
        throw unreadable(error, index);
      }
    }
  }

  private add(block: Block, findings: readonly Finding[], { key, format }: ExportedJournalObject): void {
    const { sequenceNo, strandId } = block.blockAddress;
    const report = (message: string): void => this.findings.add(`${key}: ${message}`, sequenceNo);
    if (sequenceNo !== this.due) report(`block ${sequenceNo} stands where block ${this.due} was due by the object's name.`);
    if (strandId !== this.exported.strandId) report(`block ${sequenceNo} is of strand ${strandId}, but the export of ${this.exported.strandId}.`);
    this.due = sequenceNo + 1;
    this.blockCount += 1;
    const revisions = block.revisions ?? [];
    this.revisionCount += revisions.length;
    this.hashOnlyRevisionCount += revisions.filter(({ kind }) => kind === 'internal').length;
    for (const finding of findings) {
      if (format === 'JSON' && isUnjudged(finding, block)) this.unjudgedRevisionCount += 1;
      else report(finding.message);
    }
    this.strand.add(this.exported.exportId, block);
  }

  endObject({ key, lastSequenceNo }: ExportedJournalObject): void {
    if (this.due !== lastSequenceNo + 1) {
      this.findings.add(`${key}: ends with block ${this.due - 1}, though its name promises block ${lastSequenceNo}.`, this.due);
    }
    this.previousLast = lastSequenceNo;
  }

  progress({ key }: ExportedJournalObject): VerificationProgress {
    return { blockCount: this.blockCount, byteCount: this.byteCount, place: key };
  }

  verdict(): ExportVerdict {
    const { first, tip, unknownEntryCount } = this.chain.summary();
    const { exportId, strandId, objects } = this.exported;
    const { byteCount, blockCount, revisionCount, hashOnlyRevisionCount, unjudgedRevisionCount } = this;
    return {
      exportId,
      strandId,
      objectCount: objects.length,
      byteCount,
      blockCount,
      revisionCount,
      hashOnlyRevisionCount,
      unjudgedRevisionCount,
      unknownEntryCount,
      isJson: objects.some(({ format }) => format === 'JSON'),
      ...(first && tip && { firstSequenceNo: first.sequenceNo, lastSequenceNo: tip.sequenceNo }),
      findings: this.findings.kept,
      findingCount: this.findings.count,
    };
  }
}

/** Whether a finding about a block in JSON may come of the types that JSON lost. A revision without data has none to lose. */
function isUnjudged({ check, field }: Finding, { revisions }: Block): boolean {
  if (check !== 'revisionHash') return false;
  const revision = revisions?.[Number(/^revisions\[(\d+)\]/.exec(field)?.[1])];
  return revision?.kind === 'document' && revision.data !== undefined;
}
