import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import Table from 'cli-table3';
import { inspectedObject } from './inspected-object';
import { verifyLinksOnly } from './links-only-verifier';
import { inRounds, inRoundsOfProcessor, printComparison } from './rounds';
import { sampleBlocks } from './sample-journal';
import {
  decodeIonStream, encodeIon, encodeIonStream, ionList, ionString, ionStruct, IonValue, printIon,
} from '../src/ion';
import { Block, blockFromIon, blockToIon, ChainVerifier, OWN_JOURNAL, Segment, verifySegments } from '../src/journal';

const OBJECT_COUNT = 8;
const BLOCKS_PER_OBJECT = 500;
const BYTES_PER_MEGABYTE = 1e6;
const MEMORY_MEGABYTES = [10, 100];
const MANY_BLOCKS = 40_000;
const COMMAND_LINE = join(__dirname, '../../../assets/cli/index.js');

/**
 * Verification of exports: everything, against only the links with ion-js. `--gigabytes 2` adds an export of that size to the
 * look at memory, which `--memory` takes alone.
 */
export async function benchVerify(options: readonly string[]): Promise<void> {
  const { values: { gigabytes: larger, memory } } = parseArgs({ args: [...options], options: { gigabytes: { type: 'string' }, memory: { type: 'boolean' } } });
  if (!memory) {
    await compare('One revision a block', 1);
    await compare('Four revisions a block', 4);
    await compare('One revision a block, no value twice', 1, 'distinct');
  }
  const gigabytes = larger === undefined ? [] : [Number(larger)];
  await printMemory([...MEMORY_MEGABYTES, ...gigabytes.map((size) => size * 1000)]);
}

async function compare(title: string, revisionsPerBlock: number, values?: 'distinct'): Promise<void> {
  const objects = [...inObjects(sampleBlocks(OBJECT_COUNT * BLOCKS_PER_OBJECT, revisionsPerBlock, values))];
  const binary = objects.map((blocks) => encodeIonStream(blocks.map(blockToIon)));
  const text = objects.map((blocks) => blocks.map((block) => printIon(blockToIon(block))).join('\n'));
  const textBytes = text.map((content) => Buffer.from(content));
  const workers = [1, 2].map(() => new Worker(join(__dirname, 'verify-worker.js'), { workerData: binary }));
  let turn = 0;
  const nextOf = <T>(inputs: readonly T[]): T => inputs[turn++ % inputs.length]!;
  printComparison(title, 'blocks', await inRoundsOfProcessor([
    { name: 'ion-js, ION_TEXT, links only', run: () => verifyLinksOnly(nextOf(text)) },
    { name: 'ion-js, ION_BINARY, links only', run: () => verifyLinksOnly(nextOf(binary)) },
    { name: 'ION_TEXT, everything', run: () => verified(nextOf(textBytes)) },
    { name: 'ION_BINARY, decoded, everything', run: () => verifiedValues(decodeIonStream(nextOf(binary))) },
    { name: 'ION_BINARY, everything', run: () => verified(nextOf(binary)) },
  ]));
  printComparison(`${title}, by the wall clock`, 'blocks', await inRounds([
    { name: 'ion-js, ION_TEXT, links only', run: () => verifyLinksOnly(nextOf(text)) },
    { name: 'ION_BINARY, everything', run: () => verified(nextOf(binary)) },
    { name: 'ION_BINARY, everything, 2 workers', run: () => verifiedBy(workers, binary.length) },
  ]));
  await Promise.all(workers.map((worker) => worker.terminate()));
}

function* inObjects(blocks: Iterable<Block>, blocksPerObject = BLOCKS_PER_OBJECT): Generator<Block[], void, undefined> {
  let object: Block[] = [];
  for (const block of blocks) {
    object.push(block);
    if (object.length < blocksPerObject) continue;
    yield object;
    object = [];
  }
}

async function verified(object: Uint8Array): Promise<number> {
  return blockCountOf(await inspectedObject(object));
}

/** The same, of values that are decoded first. */
function verifiedValues(values: Iterable<IonValue>): number {
  return blockCountOf(verifySegments(blocksOf(values), { unknownEntries: 'refused' }));
}

function* blocksOf(values: Iterable<IonValue>): Generator<Block, void, undefined> {
  for (const value of values) yield blockFromIon(value);
}

