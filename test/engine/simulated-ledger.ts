import { CALLER, KINESIS_STREAM, recordingDestinations, ROLE } from './engine-fixture';
import { faultyStore, seededRandom, type Faults } from './faulty-store';
import { inOrderOfIds, rowOf, type DocumentData, type Step, type TableName, type TableStatus, type Where } from './simulation-model';
import { watchedStore } from './watched-store';
import { createEngine, DestinationRefused, memorySessionStore, storedSessionStore, type Engine } from '../../src/engine';
import { readHead } from '../../src/engine/journal-head';
import { decodeIon, encodeIon, ionToJson, parseIon } from '../../src/ion';
import { foldStatement, startDigest, statementDigest } from '../../src/journal';
import { memoryStore, type Store } from '../../src/store';

export interface SimulationOptions {
  readonly seed: number;
  readonly engines: number;
  readonly clients: number;
  readonly transactionsPerClient: number;
  readonly faults: Faults;
  /** Sessions in the store, each command served by any engine; else in the memory of one engine. */
  readonly storedSessions: boolean;
  /** Definitions in the same transaction as changes of documents. */
  readonly definitionsAmongWrites: boolean;
  /** How often, from 0 to 1, a client lets a worker take some steps before its next transaction. @default 0.05 */
  readonly workerShare?: number;
}

export interface SimulationReport {
  readonly committed: number;
  readonly conflicts: number;
  /** Commits that answered with a fault: durable or not, the client cannot know. */
  readonly unknown: number;
  readonly unknownButDurable: number;
  readonly readOnly: number;
  readonly blocks: number;
  /** Everything that should not be; empty for a sound engine. */
  readonly violations: readonly string[];
  /** Reads of transactions that did not commit, and that fit no state between their start and end. */
  readonly staleReads: readonly string[];
}

export interface SimulatedTransaction {
  readonly transactionId: string;
  readonly steps: readonly Step[];
  readonly writes: boolean;
  readonly outcome: 'committed' | 'refused' | 'unknown' | 'aborted';
  /** The journal's tip before the start and after the end: a transaction that only read belongs somewhere between. */
  readonly tipBefore: number;
  readonly tipAfter: number;
}

export const LEDGER = 'books';
const ACCOUNT = { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' };
export const VALUES = 5;

export interface World {
  readonly random: () => number;
  /** Without faults: for the judge. */
  readonly truth: Store;
  /** All that anybody wrote to. */
  readonly partitions: ReadonlySet<string>;
  readonly stores: readonly ReturnType<typeof faultyStore>[];
  readonly engines: readonly Engine[];
  readonly strandId: string;
  readonly streamId: string;
  readonly destinations: ReturnType<typeof recordingDestinations>;
  readonly time: { millis: number };
  readonly calm: Engine;
}

export async function newWorld(options: SimulationOptions): Promise<World> {
  const random = seededRandom(options.seed);
  const partitions = new Set<string>();
  const truth = watchedStore(memoryStore(), {
    beforeTransact: async actions => actions.forEach(action => 'put' in action && partitions.add(action.put.partition)),
  });
  const time = { millis: Date.parse('2026-03-01T12:00:00Z') };
  const destinations = recordingDestinations();
  const randomBytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
  const pause = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 20); turns > 0; turns--) await Promise.resolve();
  };
  const engineOver = (store: Store, skewMillis: number): Engine => {
    // Clocks of different machines differ, and may go back.
    const clock = (): number => time.millis++ + skewMillis - Math.floor(random() * 3);
    return createEngine({
      store,
      sessions: options.storedSessions ? storedSessionStore(store, clock) : memorySessionStore(clock),
      clock,
      random: randomBytes,
      destinations,
      account: ACCOUNT,
      wake: () => undefined,
      pause,
    });
  };
  const calm = engineOver(truth, 0);
  const { strandId } = await calm.ledgers.create({ name: LEDGER, permissionsMode: 'ALLOW_ALL', deletionProtection: false, tags: {} });
  const setup = async (statement: string): Promise<void> => {
    const client = await openTransaction(() => calm);
    await client.run(statement);
    await client.commit();
  };
  // Two indexes, so that one big insert needs more than one write.
  for (const text of ['CREATE TABLE Crowd', 'CREATE INDEX ON Crowd (k)', 'CREATE INDEX ON Crowd (v)', 'CREATE TABLE Quiet']) await setup(text);
  const streamId = await calm.streams.start(LEDGER, {
    streamName: 'changes', roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled: options.seed % 2 === 0, inclusiveStartMillis: 0, tags: {},
  });
  destinations.refuse = () => {
    if (random() < options.faults.writeFailsBefore) throw new DestinationRefused('unavailable', 'SlowDown', 'Busy.');
  };
  const stores = Array.from({ length: options.engines }, () => faultyStore(truth, random, options.faults));
  const engines = stores.map((store, index) => engineOver(store, (index - 1) * 700));
  return { random, truth, partitions, stores, engines, strandId, streamId, destinations, time, calm };
}

