import { engineSession } from './ledger-sessions';
import { keyedDocument, LEDGER, runAlone } from './ledger-writer';
import type { Engine } from '../src/engine';

const SLICE_MILLIS = 2_000;

/** Makes an index over all documents of a filled ledger, and tells what others wait for meanwhile. */
export async function indexEverything(engine: Engine, documentCount: number): Promise<void> {
  const session = await engineSession(engine);
  const [, [field]] = keyedDocument(0).fields;
  const { strandId } = await engine.ledgers.describe(LEDGER);
  const start = performance.now();
  await runAlone(session, `CREATE INDEX ON Documents ("${field}")`);
  const commitMillis = performance.now() - start;

  const worker = engine.worker('bench', () => undefined);
  const processor = process.cpuUsage();
  let isBuilt = false;
  const building = (async () => {
    while (await worker.run(strandId, Date.now() + SLICE_MILLIS, 'rest') !== undefined);
    isBuilt = true;
  })();
  const waits: number[] = [];
  while (!isBuilt) {
    const before = performance.now();
    await runAlone(session, 'INSERT INTO Documents ?', [keyedDocument(documentCount + waits.length)]);
    waits.push(performance.now() - before);
  }
  await building;
  const { user, system } = process.cpuUsage(processor);
  const seconds = (performance.now() - start) / 1000;
  waits.sort((one, other) => one - other);
  const percentile = (share: number): string => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!.toFixed(1);
  console.log(`\nCREATE INDEX over ${documentCount.toLocaleString('en')} documents: committed after ${commitMillis.toFixed(0)} ms, ONLINE after ${seconds.toFixed(0)} s`
    + ` (${((user + system) / 1e6).toFixed(0)} s of processor time, inserts included).`);
  console.log(`Meanwhile ${waits.length.toLocaleString('en')} inserts, one at a time: median ${percentile(0.5)} ms, 99 of 100 within ${percentile(0.99)} ms, longest ${percentile(1)} ms.`);
}
