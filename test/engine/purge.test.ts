import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { watchedStore } from './watched-store';
import { memoryStore, type Action, type Store } from '../../src/store';

const ROWS_PER_INSERT = 40;
const INSERTS = 10;

/** A ledger with more of everything than one write removes, about to be deleted; tells every partition that it wrote to. */
async function deletedLedger() {
  const partitions = new Set<string>();
  const store = memoryStore();
  const { engine, time } = engineFixture({
    store: watchedStore(store, {
      beforeTransact: async actions => actions.forEach(action => 'put' in action && partitions.add(action.put.partition)),
    }),
  });
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE Things');
  await execute(engine, 'CREATE INDEX ON Things (n)');
  for (let insert = 0; insert < INSERTS; insert++) {
    await execute(engine, `INSERT INTO Things << ${Array.from({ length: ROWS_PER_INSERT }, (_, row) => `{'n': ${insert * ROWS_PER_INSERT + row}}`).join()} >>`);
  }
  await execute(engine, 'UPDATE Things SET seen = true WHERE n < 40');
  await engine.ledgers.delete('books');
  return { store, time, strandId, partitions: [...partitions].filter(partition => partition.startsWith(strandId)) };
}

async function itemCount(store: Store, partitions: readonly string[]): Promise<number> {
  let count = 0;
  for (const partition of partitions) for await (const item of store.query(partition)) count += item ? 1 : 0;
  return count;
}

test('a deletion takes one write after the other while there is time, and another worker goes on', async () => {
  const { store, time, strandId, partitions } = await deletedLedger();
  const writesOfRuns: number[] = [];
  let left = await itemCount(store, partitions);
  expect(left).toBeGreaterThan(800);
  for (let due: number | undefined = 0; due !== undefined;) {
    const writes: (readonly Action[])[] = [];
    const watched = watchedStore(store, { beforeTransact: async actions => void writes.push(actions) });
    const { engine } = engineFixture({ store: watched, clock: () => time.millis });
    expect((await engine.ledgers.describe('books')).state).toBe('DELETING');
    // There is no time left at all: a run makes one step all the same, or a deletion would never end.
    due = await engine.worker('worker', () => undefined).run(strandId, time.millis);
    writesOfRuns.push(writes.length);
    const now = await itemCount(store, partitions);
    expect(now).toBeLessThan(left);
    left = now;
  }
  expect(left).toBe(0);
  expect(Math.max(...writesOfRuns)).toBeLessThanOrEqual(2);
  expect(writesOfRuns.length).toBeGreaterThan(8);
  await newLedger(engineFixture({ store }).engine);
});

test('a deletion with time enough is done in one run', async () => {
  const { store, time, strandId, partitions } = await deletedLedger();
  const { engine } = engineFixture({ store });
  expect(await engine.worker('worker', () => undefined).run(strandId, time.millis + 3_600_000)).toBeUndefined();
  expect(await itemCount(store, partitions)).toBe(0);
  await expect(engine.ledgers.describe('books')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a deletion finds the documents of a table of which nobody has heard but the journal', async () => {
  const partitions = new Set<string>();
  const store = memoryStore();
  let writesLeft = Infinity;
  const { engine } = engineFixture({
    store: watchedStore(store, {
      async beforeTransact(actions) {
        if (writesLeft-- <= 0) throw new Error('The process has died.');
        for (const action of actions) if ('put' in action) partitions.add(action.put.partition);
      },
    }),
  });
  const strandId = await newLedger(engine);
  const transaction = await begin(engine);
  await transaction.run('CREATE TABLE Wide');
  for (const field of ['a', 'b', 'c', 'd', 'e']) await transaction.run(`CREATE INDEX ON Wide (${field})`);
  await transaction.run('INSERT INTO Wide ?', `[${Array.from({ length: 40 }, (_, n) => `{a:${n},b:${n},c:${n},d:${n},e:${n}}`).join()}]`);
  // The block, and some of what follows from it.
  writesLeft = 2;
  await transaction.commit();
  expect([...partitions].some(partition => partition.includes('/table/'))).toBe(true);
  const other = engineFixture({ store, clock: () => Date.parse('2026-03-02T12:00:00Z') });
  await other.engine.ledgers.delete('books');
  await other.engine.worker('worker', () => undefined).run(strandId, Infinity);
  expect(await itemCount(store, [...partitions].filter(partition => partition.startsWith(strandId)))).toBe(0);
});