interface Client {
  readonly transactionId: string;
  run(statement: string, ...parameters: string[]): Promise<Record<string, any>[]>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export async function openTransaction(engine: () => Engine): Promise<Client> {
  const token = await engine().sessions.startSession(LEDGER, CALLER);
  const transactionId = await engine().sessions.startTransaction(token, CALLER);
  let digest = startDigest(transactionId);
  return {
    transactionId,
    async run(statement, ...texts) {
      const parameters = texts.map(text => parseIon(text));
      digest = foldStatement(digest, statementDigest(statement, parameters));
      const encoded = parameters.map(value => ({ ionBinary: encodeIon(value) }));
      const { page } = await engine().sessions.executeStatement(token, CALLER, transactionId, statement, encoded);
      const values = [...page.values];
      for (let next = page.nextPageToken; next !== undefined;) {
        const fetched = await engine().sessions.fetchPage(token, CALLER, transactionId, next);
        values.push(...fetched.page.values);
        next = fetched.page.nextPageToken;
      }
      return values.map(bytes => JSON.parse(ionToJson(decodeIon(bytes))) as Record<string, any>);
    },
    commit: async () => void await engine().sessions.commitTransaction(token, CALLER, transactionId, digest),
    abort: async () => engine().sessions.abortTransaction(token, CALLER),
  };
}

export async function runClient(world: World, options: SimulationOptions, client: number): Promise<SimulatedTransaction[]> {
  const { random, engines, truth, strandId } = world;
  const done: SimulatedTransaction[] = [];
  const tip = async (): Promise<number> => (await readHead(truth, strandId)).sequenceNo;
  for (let count = 0; count < options.transactionsPerClient; count++) {
    if (random() < (options.workerShare ?? 0.05)) {
      const worker = engines[client % engines.length].worker(`worker-${client}`, () => undefined);
      await worker.run(strandId, world.time.millis + 60).catch(() => undefined);
    }
    const home = engines[Math.floor(random() * engines.length)];
    const engine = (): Engine => options.storedSessions ? engines[Math.floor(random() * engines.length)] : home;
    const tipBefore = await tip();
    const opened = await openTransaction(engine).catch(() => undefined);
    if (!opened) continue;
    const steps: Step[] = [];
    let outcome: SimulatedTransaction['outcome'] = 'aborted';
    try {
      await runSteps(opened, random, options, steps);
      if (random() < 0.05) throw new Error('The client changed its mind.');
      outcome = 'unknown';
      await opened.commit();
      outcome = 'committed';
    } catch (error) {
      if (outcome === 'unknown') outcome = isRefusal(error) ? 'refused' : 'unknown';
      else await opened.abort().catch(() => undefined);
    }
    done.push({ transactionId: opened.transactionId, steps, writes: steps.some(wrote), outcome, tipBefore, tipAfter: await tip() });
  }
  return done;
}

const wrote = (step: Step): boolean => 'changed' in step ? step.changed : step.kind !== 'select' && step.ids.length > 0;

/** The engine says that it did not commit. */
const isRefusal = (error: unknown): boolean => REFUSALS.includes((error as Error).name);
const REFUSALS = ['OccConflictException', 'CapacityExceededException', 'BadRequestException', 'InvalidSessionException'];

async function runSteps(client: Client, random: () => number, options: SimulationOptions, steps: Step[]): Promise<void> {
  const value = (): number => Math.floor(random() * VALUES);
  const data = (): DocumentData => {
    const kind = random();
    return kind < 0.1 ? { v: value() } : { k: kind < 0.2 ? null : value(), v: value() };
  };
  const seenIds: string[] = [];
  const defining = random() < (options.definitionsAmongWrites ? 0.4 : 0.12);
  const readOnly = random() < 0.2;
  let lateIsActive = false;
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    if (defining && (options.definitionsAmongWrites ? random() < 0.5 : count === 1)) {
      const step = random() < 0.5 ? await toggleIndex(client, random) : await toggleTable(client, random);
      steps.push(step);
      if (step.kind === 'table') lateIsActive = (step.seen === 'ACTIVE') !== step.changed;
      continue;
    }
    const table: TableName = lateIsActive && random() < 0.5 ? 'Late' : random() < 0.7 ? 'Crowd' : 'Quiet';
    const where: Where = random() < 0.15 ? 'all' : random() < 0.3 && seenIds.length > 0 ? { id: seenIds[Math.floor(random() * seenIds.length)] }
      : random() < 0.6 ? { k: value() } : { v: value() };
    const kind = readOnly || (defining && !options.definitionsAmongWrites) ? 0 : random();
    const step = kind < 0.35 ? await select(client, table, where)
      : kind < 0.6 ? await insert(client, table, Array.from({ length: table === 'Crowd' && random() < 0.06 ? 34 : 1 }, data))
        : kind < 0.85 ? await update(client, table, where, random() < 0.5 ? { k: random() < 0.1 ? null : value() } : { v: value() })
          : await remove(client, table, where);
    steps.push(step);
    if (step.kind === 'select') seenIds.push(...step.rows.map(([id]) => id));
  }
}

