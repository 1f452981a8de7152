import { engineFixture, execute, ROLE, type EngineFixture } from './engine-fixture';
import type { Engine, OutputFormat, RestoreJob, RestoreRequest } from '../../src/engine';
import { memoryStore, type Store } from '../../src/store';
import { memorySource } from '../cli/generated-export';

export const STANDARD_LEDGER = { permissionsMode: 'STANDARD', deletionProtection: true, tags: {} } as const;

/** Objects by key, as an export wrote them. */
export type Objects = ReadonlyMap<string, Uint8Array>;

/** The whole journal of the ledger `books`, exported up to now. */
export async function exported({ engine, destinations, time }: EngineFixture, outputFormat: OutputFormat = 'ION_BINARY'): Promise<Objects> {
  destinations.exported.clear();
  const { strandId } = await engine.ledgers.describe('books');
  await engine.exports.start('books', {
    inclusiveStartMillis: 0,
    exclusiveEndMillis: time.millis,
    bucket: 'archive',
    prefix: 'books',
    roleArn: ROLE,
    outputFormat,
    encryption: { objectEncryptionType: 'NO_ENCRYPTION' },
  });
  await engine.worker('exporter', () => undefined).run(strandId, time.millis + 600_000);
  return new Map([...destinations.exported.values()].map(({ key, body }) => [key, body]));
}

/** Another service, with a ledger `books` that was restored from the objects. */
export async function restored(objects: Objects, expected?: RestoreRequest['expected'], store: Store = memoryStore()) {
  const fixture = engineFixture({ store });
  const { engine, time } = fixture;
  time.millis += 3_600_000;
  const source = memorySource(objects);
  await engine.restores.start({ ledger: { ...STANDARD_LEDGER, name: 'books' }, origin: { kind: 'command-line', location: 'memory' }, expected }, source);
  const job = await advance(engine, objects);
  return { ...fixture, job };
}

export async function advance(engine: Engine, objects: Objects, deadlineMillis = Infinity): Promise<RestoreJob> {
  const job = await engine.restores.unfinished('books');
  return (await engine.restores.advance(job!, memorySource(objects), { deadlineMillis })).record;
}

/** Everything that statements can tell of a ledger: catalog, documents, revisions. */
export async function everything(engine: Engine): Promise<unknown> {
  const tables = await execute(engine, 'SELECT * FROM information_schema.user_tables') as { name: string; status: string }[];
  const contents: Record<string, unknown> = {};
  for (const { name } of tables.filter(({ status }) => status === 'ACTIVE')) {
    contents[name] = {
      committed: inOrder(await execute(engine, `SELECT * FROM _ql_committed_${name}`)),
      history: inOrder(await execute(engine, `SELECT * FROM history(${name})`)),
    };
  }
  return { tables, contents };
}

const inOrder = (rows: readonly unknown[]): string[] => rows.map(row => JSON.stringify(row)).sort();
