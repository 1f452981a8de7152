/**
 * A process that writes to a ledger in the given directory until it is killed, and prints a line for each transaction once it is
 * acknowledged. Each client moves its counter and appends an entry of that number in one transaction, now and then a large one.
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { begin } from './engine-fixture';
import { createEngine, memorySessionStore, type Engine } from '../../src/engine';
import { openEmbeddedStore } from '../../src/store';

export const CLIENTS = 8;
const LEDGER = 'books';
/** Some transactions need more than one write: more documents than fit in beside their block. */
const LARGE_EVERY = 9;

async function run(engine: Engine, statement: string, ...parameters: string[]): Promise<unknown[]> {
  const transaction = await begin(engine, LEDGER);
  const rows = await transaction.run(statement, ...parameters);
  await transaction.commit();
  return rows;
}

async function write(engine: Engine, client: number): Promise<void> {
  const [found] = await run(engine, 'SELECT VALUE c.n FROM Counters AS c WHERE c.client = ?', String(client)) as number[];
  if (found === undefined) await run(engine, 'INSERT INTO Counters ?', `{client:${client},n:0}`);
  for (let n = (found ?? 0) + 1; ; n++) {
    const transaction = await begin(engine, LEDGER);
    await transaction.run('UPDATE Counters AS c SET c.n = ? WHERE c.client = ?', String(n), String(client));
    const parts = n % LARGE_EVERY === 0 ? 39 : 1;
    const entries = Array.from({ length: parts }, (_, part) => `{client:${client},n:${n},part:${part},text:"${'x'.repeat(300)}"}`);
    await transaction.run('INSERT INTO Entries ?', `[${entries.join()}]`);
    await transaction.commit();
    // Synchronously: an acknowledgement that the process printed must not be lost with it.
    writeSync(process.stdout.fd, `${client} ${n} ${transaction.transactionId}\n`);
  }
}

async function main(directory: string): Promise<void> {
  const store = await openEmbeddedStore(directory);
  const unused = (): never => {
    throw new Error('No job runs here.');
  };
  const engine = createEngine({
    store,
    sessions: memorySessionStore(Date.now),
    clock: Date.now,
    random: randomBytes,
    destinations: { objects: unused, records: unused, exports: unused },
    account: { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' },
    wake: () => undefined,
    pause: async () => undefined,
  });
  const { ledgers } = await engine.ledgers.list(1);
  if (ledgers.length === 0) {
    await engine.ledgers.create({ name: LEDGER, permissionsMode: 'ALLOW_ALL', deletionProtection: false, tags: {} });
  }
  // The process may have been killed between any two of these.
  const tables = await run(engine, 'SELECT name, indexes FROM information_schema.user_tables') as { name: string; indexes: unknown[] }[];
  for (const [name, ...fields] of [['Counters', 'client'], ['Entries', 'client', 'n', 'part']]) {
    const table = tables.find(known => known.name === name);
    if (!table) await run(engine, `CREATE TABLE ${name}`);
    for (const field of fields.slice(table?.indexes.length ?? 0)) await run(engine, `CREATE INDEX ON ${name} (${field})`);
  }
  await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => write(engine, client)));
}

if (require.main === module) {
  main(process.argv[2]).catch((error: Error) => {
    writeSync(process.stderr.fd, `${error.stack}\n`);
    process.exit(1);
  });
}