const condition = (where: Where): string => where === 'all' ? '' : ` WHERE ${'id' in where ? 'd_id' : 'k' in where ? 't.k' : 't.v'} = ?`;
const parametersOf = (where: Where): string[] => where === 'all' ? [] : [JSON.stringify(Object.values(where)[0])];
const changedIds = (rows: readonly Record<string, any>[]): string[] => rows.map(({ documentId }) => documentId as string);

export async function select(client: Client, table: TableName, where: Where): Promise<Step> {
  const rows = await client.run(`SELECT d_id, t.k, t.v FROM ${table} AS t BY d_id${condition(where)}`, ...parametersOf(where));
  return { kind: 'select', table, where, rows: inOrderOfIds(rows.map(row => rowOf(row.d_id as string, row as unknown as DocumentData))) };
}

async function insert(client: Client, table: TableName, documents: readonly DocumentData[]): Promise<Step> {
  const rows = await client.run(`INSERT INTO ${table} ?`, JSON.stringify(documents));
  return { kind: 'insert', table, documents, ids: changedIds(rows) };
}

async function update(client: Client, table: TableName, where: Where, set: Partial<DocumentData>): Promise<Step> {
  const [[field, value]] = Object.entries(set);
  const rows = await client.run(`UPDATE ${table} AS t BY d_id SET t.${field} = ?${condition(where)}`, JSON.stringify(value), ...parametersOf(where));
  return { kind: 'update', table, where, set, ids: changedIds(rows).sort() };
}

async function remove(client: Client, table: TableName, where: Where): Promise<Step> {
  const rows = await client.run(`DELETE FROM ${table} AS t BY d_id${condition(where)}`, ...parametersOf(where));
  return { kind: 'delete', table, where, ids: changedIds(rows).sort() };
}

async function toggleIndex(client: Client, random: () => number): Promise<Step> {
  const [row] = await client.run('SELECT indexes FROM information_schema.user_tables WHERE name = \'Quiet\'');
  const indexes = row.indexes as { indexId: string }[];
  const changed = random() < 0.7;
  if (changed) await client.run(indexes.length > 0 ? `DROP INDEX "${indexes[0].indexId}" ON Quiet WITH (purge = true)` : 'CREATE INDEX ON Quiet (k)');
  return { kind: 'index', seen: indexes.length > 0, changed };
}

async function toggleTable(client: Client, random: () => number): Promise<Step> {
  const [row] = await client.run('SELECT tableId, status FROM information_schema.user_tables WHERE name = \'Late\'');
  const seen: TableStatus = row ? row.status as TableStatus : 'none';
  const changed = random() < 0.7;
  if (changed) await client.run(seen === 'none' ? 'CREATE TABLE Late' : seen === 'ACTIVE' ? 'DROP TABLE Late' : `UNDROP TABLE "${row.tableId as string}"`);
  return { kind: 'table', seen, changed };
}
