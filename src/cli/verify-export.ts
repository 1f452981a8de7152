import {
  findExports, LinkVerifier, OWN_JOURNAL, Unreadable, type ExportedJournal, type ExportedJournalObject, type ExportSource, type LinkOptions,
  type Segment,
} from '../journal';
import type { ExpectedDigest } from './expected-digest';
import { FindingList, type VerdictFinding } from './finding-list';
import { inThisThread, type InspectedPart, type ObjectInspector } from './object-inspector';
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

/**
 * Verifies every finished export of a source, some blocks in memory at a time.
 * @param inspectorFor what inspects the objects of the exports that were found
 * @throws Unreadable when none can be found
 */
export async function verifyExports(
  source: ExportSource, options: ExportVerificationOptions, showProgress: ShowProgress,
  inspectorFor: (exports: readonly ExportedJournal[]) => ObjectInspector = () => inThisThread,
): Promise<ExportsVerdict> {
  const byStrand = new Map<string, ExportedJournal[]>();
  const found = await findExports(source);
  for (const exported of found) byStrand.set(exported.strandId, [...byStrand.get(exported.strandId) ?? [], exported]);
  if (options.expected && byStrand.size > 1) {
    throw new Unreadable(`A digest belongs to one ledger, but ${source.name} holds exports of ${byStrand.size}. Name a place that holds those of one.`);
  }
  const inspector = inspectorFor(found);
  const exports: ExportVerdict[] = [];
  const strands: StrandVerdict[] = [];
  for (const group of byStrand.values()) {
    const ordered = group.sort((one, other) => firstOf(one) - firstOf(other) || (one.exportId < other.exportId ? -1 : 1));
    const strand = new StrandVerifier(ordered, options.expected);
    const verdicts: ExportVerdict[] = [];
    for (const exported of ordered) verdicts.push(await verifyExport(source, exported, strand, options, showProgress, inspector));
    exports.push(...verdicts);
    strands.push(strand.verdict({ gapless: options.gapless ?? false, isComplete: verdicts.every(({ unreadable }) => unreadable === undefined) }));
  }
  return { exports, strands };
}

const firstOf = ({ objects }: ExportedJournal): number => objects[0]?.firstSequenceNo ?? -1;

async function verifyExport(
  source: ExportSource, exported: ExportedJournal, strand: StrandVerifier, options: ExportVerificationOptions, showProgress: ShowProgress,
  inspector: ObjectInspector,
): Promise<ExportVerdict> {
  const rules = options.strict ? OWN_JOURNAL : {};
  const verification = new ExportVerification(exported, strand, rules);
  for await (const { object, parts } of inspector.inspect(source, exported.objects, { unknownEntries: rules.unknownEntries })) {
    verification.startObject(object);
    for await (const part of parts) {
      verification.add(part, object);
      if (part.unreadable !== undefined) return { ...verification.verdict(), unreadable: part.unreadable };
      showProgress(verification.progress(object));
    }
    verification.endObject(object);
  }
  return verification.verdict();
}

class ExportVerification {
  private readonly links: LinkVerifier;
  private readonly findings = new FindingList();
  private byteCount = 0;
  private earlierByteCount = 0;
  private revisionCount = 0;
  private hashOnlyRevisionCount = 0;
  private unjudgedRevisionCount = 0;
  private due = 0;
  private previousLast?: number;
  blockCount = 0;

  constructor(private readonly exported: ExportedJournal, private readonly strand: StrandVerifier, options: LinkOptions) {
    this.links = new LinkVerifier(options);
  }

  startObject({ key, firstSequenceNo }: ExportedJournalObject): void {
    if (this.previousLast !== undefined && firstSequenceNo !== this.previousLast + 1) {
      this.findings.add(`${key}: starts with block ${firstSequenceNo} by its name, though ${this.previousLast + 1} was due.`, firstSequenceNo);
    }
    this.due = firstSequenceNo;
    this.earlierByteCount = this.byteCount;
  }

  add({ segments = [], unjudgedRevisionCount = 0, byteCount }: InspectedPart, object: ExportedJournalObject): void {
    this.byteCount = this.earlierByteCount + byteCount;
    this.unjudgedRevisionCount += unjudgedRevisionCount;
    for (const segment of segments) this.addSegment(segment, object);
  }

  private addSegment(segment: Segment, { key }: ExportedJournalObject): void {
    const { first: { strandId, sequenceNo }, blockCount } = segment;
    const report = (message: string, number = sequenceNo): void => this.findings.add(`${key}: ${message}`, number);
    const reportStrand = (number: number): void => {
      if (strandId !== this.exported.strandId) report(`block ${number} is of strand ${strandId}, but the export of ${this.exported.strandId}.`, number);
    };
    if (sequenceNo !== this.due) report(`block ${sequenceNo} stands where block ${this.due} was due by the object's name.`);
    reportStrand(sequenceNo);
    for (const { message } of this.links.add(segment)) report(message);
    // Only the first block of a segment has findings by itself, but each is of that strand.
    for (let number = sequenceNo + 1; number < sequenceNo + blockCount; number++) reportStrand(number);
    this.due = sequenceNo + blockCount;
    this.blockCount += blockCount;
    this.revisionCount += segment.revisionCount;
    this.hashOnlyRevisionCount += segment.hashOnlyRevisionCount;
    this.strand.add(this.exported.exportId, segment);
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
    const { first, tip, unknownEntryCount } = this.links.summary();
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
