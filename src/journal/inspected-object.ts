import { InvalidIon, streamIonBatches, type IonValue } from '../ion';
import type { Block, BlockOutline } from './block';
import { exportedBlock, unreadableAfter, type ExportedJournalObject } from './exported-journal';
import { inspectedInTurn, OpenSegment, outlineOf, type InspectionRules, type Segment } from './segment';
import { soundBlocks } from './sound-blocks';
import type { BlockInspection, Finding } from './verify-block';

/** Blocks of a data object that arrived together, once each of them has been inspected by itself. Plain data, as segments are. */
export interface InspectedBlocks {
  readonly segments: readonly Segment[];
  /** Revisions whose document cannot be judged, because JSON does not tell the types in it. */
  readonly unjudgedRevisionCount: number;
}

/**
 * The blocks of a data object, as many at a time as arrive together.
 * @throws Unreadable, while iterating, after the blocks that can be read; the message names the last of them
 */
export async function* inspectedBlocks(
  chunks: AsyncIterable<Uint8Array>, object: ExportedJournalObject, rules: InspectionRules,
): AsyncGenerator<InspectedBlocks, void, undefined> {
  let last: number | undefined;
  try {
    for await (const { values, placed } of streamIonBatches(chunks, { padding: 'refused' })) {
      const inspection = new ObjectInspection(object, rules);
      let fault: { readonly error: unknown } | undefined;
      try {
        for (const sequenceNo of inspection.addInTurn(values)) last = sequenceNo;
      } catch (error) {
        fault = { error };
      }
      yield inspection.inspected();
      if (fault !== undefined) throw fault.error instanceof InvalidIon ? placed(fault.error) : fault.error;
    }
  } catch (error) {
    throw unreadableAfter(last, error, object);
  }
}

class ObjectInspection {
  private readonly segments: Segment[] = [];
  private readonly open: OpenSegment;
  private unjudgedRevisionCount = 0;

  constructor(private readonly object: ExportedJournalObject, rules: InspectionRules) {
    this.open = new OpenSegment(rules);
  }

  /** Answers with the number of each block. @throws InvalidIon and InvalidBlock, while iterating, at what is no block */
  * addInTurn(values: readonly IonValue[]): Generator<number, void, undefined> {
    const sound = this.object.format === 'JSON' ? [] : soundBlocks(values);
    for (let index = 0, end = 0; index < values.length; index = end) {
      const block = sound[index];
      end = index + 1;
      if (block !== undefined) {
        yield this.add(block, { findings: [], unknownEntryCount: block.unknownEntryCount });
        continue;
      }
      while (end < values.length && sound[end] === undefined) end++;
      yield* this.addOthersInTurn(values.slice(index, end));
    }
  }

  inspected(): InspectedBlocks {
    this.push(this.open.end());
    return { segments: this.segments, unjudgedRevisionCount: this.unjudgedRevisionCount };
  }

  /** Those of which it takes a closer look to tell what is wrong, if anything is. */
  private* addOthersInTurn(values: readonly IonValue[]): Generator<number, void, undefined> {
    const blocks: Block[] = [];
    let fault: { readonly error: unknown } | undefined;
    try {
      for (const value of values) blocks.push(exportedBlock(value, this.object));
    } catch (error) {
      fault = { error };
    }
    for (const [block, inspection] of inspectedInTurn(blocks)) yield this.add(outlineOf(block), this.judged(block, inspection));
    if (fault !== undefined) throw fault.error;
  }

  private add(block: BlockOutline, inspection: BlockInspection): number {
    this.push(this.open.add(block, inspection));
    return block.blockAddress.sequenceNo;
  }

  private push(segment: Segment | undefined): void {
    if (segment !== undefined) this.segments.push(segment);
  }

  private judged(block: Block, inspection: BlockInspection): BlockInspection {
    if (this.object.format !== 'JSON') return inspection;
    const findings = inspection.findings.filter(finding => !isUnjudged(finding, block));
    this.unjudgedRevisionCount += inspection.findings.length - findings.length;
    return { ...inspection, findings };
  }
}

/** Whether a finding about a block in JSON may come of the types that JSON lost. A revision without data has none to lose. */
function isUnjudged({ check, field }: Finding, { revisions }: Block): boolean {
  if (check !== 'revisionHash') return false;
  const revision = revisions?.[Number(/^revisions\[(\d+)\]/.exec(field)?.[1])];
  return revision?.kind === 'document' && revision.data !== undefined;
}
