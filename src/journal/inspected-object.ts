import { InvalidIon, streamIonBatches } from '../ion';
import type { Block } from './block';
import { exportedBlock, unreadableAfter, type ExportedJournalObject } from './exported-journal';
import { inspectedInTurn, OpenSegment, type InspectionRules, type Segment } from './segment';
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
      const blocks: Block[] = [];
      const readingFault = faultOf(() => values.forEach(value => blocks.push(exportedBlock(value, object))));
      const hashingFault = faultOf(() => {
        for (const [block, inspected] of inspectedInTurn(blocks)) {
          inspection.add(block, inspected);
          last = block.blockAddress.sequenceNo;
        }
      });
      yield inspection.inspected();
      // What is hashed has been read, so its fault comes first.
      const fault = hashingFault ?? readingFault;
      if (fault !== undefined) throw fault.error instanceof InvalidIon ? placed(fault.error) : fault.error;
    }
  } catch (error) {
    throw unreadableAfter(last, error, object);
  }
}

function faultOf(work: () => void): { readonly error: unknown } | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return { error };
  }
}

class ObjectInspection {
  private readonly segments: Segment[] = [];
  private readonly open: OpenSegment;
  private unjudgedRevisionCount = 0;

  constructor(private readonly object: ExportedJournalObject, rules: InspectionRules) {
    this.open = new OpenSegment(rules);
  }

  add(block: Block, inspection: BlockInspection): void {
    this.push(this.open.add(block, this.judged(block, inspection)));
  }

  inspected(): InspectedBlocks {
    this.push(this.open.end());
    return { segments: this.segments, unjudgedRevisionCount: this.unjudgedRevisionCount };
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
