import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Table from 'cli-table3';
import { verifyLinksOnly } from './links-only-verifier';
import { inRounds, printComparison } from './rounds';
import { sampleBlocks } from './sample-journal';
import { decodeIonStream, encodeIonStream, IonValue, parseIonStream, printIon, readIonStream } from '../src/ion';
import { Block, blockFromIon, blockToIon, ChainVerifier, OWN_JOURNAL, Segment, verifySegment } from '../src/journal';

const OBJECT_COUNT = 8;
const BLOCKS_PER_OBJECT = 500;
const BYTES_PER_MEGABYTE = 1e6;
const MEMORY_MEGABYTES = [10, 100];

/** Verification of exports: everything, against only the links with ion-js. `--gigabytes 2` adds an export of that size to the look at memory. */
export async function benchVerify(options: readonly string[]): Promise<void> {
  for (const revisionsPerBlock of [1, 4]) await compare(revisionsPerBlock);
  const gigabytes = options[0] === '--gigabytes' ? [Number(options[1])] : [];
  await printMemory([...MEMORY_MEGABYTES, ...gigabytes.map((size) => size * 1000)]);
}

async function compare(revisionsPerBlock: number): Promise<void> {
  const objects = [...inObjects(sampleBlocks(OBJECT_COUNT * BLOCKS_PER_OBJECT, revisionsPerBlock))];
  const binary = objects.map((blocks) => shared(encodeIonStream(blocks.map(blockToIon))));
  const text = objects.map((blocks) => blocks.map((block) => printIon(blockToIon(block))).join('\n'));
  const workers = [1, 2].map(() => new Worker(join(__dirname, 'verify-worker.js'), { workerData: binary }));
  let turn = 0;
  const nextOf = <T>(inputs: readonly T[]): T => inputs[turn++ % inputs.length]!;
  printComparison(`${revisionsPerBlock} revisions a block`, 'blocks', await inRounds([
    { name: 'ion-js, ION_TEXT, links only', run: () => verifyLinksOnly(nextOf(text)) },
    { name: 'ion-js, ION_BINARY, links only', run: () => verifyLinksOnly(nextOf(binary)) },
    { name: 'ION_TEXT, everything', run: () => verified(parseIonStream(nextOf(text))) },
    { name: 'ION_BINARY, decoded, everything', run: () => verified(decodeIonStream(nextOf(binary))) },
    { name: 'ION_BINARY, everything', run: () => verified(readIonStream(nextOf(binary))) },
    { name: 'ION_BINARY, everything, 2 workers', run: () => verifiedBy(workers, binary.length) },
  ]));
  await Promise.all(workers.map((worker) => worker.terminate()));
}

function* inObjects(blocks: Iterable<Block>): Generator<Block[], void, undefined> {
  let object: Block[] = [];
  for (const block of blocks) {
    object.push(block);
    if (object.length < BLOCKS_PER_OBJECT) continue;
    yield object;
    object = [];
  }
}

/** In memory that worker threads see without copying. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function verified(values: Iterable<IonValue>): number {
  const chain = new ChainVerifier({ unknownEntries: 'refused' });
  const segment = verifySegment(blocksOf(values), { unknownEntries: 'refused' });
  if (segment !== undefined) chain.addSegment(segment);
  const { blockCount, findingCount } = chain.summary();
  if (findingCount > 0) throw new Error('The sample is not sound');
  return blockCount;
}

function* blocksOf(values: Iterable<IonValue>): Generator<Block, void, undefined> {
  for (const value of values) yield blockFromIon(value);
}

/** The whole journal: each worker is given the next object as soon as it is free. */
async function verifiedBy(workers: readonly Worker[], objectCount: number): Promise<number> {
  const segments: Promise<Segment>[] = [];
  let next = 0;
  await Promise.all(workers.map(async (worker) => {
    while (next < objectCount) {
      const segment = new Promise<Segment>((resolve, reject) => worker.once('message', resolve).once('error', reject));
      worker.postMessage(next);
      segments[next++] = segment;
      await segment;
      worker.removeAllListeners('error');
    }
  }));
  const chain = new ChainVerifier(OWN_JOURNAL);
  for (const segment of segments) chain.addSegment(await segment);
  const { blockCount, findingCount, digest } = chain.summary();
  if (findingCount > 0 || digest === undefined) throw new Error('The sample is not sound');
  return blockCount;
}

async function printMemory(sizes: readonly number[]): Promise<void> {
  const table = new Table({ head: ['Memory of a verifying process', 'blocks', 'peak MB', 'over an empty one'], style: { head: [], border: [] } });
  const empty = verifyInProcess();
  for (const megabytes of sizes) {
    const folder = await mkdtemp(join(tmpdir(), 'cdk-ledger-bench-'));
    try {
      await writeExport(folder, megabytes);
      const { blockCount, peakBytes } = verifyInProcess(folder);
      table.push([`export of ${megabytes} MB`, blockCount, Math.round(peakBytes / BYTES_PER_MEGABYTE), Math.round((peakBytes - empty.peakBytes) / BYTES_PER_MEGABYTE)]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  console.log(table.toString());
}

async function writeExport(folder: string, megabytes: number): Promise<void> {
  let written = 0;
  let index = 0;
  for (const blocks of inObjects(sampleBlocks(Infinity, 1))) {
    const bytes = encodeIonStream(blocks.map(blockToIon));
    await writeFile(join(folder, `${String(index++).padStart(8, '0')}.ion`), bytes);
    written += bytes.length;
    if (written >= megabytes * BYTES_PER_MEGABYTE) return;
  }
}

function verifyInProcess(...folder: readonly string[]): { blockCount: number; peakBytes: number } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'verify-memory.js'), ...folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const result = JSON.parse(stdout) as { blockCount: number; findingCount: number; peakBytes: number };
  if (result.findingCount > 0) throw new Error('The export is not sound');
  return result;
}
