import { inspectBlock, sameHash, type Block, type ExportedJournalObject, type Finding } from '../journal';
import { documentRevisions, documentTables } from './block-documents';

/** Why a restore was given up. */
export interface RestoreRefusal {
  /** Whether something was proven to be false, or something is missing or cannot be read. */
  readonly outcome: 'TAMPERED' | 'INCOMPLETE';
  /** One plain sentence each, in the words of `cdk-ledger verify export`; the first of them. */
  readonly findings: readonly string[];
  readonly findingCount: number;
  /** The block of the first finding that concerns one. */
  readonly firstBadBlock?: number;
}

/** A journal that is broken throughout needs no more lines than this to say so. */
const FINDINGS_KEPT_MAX = 20;
/** A clock that is this far ahead of ours is wrong. */
const CLOCK_SKEW_MILLIS = 5 * 60_000;

interface ChainPosition {
  readonly strandId: string;
  readonly sequenceNo: number;
  readonly blockHash: Uint8Array;
}

/** Holds the blocks of one object against what precedes them, as `cdk-ledger verify export` does. */
export class ObjectInspection {
  private readonly findings: string[] = [];
  private findingCount = 0;
  private firstBadBlock?: number;
  private outcome: RestoreRefusal['outcome'] = 'TAMPERED';
  private due: number;

  /** @param previous the newest block that was restored */
  constructor(
    private readonly object: ExportedJournalObject, private readonly strandId: string, private previous: ChainPosition,
    private readonly nowMillis: number,
  ) {
    this.due = object.firstSequenceNo;
  }

  /** The block that comes next in the object. Answers whether it belongs in the journal: it is sound, as are those before, and not there yet. */
  add(block: Block): boolean {
    const { sequenceNo, strandId } = block.blockAddress;
    const { previous } = this;
    if (sequenceNo !== this.due) this.report(`block ${sequenceNo} stands where block ${this.due} was due by the object's name.`, sequenceNo);
    if (strandId !== this.strandId) {
      this.report(`block ${sequenceNo} is of strand ${strandId}, but the export of ${this.strandId}.`, sequenceNo);
    }
    this.due = sequenceNo + 1;
    // It was restored from an earlier object, or before an interruption; the next block links to what was restored then.
    if (sequenceNo <= previous.sequenceNo && this.findingCount === 0) return false;
    const isNext = sequenceNo === previous.sequenceNo + 1;
    if (previous.sequenceNo >= 0 && !isNext) {
      this.report(`Block ${sequenceNo}: follows block ${previous.sequenceNo}, though ${previous.sequenceNo + 1} was due.`, sequenceNo);
    }
    if (previous.sequenceNo >= 0 && strandId !== previous.strandId) {
      this.report(`Block ${sequenceNo}: belongs to strand ${strandId}, though the blocks before belong to ${previous.strandId}.`, sequenceNo);
    }
    if (previous.sequenceNo >= 0 && isNext && !sameHash(previous.blockHash, block.previousBlockHash)) {
      this.report(`Block ${sequenceNo}: previousBlockHash is not the hash of the block before.`, sequenceNo);
    }
    for (const finding of inspectBlock(block).findings) this.reportBlock(finding, block);
    this.previous = { sequenceNo, strandId, blockHash: block.blockHash };
    this.checkPlace(block);
    if (block.blockTimestampMillis > this.nowMillis + CLOCK_SKEW_MILLIS) {
      const time = new Date(block.blockTimestampMillis).toISOString();
      this.report(`Block ${sequenceNo}: its time ${time}, which no hash covers, is yet to come.`, sequenceNo);
    }
    return this.findingCount === 0;
  }

  /** To be called after the last block; undefined if all is well. */
  end(): RestoreRefusal | undefined {
    const { lastSequenceNo } = this.object;
    if (this.due !== lastSequenceNo + 1) this.report(`ends with block ${this.due - 1}, though its name promises block ${lastSequenceNo}.`, this.due);
    return this.refusal();
  }

  refusal(): RestoreRefusal | undefined {
    const { findings, findingCount, firstBadBlock, outcome } = this;
    return findingCount === 0 ? undefined : { outcome, findings, findingCount, firstBadBlock };
  }

  private reportBlock({ check, message, sequenceNo, documentId }: Finding, block: Block): void {
    const { revisions } = block;
    const hasData = revisions?.some(revision => revision.kind === 'document' && revision.metadata.id === documentId && revision.data !== undefined);
    if (this.object.format === 'JSON' && check === 'revisionHash' && hasData) {
      if (this.findingCount === 0) this.outcome = 'INCOMPLETE';
      this.report(`Block ${sequenceNo}: document ${documentId} holds values whose Ion types JSON does not tell, so that nobody can say what was hashed. `
        + 'Restore from an export in ION_BINARY or ION_TEXT.', sequenceNo);
    } else {
      this.report(message, sequenceNo);
    }
  }

  /** The format does not demand it, but without it nobody knows which table a document is in. */
  private checkPlace(block: Block): void {
    const tables = documentTables(block);
    const { sequenceNo } = block.blockAddress;
    for (const { metadata: { id } } of documentRevisions(block)) {
      if (!tables.get(id)?.tableId) this.report(`Block ${sequenceNo}: transactionInfo does not tell the table of document ${id}.`, sequenceNo);
    }
  }

  private report(message: string, sequenceNo: number): void {
    this.findingCount += 1;
    this.firstBadBlock ??= sequenceNo;
    if (this.findings.length < FINDINGS_KEPT_MAX) this.findings.push(`${this.object.key}: ${message}`);
  }
}
