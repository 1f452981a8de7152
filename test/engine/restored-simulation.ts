import { randomBytes } from 'node:crypto';
import { engineFixture, ROLE } from './engine-fixture';
import { faultyStore, seededRandom, StoreFault } from './faulty-store';
import { STANDARD_LEDGER, type Objects } from './restore-fixture';
import { LEDGER, newWorld, runClient, type World } from './simulated-ledger';
import { readCatalog } from '../../src/engine/catalog';
import { blockPartition, documentPartition, historyPartition, indexPartition, nodePartition } from '../../src/engine/keys';
import { catchUp } from '../../src/engine/projection';
import { memoryStore, type Store } from '../../src/store';
import { memorySource } from '../cli/generated-export';

/** A ledger after random transactions of several clients, and the export of its journal in objects of few blocks. */
async function exportedWorld(seed: number, transactionsPerClient: number): Promise<{ world: World; objects: Objects }> {
  const options = {
    seed,
    engines: 2,
    clients: 4,
    transactionsPerClient,
    storedSessions: false,
    definitionsAmongWrites: seed % 2 === 0,
    faults: { turnsMax: 3, readFails: 0, writeFailsBefore: 0, writeFailsAfter: 0, headConditionFails: 0.02 },
  };
  const world = await newWorld(options);
  await Promise.all(Array.from({ length: options.clients }, (_, client) => runClient(world, options, client)));
  const { calm, truth, strandId, time, destinations } = world;
  await catchUp(truth, strandId);
  time.millis += 10_000;
  destinations.exported.clear();
  await calm.exports.start(LEDGER, {
    inclusiveStartMillis: 0,
    exclusiveEndMillis: time.millis,
    bucket: 'archive',
    prefix: 'journal',
    roleArn: ROLE,
    outputFormat: 'ION_BINARY',
    encryption: { objectEncryptionType: 'NO_ENCRYPTION' },
  });
  await calm.worker('exporter', () => undefined).run(strandId, Infinity);
  return { world, objects: new Map([...destinations.exported.values()].map(({ key, body }) => [key, body])) };
}

/** Everything of a ledger but its record, jobs and head, item by item. */
async function itemsOf(store: Store, strandId: string): Promise<Map<string, string>> {
  const catalog = await readCatalog(store, strandId);
  const partitions = [blockPartition(strandId), nodePartition(strandId), ...catalog.tables.flatMap(({ tableId, indexes }) => [
    documentPartition(strandId, tableId), historyPartition(strandId, tableId), ...indexes.map(({ indexId }) => indexPartition(strandId, indexId)),
  ])];
  const items = new Map([['catalog', JSON.stringify(catalog)]]);
  for (const partition of partitions) {
    for await (const { key, value, ordinal } of store.query(partition)) items.set(`${partition} ${key.sort}`, `${ordinal} ${Buffer.from(value).toString('hex')}`);
  }
  return items;
}

/** Restores a random ledger through a store that fails and a worker that is cut off, and answers what is kept of the old and of the new one. */
export async function restoredSimulation(seed: number, transactionsPerClient: number) {
  const { world, objects } = await exportedWorld(seed, transactionsPerClient);
  const random = seededRandom(seed);
  const truth = memoryStore();
  const begun = engineFixture({ store: truth, random: randomBytes });
  const request = { ledger: { ...STANDARD_LEDGER, name: LEDGER }, origin: { kind: 'command-line', location: '' } } as const;
  await begun.engine.restores.start(request, memorySource(objects));
  let interruptions = 0;
  for (let ended = false; !ended;) {
    const faults = { turnsMax: 0, readFails: 0.002, writeFailsBefore: 0.05, writeFailsAfter: 0.05, headConditionFails: 0 };
    const { engine, time } = engineFixture({ store: faultyStore(truth, random, faults) });
    time.millis += 3_600_000;
    try {
      const job = (await begun.engine.restores.unfinished(LEDGER))!;
      const deadlineMillis = time.millis + Math.floor(random() * 15);
      ended = (await engine.restores.advance(job, memorySource(objects), { deadlineMillis })).record.endedMillis !== undefined;
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      ended = (await begun.engine.restores.unfinished(LEDGER)) === undefined;
    }
    interruptions += 1;
  }
  const { status } = (await begun.engine.restores.describe(LEDGER)).job;
  return { status, interruptions, old: await itemsOf(world.truth, world.strandId), restored: await itemsOf(truth, world.strandId) };
}
