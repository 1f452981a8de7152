import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMA, transactionOn } from './audit-tables';
import { benchHttp } from './commit-http';
import { indexEverything } from './index-build';
import { engineSession } from './ledger-sessions';
import { documentJson, keyedDocument, LEDGER, LedgerReader, LedgerWriter, runAlone, setUp, sustained, type LedgerSession } from './ledger-writer';
import { fillAndLookUp } from './many-documents';
import { startPostgres, type Postgres } from './postgres';
import { ProcessorTimes, thisProcess } from './processor-times';
import { inRounds, printComparison, type Contestant } from './rounds';
import { createEngine, memorySessionStore, type Destinations, type Engine } from '../src/engine';
import { pooledRandom } from '../src/service/pooled-random';
import { openEmbeddedStore } from '../src/store';

const ROUNDS = 5;
const ROUND_SECONDS = 2;
const ROUND_MILLIS = ROUND_SECONDS * 1000;
/** Transactions prepared before each round, so that making documents is not measured; more are made as they are needed. */
const ENGINE_PREPARED = 4_000;
const ENGINE_IN_FLIGHT = 64;
const CLIENTS = 8;
const READ_KEYS = 10_000;
const READERS = 8;

/**
 * Durable transactions a second beside audited tables of PostgreSQL. `--only engine`, `--only http` or `--only reads` measures one part,
 * `--documents 1000000` a ledger of that many documents instead.
 */
export async function benchCommit(options: readonly string[]): Promise<void> {
  const only = options[0] === '--only' ? options[1] : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'cdk-ledger-bench-'));
  try {
    if (options[0] === '--documents') {
      await withEngine(join(directory, 'many'), async (engine) => {
        await fillAndLookUp(engine, Number(options[1]));
        await indexEverything(engine, Number(options[1]));
      });
      return;
    }
    if (only === undefined || only === 'engine' || only === 'http') {
      const postgres = await startPostgres();
      try {
        console.log(`PostgreSQL ${postgres.version}; documents of ${documentJson().length} bytes of JSON`);
        await postgres.sql(SCHEMA);
        if (only !== 'http') await benchEngine(join(directory, 'engine'), postgres);
        if (only !== 'engine') await benchHttp(join(directory, 'service'), postgres);
      } finally {
        await postgres.stop();
      }
    }
    if (only === undefined || only === 'reads') await benchReads(join(directory, 'reads'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function benchEngine(directory: string, postgres: Postgres): Promise<void> {
  await withEngine(directory, async (engine) => {
    const sessions = await sessionsOf(ENGINE_IN_FLIGHT, () => engineSession(engine));
    const writer = new LedgerWriter();
    const times = new ProcessorTimes();
    const byLedger = (name: string, inFlight: number): Contestant => times.of(thisProcess, {
      name,
      prepare: () => writer.prepare(ENGINE_PREPARED),
      run: () => sustained(inFlight, ROUND_MILLIS, async (worker) => {
        await writer.writeOne(sessions[worker]!);
        return 1;
      }),
    });
    printComparison('durable transactions', 'tx', await inRounds([
      byPgbench(postgres, 'PostgreSQL, audit trigger, 8 clients', 'audited', CLIENTS),
      byPgbench(postgres, 'PostgreSQL, hash chain, 8 clients', 'chained', CLIENTS),
      byLedger(`engine, ${ENGINE_IN_FLIGHT} in flight`, ENGINE_IN_FLIGHT),
      byLedger(`engine, ${CLIENTS} in flight`, CLIENTS),
    ], ROUNDS, ROUND_MILLIS));
    printComparison('durable transactions, one writer', 'tx', await inRounds([
      byPgbench(postgres, 'PostgreSQL, audit trigger', 'audited', 1),
      byPgbench(postgres, 'PostgreSQL, hash chain', 'chained', 1),
      byLedger('engine, one writer', 1),
    ], ROUNDS, ROUND_MILLIS));
    times.print('of all threads', 'transaction');
  });
}

/** pgbench counts for itself, without the time that it takes to connect. */
function byPgbench(postgres: Postgres, name: string, table: 'audited' | 'chained', clients: number): Contestant {
  const script = transactionOn(table);
  const variables = { document: documentJson() };
  return {
    name,
    async run() {
      const start = performance.now();
      const rate = await postgres.pgbench(script, variables, clients, ROUND_SECONDS);
      return rate * (performance.now() - start) / 1000;
    },
  };
}

async function benchReads(directory: string): Promise<void> {
  await withEngine(directory, async (engine) => {
    const sessions = await sessionsOf(READERS, () => engineSession(engine));
    const keys = Array.from({ length: READ_KEYS }, (_, key) => key);
    for (let key = 0; key < READ_KEYS; key += 40) {
      await runAlone(sessions[0]!, 'INSERT INTO Documents ?', [{ kind: 'list', items: keys.slice(key, key + 40).map(keyedDocument) }]);
    }
    const reader = new LedgerReader(keys);
    const times = new ProcessorTimes();
    const byReader = (name: string, run: () => Promise<number>): Contestant => times.of(thisProcess, { name, run });
    printComparison(`lookups by index, ${READ_KEYS} documents`, 'lookups', await inRounds([
      byReader('engine, 1 transaction at a time', async () => reader.readMany(sessions[0]!)),
      byReader(`engine, ${READERS} transactions at a time`, async () => sustained(READERS, ROUND_MILLIS, worker => reader.readMany(sessions[worker]!))),
    ], ROUNDS, ROUND_MILLIS));
    times.print('of all threads', 'lookup');
  });
}

async function withEngine(directory: string, work: (engine: Engine) => Promise<void>): Promise<void> {
  const store = await openEmbeddedStore(directory);
  const unused = (): never => {
    throw new Error('No job runs in a benchmark.');
  };
  const destinations: Destinations = { objects: unused, records: unused, exports: unused };
  const engine = createEngine({
    store,
    sessions: memorySessionStore(Date.now),
    clock: Date.now,
    random: pooledRandom(),
    destinations,
    account: { partition: 'aws', region: 'us-east-1', accountId: '000000000000' },
    wake: () => undefined,
    pause: async () => undefined,
  });
  await engine.ledgers.create({ name: LEDGER, permissionsMode: 'ALLOW_ALL', deletionProtection: false, tags: {} });
  await setUp(await engineSession(engine));
  await work(engine);
  await store.close();
}

async function sessionsOf(count: number, open: () => Promise<LedgerSession>): Promise<LedgerSession[]> {
  const sessions: LedgerSession[] = [];
  while (sessions.length < count) sessions.push(await open());
  return sessions;
}
