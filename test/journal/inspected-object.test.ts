import * as fc from 'fast-check';
import { arbitraryBlockContent } from './arbitrary-block';
import { encodeIonStream, streamIonBatches } from '../../src/ion';
import {
  blockToIon, buildBlock, exportedBlock, GENESIS_PREVIOUS_HASH, inspectBlock, inspectedBlocks, segmentOf, Unreadable, unreadableAfter, type Block,
  type BlockContent, type ExportedJournalObject, type InspectionRules, type Segment,
} from '../../src/journal';

const OBJECT: ExportedJournalObject = { key: 'strand.0-9.ion', format: 'ION', firstSequenceNo: 0, lastSequenceNo: 9 };

/** Of each block, what was found, and up to where the object can be read. */
interface Outcome {
  readonly findings: readonly string[];
  readonly blockHashes: string;
  readonly revisionCount: number;
  readonly unknownEntryCount: number;
  readonly unreadable?: string;
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function outcomeOf(segments: AsyncIterable<readonly Segment[]>): Promise<Outcome> {
  const all: Segment[] = [];
  let unreadable: string | undefined;
  try {
    for await (const some of segments) all.push(...some);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    // The place of a fault is known of all of an object's bytes, or of those that arrived together.
    unreadable = error.message.replace(/ \(at [^()]*\)$/, '');
  }
  return {
    findings: all.flatMap(({ findings }) => findings.map(({ message }) => message)),
    blockHashes: Buffer.concat(all.map(({ blockHashes }) => blockHashes)).toString('hex'),
    revisionCount: all.reduce((sum, { revisionCount }) => sum + revisionCount, 0),
    unknownEntryCount: all.reduce((sum, { unknownEntryCount }) => sum + unknownEntryCount, 0),
    unreadable,
  };
}

async function* together(bytes: Uint8Array, rules: InspectionRules): AsyncGenerator<readonly Segment[]> {
  for await (const { segments } of inspectedBlocks(inChunks(bytes, 1000), OBJECT, rules)) yield segments;
}

/** Each block is read and inspected by itself. */
async function* oneByOne(bytes: Uint8Array, rules: InspectionRules): AsyncGenerator<readonly Segment[]> {
  let last: number | undefined;
  try {
    for await (const { values } of streamIonBatches(inChunks(bytes, 1000), { padding: 'refused' })) {
      for (const value of values) {
        const block = exportedBlock(value, OBJECT);
        yield [segmentOf(block, inspectBlock(block), rules)];
        last = block.blockAddress.sequenceNo;
      }
    }
  } catch (error) {
    throw unreadableAfter(last, error, OBJECT);
  }
}

function chained(contents: readonly BlockContent[]): Block[] {
  const blocks: Block[] = [];
  for (const [sequenceNo, content] of contents.entries()) {
    const previousBlockHash = blocks.at(-1)?.blockHash ?? GENESIS_PREVIOUS_HASH;
    blocks.push(buildBlock({ ...content, strandId: contents[0]!.strandId, sequenceNo, previousBlockHash }));
  }
  return blocks;
}

test('whatever is changed in an object, it comes to the same findings as its blocks do when each is read and inspected by itself', async () => {
  const journals = fc.array(arbitraryBlockContent(), { minLength: 1, maxLength: 8 }).map(chained);
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 40, maxLength: 40 });
  const someRules = fc.constantFrom<InspectionRules>({ unknownEntries: 'refused' }, {});
  await fc.assert(fc.asyncProperty(journals, flips, someRules, async (blocks, changes, rules) => {
    const bytes = encodeIonStream(blocks.map(blockToIon));
    for (const [at, mask] of changes) {
      const flipped = Uint8Array.from(bytes);
      flipped[at % bytes.length]! ^= mask;
      expect(await outcomeOf(together(flipped, rules))).toEqual(await outcomeOf(oneByOne(flipped, rules)));
    }
  }), { numRuns: 60, endOnFailure: true });
});
