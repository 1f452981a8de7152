import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { CLIENTS } from './crash-writer';
import { engineFixture, execute } from './engine-fixture';
import { chainViolations, differencesFromRebuilt } from './simulation-judge';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks } from '../../src/engine/journal-store';
import { blockPartition, sequenceText } from '../../src/engine/keys';
import type { Block } from '../../src/journal';
import { openEmbeddedStore } from '../../src/store';

export interface CrashReport {
  readonly acknowledged: number;
  readonly blocks: number;
  /** Acknowledged after the kill was sent, or never: durable all the same, which is allowed. */
  readonly durableUnacknowledged: number;
  /** Everything that should not be. */
  readonly violations: readonly string[];
}

/** Bundled once: a process that starts at once can be killed often. */
export function bundledWriter(): string {
  const outfile = join(__dirname, '..', '..', 'node_modules', '.cache', 'cdk-ledger-crash', 'crash-writer.js');
  buildSync({
    entryPoints: [join(__dirname, 'crash-writer.ts')], outfile, bundle: true, platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning',
  });
  return outfile;
}

/** Kills a process that writes to one ledger, again and again, and judges what it left each time. */
export async function killRepeatedly(writer: string, kills: number, random: () => number): Promise<CrashReport> {
  const directory = mkdtempSync(join(tmpdir(), 'engine-crash-'));
  const acknowledged = new Map<string, { readonly client: number; readonly n: number }>();
  let report: CrashReport = { acknowledged: 0, blocks: 0, durableUnacknowledged: 0, violations: [] };
  try {
    for (let kill = 0; kill < kills && report.violations.length === 0; kill++) {
      await writeUntilKilled(writer, directory, 1 + Math.floor(random() * 60), acknowledged);
      report = await judged(directory, acknowledged);
    }
    return report;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function writeUntilKilled(
  writer: string, directory: string, lines: number, acknowledged: Map<string, { readonly client: number; readonly n: number }>,
): Promise<void> {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { errors += text; });
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [client, n, transactionId] = line.split(' ');
    // A line that the kill cut off is no acknowledgement that anybody has read.
    if (transactionId?.length === 22) acknowledged.set(transactionId, { client: Number(client), n: Number(n) });
    if (++count === lines) child.kill('SIGKILL');
  }
  await closed;
  if (count < lines) throw new Error(`The writer ended after ${count} transactions: ${errors}`);
}

async function judged(directory: string, acknowledged: ReadonlyMap<string, { readonly client: number; readonly n: number }>): Promise<CrashReport> {
  const store = await openEmbeddedStore(directory);
  try {
    const { engine } = engineFixture({ store, clock: Date.now });
    const { ledgers: [{ strandId }] } = await engine.ledgers.list(1);
    // Whoever comes next brings up what a large block has left behind.
    await execute(engine, 'SELECT VALUE 1 FROM Counters');
    const head = await readHead(store, strandId);
    const blocks: Block[] = [];
    for await (const block of readBlocks(store, strandId, 0, head.sequenceNo)) blocks.push(block);
    const violations = chainViolations(blocks, (await engine.proofs.getDigest('books')).digest);
    if (blocks.length !== head.sequenceNo + 1) violations.push(`${blocks.length} blocks up to ${head.sequenceNo}`);
    for await (const { key } of store.query(blockPartition(strandId), { from: sequenceText(head.sequenceNo + 1) })) {
      violations.push(`${key.sort} stands after the head, which is ${head.sequenceNo}`);
    }
    const journaled = new Set(blocks.map(({ transactionId }) => transactionId));
    for (const transactionId of acknowledged.keys()) {
      if (!journaled.has(transactionId)) violations.push(`Transaction ${transactionId} was acknowledged and is lost`);
    }
    violations.push(...await differencesFromRebuilt(store, strandId));
    let written = 0;
    for (let client = 0; client < CLIENTS; client++) {
      const [last = 0] = await execute(engine, 'SELECT VALUE c.n FROM Counters AS c WHERE c.client = ?', String(client)) as number[];
      const entries = await execute(engine, 'SELECT VALUE e.n FROM Entries AS e WHERE e.client = ? AND e.part = 0', String(client)) as number[];
      const ofClient = [...acknowledged.values()].filter(entry => entry.client === client).map(({ n }) => n);
      if (last < Math.max(0, ...ofClient)) violations.push(`Client ${client} stands at ${last}, but ${Math.max(...ofClient)} was acknowledged`);
      const due = Array.from({ length: last }, (_, index) => index + 1);
      if (entries.sort((one, other) => one - other).join() !== due.join()) violations.push(`Client ${client} stands at ${last} with entries ${entries.join()}`);
      written += last;
    }
    return { acknowledged: acknowledged.size, blocks: blocks.length, durableUnacknowledged: written - acknowledged.size, violations };
  } finally {
    await store.close();
  }
}
