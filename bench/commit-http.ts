import { join } from 'node:path';
import { Client } from 'pg';
import { KEY_COUNT } from './audit-tables';
import { keepConnection, type KeptConnection } from './kept-connection';
import { base64, httpSession, sdkSession } from './ledger-sessions';
import {
  documentJson, keyedDocument, LedgerReader, LedgerWriter, LOOKUPS_PER_TRANSACTION, runAlone, setUp, sustained, type LedgerSession,
} from './ledger-writer';
import type { Postgres } from './postgres';
import { ProcessorTimes } from './processor-times';
import { inRounds, printComparison, type Contestant } from './rounds';
import { startServerProcess } from './server-process';
import { encodeIon } from '../src/ion';

const ROUNDS = 5;
const ROUND_MILLIS = 2_000;
/** Transactions prepared before each round, so that making documents is not measured; more are made as they are needed. */
const PREPARED = 4_000;
const CLIENTS = 8;
/** Looked up, beyond all that the writers draw. */
const READ_KEYS = Array.from({ length: 10_000 }, (_, index) => KEY_COUNT + 1 + index);
const INSERTED_AT_ONCE = 40;

/** The service over HTTP beside PostgreSQL's own driver, and beside HTTP without anything behind it. */
export async function benchHttp(directory: string, postgres: Postgres): Promise<void> {
  const service = await startServerProcess(join(__dirname, 'commit-server.js'), [directory]);
  const echo = await startServerProcess(join(__dirname, 'echo-server.js'));
  const clients = await several(async () => {
    const client = new Client({ host: postgres.host, port: postgres.port, user: postgres.user, database: 'postgres' });
    await client.connect();
    return client;
  });
  const sessions = await several(() => httpSession(service.url));
  const sdkSessions = await several(() => sdkSession(service.url));
  const connections = await several(() => keepConnection(echo.url));
  await setUp(sessions[0]!);
  const writes = new ProcessorTimes();
  const writer = new LedgerWriter();
  const document = documentJson();
  const requests = fourRequests();
  for (const count of [CLIENTS, 1]) {
    printComparison('durable transactions of four round trips', 'tx', await inRounds([
      {
        name: `PostgreSQL, audit trigger, node pg, ${count} in flight`,
        run: one(count, async worker => fourQueries(clients[worker]!, document)),
      },
      writes.of(service, {
        name: `ledger over HTTP, ${count} in flight`,
        prepare: () => writer.prepare(PREPARED),
        run: one(count, async worker => writer.writeOne(sessions[worker]!)),
      }),
      writes.of(service, {
        name: `ledger through the AWS SDK, ${count} in flight`,
        prepare: () => writer.prepare(PREPARED),
        run: one(count, async worker => writer.writeOne(sdkSessions[worker]!)),
      }),
      writes.of(echo, {
        name: `bare node:http that echoes, ${count} in flight`,
        run: one(count, async worker => echoed(connections[worker]!, requests)),
      }),
    ], ROUNDS, ROUND_MILLIS));
  }
  writes.print('of the server', 'transaction');
  const lookups = new ProcessorTimes();
  await fillForLookups(postgres, sessions[0]!);
  const reader = new LedgerReader(READ_KEYS);
  for (const count of [CLIENTS, 1]) {
    printComparison('lookups by index, a round trip each', 'lookups', await inRounds([
      {
        name: `PostgreSQL, node pg, ${count} in flight`,
        run: () => sustained(count, ROUND_MILLIS, worker => lookUpMany(clients[worker]!)),
      },
      lookups.of(service, {
        name: `ledger over HTTP, ${count} in flight`,
        run: () => sustained(count, ROUND_MILLIS, worker => reader.readMany(sessions[worker]!)),
      }),
    ], ROUNDS, ROUND_MILLIS));
  }
  lookups.print('of the server', 'lookup');
  await Promise.all(clients.map(client => client.end()));
  for (const { close } of [...sessions, ...sdkSessions, ...connections]) close();
  await Promise.all([service.stop(), echo.stop()]);
}

const one = (count: number, work: (worker: number) => Promise<void>): Contestant['run'] => () => sustained(count, ROUND_MILLIS, async (worker) => {
  await work(worker);
  return 1;
});

async function fourQueries(client: Client, document: string): Promise<void> {
  const key = Math.floor(Math.random() * KEY_COUNT);
  await client.query('BEGIN');
  await client.query({ name: 'select', text: 'SELECT doc FROM audited WHERE k = $1', values: [key] });
  const text = 'INSERT INTO audited (k, doc) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET doc = EXCLUDED.doc';
  await client.query({ name: 'insert', text, values: [key, document] });
  await client.query('COMMIT');
}

/** The requests of one transaction, as long as a ledger's are. */
function fourRequests(): string[] {
  const SessionToken = 'S'.repeat(44);
  const TransactionId = 'T'.repeat(22);
  const IonBinary = base64(encodeIon(keyedDocument(KEY_COUNT)));
  return [
    { StartTransaction: {} },
    { ExecuteStatement: { TransactionId, Statement: 'SELECT * FROM Documents AS d WHERE d.k = ?', Parameters: [{ IonBinary: base64(Buffer.alloc(8)) }] } },
    { ExecuteStatement: { TransactionId, Statement: 'INSERT INTO Documents ?', Parameters: [{ IonBinary }] } },
    { CommitTransaction: { TransactionId, CommitDigest: base64(Buffer.alloc(32)) } },
  ].map(command => JSON.stringify({ SessionToken, ...command }));
}

async function echoed(connection: KeptConnection, requests: readonly string[]): Promise<void> {
  for (const request of requests) JSON.parse((await connection.post(request)).body);
}

async function fillForLookups(postgres: Postgres, session: LedgerSession): Promise<void> {
  const [first, last] = [READ_KEYS[0]!, READ_KEYS.at(-1)!];
  await postgres.sql(`INSERT INTO audited (k, doc) SELECT k, '${documentJson()}' FROM generate_series(${first}, ${last}) AS k; ANALYZE audited`);
  for (let start = 0; start < READ_KEYS.length; start += INSERTED_AT_ONCE) {
    const items = READ_KEYS.slice(start, start + INSERTED_AT_ONCE).map(keyedDocument);
    await runAlone(session, 'INSERT INTO Documents ?', [{ kind: 'list', items }]);
  }
}

/** As many in one transaction as a ledger's reader makes. */
async function lookUpMany(client: Client): Promise<number> {
  await client.query('BEGIN');
  for (let count = 0; count < LOOKUPS_PER_TRANSACTION; count++) {
    const key = READ_KEYS[Math.floor(Math.random() * READ_KEYS.length)];
    const { rowCount } = await client.query({ name: 'select', text: 'SELECT doc FROM audited WHERE k = $1', values: [key] });
    if (rowCount !== 1) throw new Error('A lookup did not find its row.');
  }
  await client.query('COMMIT');
  return LOOKUPS_PER_TRANSACTION;
}

async function several<T>(open: () => Promise<T>): Promise<T[]> {
  const opened: T[] = [];
  while (opened.length < CLIENTS) opened.push(await open());
  return opened;
}