function blockCountOf(segments: Iterable<Segment>): number {
  const chain = new ChainVerifier();
  for (const segment of segments) chain.addSegment(segment);
  const { blockCount, findingCount } = chain.summary();
  if (findingCount > 0) throw new Error('The sample is not sound');
  return blockCount;
}

/** The whole journal: each worker is given the next object as soon as it is free. */
async function verifiedBy(workers: readonly Worker[], objectCount: number): Promise<number> {
  const segments: Promise<Segment[]>[] = [];
  let next = 0;
  await Promise.all(workers.map(async (worker) => {
    while (next < objectCount) {
      const answer = new Promise<Segment[]>((resolve, reject) => worker.once('message', resolve).once('error', reject));
      worker.postMessage(next);
      segments[next++] = answer;
      await answer;
      worker.removeAllListeners('error');
    }
  }));
  const chain = new ChainVerifier(OWN_JOURNAL);
  for (const object of segments) for (const segment of await object) chain.addSegment(segment);
  const { blockCount, findingCount, digest } = chain.summary();
  if (findingCount > 0 || digest === undefined) throw new Error('The sample is not sound');
  return blockCount;
}

async function printMemory(sizes: readonly number[]): Promise<void> {
  if (!existsSync(COMMAND_LINE)) throw new Error('The command line is not built; run npm run bundle first');
  const table = new Table({ head: ['Memory of cdk-ledger verify export', 'threads', 'blocks', 'peak MB', 'over an empty Node'], style: { head: [], border: [] } });
  const empty = inProcess().peakBytes;
  for (const { name, megabytes, blocksPerObject, threadCounts } of [
    ...sizes.map((size) => ({
      name: `${size} MB, objects of ${BLOCKS_PER_OBJECT} blocks`,
      megabytes: size,
      blocksPerObject: BLOCKS_PER_OBJECT,
      threadCounts: size === 100 ? [1, 2, 4] : [1],
    })),
    { name: `100 MB, objects of ${MANY_BLOCKS} blocks under one symbol table each`, megabytes: 100, blocksPerObject: MANY_BLOCKS, threadCounts: [1] },
  ]) {
    const folder = await mkdtemp(join(tmpdir(), 'cdk-ledger-bench-'));
    try {
      await writeExport(folder, megabytes, blocksPerObject);
      for (const threads of threadCounts) {
        const { peakBytes, verdicts: [verdict] } = inProcess(COMMAND_LINE, 'verify', 'export', folder, '--strict', '--json', '--threads', `${threads}`);
        if (verdict?.outcome !== 'valid') throw new Error('The export is not sound');
        table.push([name, threads, verdict.blockCount, inMegabytes(peakBytes), inMegabytes(peakBytes - empty)]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  console.log(table.toString());
}

const inMegabytes = (bytes: number): number => Math.round(bytes / BYTES_PER_MEGABYTE);

/** As the service lays it out, in as far as verification looks at it. */
async function writeExport(folder: string, megabytes: number, blocksPerObject: number): Promise<void> {
  const keys: string[] = [];
  let written = 0;
  for (const blocks of inObjects(sampleBlocks(Infinity, 1), blocksPerObject)) {
    const { strandId, sequenceNo } = blocks[0]!.blockAddress;
    const bytes = encodeIonStream(blocks.map(blockToIon));
    keys.push(`${strandId}.${sequenceNo}-${sequenceNo + blocks.length - 1}.ion`);
    await writeFile(join(folder, keys.at(-1)!), bytes);
    written += bytes.length;
    if (written < megabytes * BYTES_PER_MEGABYTE) continue;
    await writeFile(join(folder, `${'0'.repeat(22)}.${strandId}.completed.manifest`), encodeIon(ionStruct({ keys: ionList(keys.map(ionString)) })));
    return;
  }
}

interface Measurement {
  readonly peakBytes: number;
  readonly verdicts: readonly { readonly outcome: string; readonly blockCount: number }[];
}

function inProcess(...command: readonly string[]): Measurement {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'verify-memory.js'), ...command], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { peakBytes: (JSON.parse(stderr) as { peakBytes: number }).peakBytes, verdicts: stdout === '' ? [] : JSON.parse(stdout) };
}
