import { begin, engineFixture, execute, newLedger, ROLE } from './engine-fixture';
import { STANDARD_LEDGER } from './restore-fixture';
import { differencesFromRebuilt, finishIndexes } from './simulation-judge';
import { gate, putsTo, watchedStore } from './watched-store';
import { memoryStore, type Store } from '../../src/store';

// So that a handful of documents are many.
jest.mock('../../src/engine/limits', () => ({
  ...jest.requireActual<object>('../../src/engine/limits'), INDEX_AT_ONCE_MAX: 10, INDEX_STEP_DOCUMENTS_MAX: 4,
}));

const DOCUMENTS = 25;

/** A table with more documents than an index is built over at once; tells all partitions that anybody wrote to, and those that were read as a whole. */
async function manyDocuments(documents = DOCUMENTS) {
  const partitions = new Set<string>();
  const scanned: string[] = [];
  const memory = memoryStore();
  const store: Store = {
    ...watchedStore(memory, { beforeTransact: async actions => actions.forEach(action => 'put' in action && partitions.add(action.put.partition)) }),
    query(partition, range) {
      if (range === undefined) scanned.push(partition);
      return memory.query(partition, range);
    },
  };
  const fixture = engineFixture({ store });
  const strandId = await newLedger(fixture.engine);
  await execute(fixture.engine, 'CREATE TABLE People');
  await execute(fixture.engine, `INSERT INTO People << ${Array.from({ length: documents }, (_, n) => `{'n': ${n}, 'town': 'town ${n % 5}'}`).join()} >>`);
  return { ...fixture, store, strandId, partitions, scanned };
}

type Fixture = Awaited<ReturnType<typeof manyDocuments>>;

const statusOf = async ({ engine }: Fixture): Promise<unknown> =>
  (await execute(engine, 'SELECT VALUE i.status FROM information_schema.user_tables AS t, t.indexes AS i'))[0];
const indexIdOf = async ({ engine }: Fixture): Promise<unknown> =>
  (await execute(engine, 'SELECT VALUE i.indexId FROM information_schema.user_tables AS t, t.indexes AS i'))[0];
const numbersIn = async ({ engine }: Fixture, town: string): Promise<unknown[]> =>
  (await execute(engine, 'SELECT VALUE n FROM People WHERE town = ?', `"${town}"`) as number[]).sort((one, other) => one - other);
const work = async ({ engine, strandId }: Fixture, millis = Infinity): Promise<number | undefined> => engine.worker('worker', () => undefined).run(strandId, millis);

/** Lets a worker take about that many steps. */
const steps = async (fixture: Fixture, count: number): Promise<number | undefined> => work(fixture, fixture.time.millis + 6 + 2 * count);

async function leftIn({ store, partitions }: Fixture, part: string): Promise<string[]> {
  const keys: string[] = [];
  for (const partition of [...partitions].filter(each => each.includes(part))) {
    for await (const { key } of store.query(partition, {})) keys.push(`${key.partition} ${key.sort}`);
  }
  return keys;
}

test('an index over few documents is ready with its commit, one over many when the worker has been through them; until then all documents are read', async () => {
  const few = await manyDocuments(10);
  await execute(few.engine, 'CREATE INDEX ON People (town)');
  expect(await statusOf(few)).toBe('ONLINE');

  const many = await manyDocuments();
  await execute(many.engine, 'CREATE INDEX ON People (town)');
  expect(await statusOf(many)).toBe('BUILDING');
  many.scanned.length = 0;
  expect(await numbersIn(many, 'town 3')).toEqual([3, 8, 13, 18, 23]);
  expect(many.scanned.some(partition => partition.includes('/table/'))).toBe(true);

  expect(await work(many)).toBeUndefined();
  expect(await statusOf(many)).toBe('ONLINE');
  many.scanned.length = 0;
  expect(await numbersIn(many, 'town 3')).toEqual([3, 8, 13, 18, 23]);
  expect(many.scanned).toEqual([]);
});

test('making an index over many documents takes one write, whatever their number', async () => {
  const fixture = await manyDocuments();
  const writes: number[] = [];
  const { engine } = engineFixture({ store: watchedStore(fixture.store, { beforeTransact: async actions => void writes.push(actions.length) }) });
  await execute(engine, 'CREATE INDEX ON People (town)');
  expect(writes).toHaveLength(1);
});

test('what changes while an index is built is found by it: documents before and behind the place where the worker is', async () => {
  const fixture = await manyDocuments();
  const { engine, store, strandId } = fixture;
  await execute(engine, 'CREATE INDEX ON People (town)');
  for (let n = 0; n < DOCUMENTS && await statusOf(fixture) === 'BUILDING'; n += 5) {
    await steps(fixture, 1);
    await execute(engine, `UPDATE People SET town = 'moved' WHERE n = ${n}`);
    await execute(engine, `UPDATE People SET seen = true WHERE n = ${n + 1}`);
    await execute(engine, `DELETE FROM People WHERE n = ${n + 2}`);
    await execute(engine, 'INSERT INTO People ?', `{n:${100 + n},town:"new"}`);
  }
  await work(fixture);
  expect(await statusOf(fixture)).toBe('ONLINE');
  const towns = new Map<string, unknown[]>();
  for (const town of ['moved', 'new', 'town 0', 'town 1', 'town 2', 'town 3']) towns.set(town, await numbersIn(fixture, town));
  const scanned = await execute(engine, 'SELECT n, town FROM People') as { n: number; town: string }[];
  const numbersOf = (town: string): number[] => scanned.filter(row => row.town === town).map(({ n }) => n).sort((one, other) => one - other);
  for (const [town, numbers] of towns) expect(numbers).toEqual(numbersOf(town));
  expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
});

test('a worker that dies at any write is followed by one that finishes the index', async () => {
  for (let writesLeft = 0, finished = false; !finished; writesLeft++) {
    const fixture = await manyDocuments();
    const { engine, store, strandId } = fixture;
    await execute(engine, 'CREATE INDEX ON People (town)');
    let writes = 0;
    const dying = engineFixture({
      clock: () => fixture.time.millis++,
      store: watchedStore(store, {
        beforeTransact: async () => {
          if (writes++ >= writesLeft) throw new Error('The process has died.');
        },
      }),
    });
    await dying.engine.worker('first', () => undefined).run(strandId, Infinity).catch(() => undefined);
    finished = writes <= writesLeft;
    // Its lease has ended.
    fixture.time.millis += 120_000;
    await work(fixture);
    expect(await statusOf(fixture)).toBe('ONLINE');
    expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
    expect(writesLeft).toBeLessThan(30);
  }
});

test('two workers at once, as when a lease fails, build one index', async () => {
  const fixture = await manyDocuments();
  const { engine, store, strandId } = fixture;
  await execute(engine, 'CREATE INDEX ON People (town)');
  // Leases of the other seem long over to each.
  const workers = [0, 1].map((index) => {
    let millis = fixture.time.millis;
    return engineFixture({ store, clock: () => millis += 100_000 }).engine.worker(`worker ${index}`, () => undefined);
  });
  for (let run = 0; await statusOf(fixture) !== 'ONLINE'; run++) {
    expect(run).toBeLessThan(50);
    await Promise.all(workers.map(worker => worker.run(strandId, Infinity)));
  }
  expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
});

test('an index that is dropped while it is built leaves nothing behind, nor does one that was built', async () => {
  for (const stepsBefore of [0, 3, 100]) {
    const fixture = await manyDocuments();
    await execute(fixture.engine, 'CREATE INDEX ON People (town)');
    await steps(fixture, stepsBefore);
    await execute(fixture.engine, `DROP INDEX "${await indexIdOf(fixture)}" ON People WITH (purge = true)`);
    expect(await statusOf(fixture)).toBeUndefined();
    await execute(fixture.engine, 'CREATE INDEX ON People (town)');
    fixture.time.millis += 120_000;
    await work(fixture);
    expect(await statusOf(fixture)).toBe('ONLINE');
    expect(await leftIn(fixture, '/index/')).toHaveLength(DOCUMENTS);
    expect(await numbersIn(fixture, 'town 4')).toEqual([4, 9, 14, 19, 24]);
  }
});

test('who is slow to build an index that was dropped meanwhile adds nothing to it', async () => {
  const fixture = await manyDocuments();
  const { engine, store, strandId, time } = fixture;
  await execute(engine, 'CREATE INDEX ON People (town)');
  const held = gate();
  const slow = engineFixture({
    clock: () => time.millis,
    store: watchedStore(store, { beforeTransact: async actions => putsTo(actions, '/index/') ? held.pass() : undefined }),
  });
  const building = slow.engine.worker('slow', () => undefined).run(strandId, time.millis + 1);
  await held.reached;
  await execute(engine, `DROP INDEX "${await indexIdOf(fixture)}" ON People WITH (purge = true)`);
  await work(fixture);
  held.open();
  await building;
  expect(await leftIn(fixture, '/index/')).toEqual([]);
});

test('an index that a transaction makes and drops again is never built', async () => {
  const fixture = await manyDocuments();
  const transaction = await begin(fixture.engine);
  await transaction.run('CREATE INDEX ON People (town)');
  const [indexId] = await transaction.run('SELECT VALUE i.indexId FROM information_schema.user_tables AS t, t.indexes AS i');
  await transaction.run(`DROP INDEX "${indexId as string}" ON People WITH (purge = true)`);
  await transaction.commit();
  await work(fixture);
  expect(await leftIn(fixture, '/index/')).toEqual([]);
  expect(await leftIn(fixture, fixture.strandId).then(keys => keys.filter(key => key.includes('job#')))).toEqual([]);
});

test('a ledger that is deleted while an index is built or removed leaves nothing behind, and who is slow adds nothing to it', async () => {
  for (const dropped of [false, true]) {
    const fixture = await manyDocuments();
    const { engine, store, strandId, partitions, time } = fixture;
    await execute(engine, 'CREATE INDEX ON People (town)');
    if (dropped) {
      await work(fixture);
      await execute(engine, `DROP INDEX "${await indexIdOf(fixture)}" ON People WITH (purge = true)`);
    }
    const held = gate();
    const slow = engineFixture({
      clock: () => time.millis,
      store: watchedStore(store, { beforeTransact: async actions => actions.length > 2 ? held.pass() : undefined }),
    });
    const working = slow.engine.worker('slow', () => undefined).run(strandId, time.millis + 1);
    await held.reached;
    await engine.ledgers.delete('books');
    time.millis += 120_000;
    const purger = engineFixture({
      clock: () => time.millis,
      store: watchedStore(store, {
        async beforeTransact(actions) {
          // Tables and indexes are empty by now.
          if (!actions.some(action => 'delete' in action && action.delete.partition.endsWith('/block'))) return;
          held.open();
          await working;
        },
      }),
    });
    await purger.engine.worker('purger', () => undefined).run(strandId, Infinity);
    expect([...partitions].filter(partition => partition.startsWith(strandId)).length).toBeGreaterThan(4);
    expect(await leftIn(fixture, strandId)).toEqual([]);
    await expect(engine.ledgers.describe('books')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }
});

test('a value that is redacted while an index is built does not come back by a worker that had read it', async () => {
  const fixture = await manyDocuments();
  const { engine, store, strandId, time } = fixture;
  const rows = await execute(engine, 'SELECT metadata.id, blockAddress FROM _ql_committed_People WHERE data.n = 7') as {
    id: string; blockAddress: { sequenceNo: number };
  }[];
  const [{ id, blockAddress: { sequenceNo } }] = rows;
  await execute(engine, 'CREATE INDEX ON People (n)');
  const held = gate();
  const slow = engineFixture({
    clock: () => time.millis,
    store: watchedStore(store, { beforeTransact: async actions => putsTo(actions, `#${id}#`) ? held.pass() : undefined }),
  });
  const building = slow.engine.worker('slow', () => undefined).run(strandId, time.millis + 60_000);
  await held.reached;
  await execute(engine, 'UPDATE People SET n = -1 WHERE n = 7');
  const [{ tableId }] = await execute(engine, 'SELECT tableId FROM information_schema.user_tables') as { tableId: string }[];
  await execute(engine, 'EXEC REDACT_REVISION ?, ?, ?', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`, `"${tableId}"`, `"${id}"`);
  held.open();
  await building;
  await finishIndexes(store, strandId);
  expect(await statusOf(fixture)).toBe('ONLINE');
  expect((await leftIn(fixture, '/index/')).filter(key => key.includes(id))).toHaveLength(1);
  expect(await leftIn(fixture, '/index/')).toHaveLength(DOCUMENTS);
});

test('a table that is made while an index becomes ready does not make it unready again', async () => {
  const fixture = await manyDocuments();
  await execute(fixture.engine, 'CREATE INDEX ON People (town)');
  const held = gate();
  const slow = engineFixture({
    clock: () => fixture.time.millis,
    store: watchedStore(fixture.store, { beforeTransact: async actions => putsTo(actions, '/block ') ? held.pass() : undefined }),
  });
  const making = execute(slow.engine, 'CREATE TABLE Orders');
  await held.reached;
  await work(fixture);
  held.open();
  await making;
  expect(await statusOf(fixture)).toBe('ONLINE');
  fixture.scanned.length = 0;
  expect(await numbersIn(fixture, 'town 3')).toEqual([3, 8, 13, 18, 23]);
  expect(fixture.scanned).toEqual([]);
});

test('an equality conflicts with every change of the table until the index is ready, and from then on with those of its value', async () => {
  const fixture = await manyDocuments();
  const { engine } = fixture;
  await execute(engine, 'CREATE INDEX ON People (town)');
  const outcomeBeside = async (other: string): Promise<string> => {
    const reader = await begin(engine);
    await reader.run('SELECT * FROM People WHERE town = \'town 1\'');
    await reader.run('INSERT INTO People ?', '{n:200,town:"elsewhere"}');
    await execute(engine, 'INSERT INTO People ?', `{n:201,town:"${other}"}`);
    return reader.commit().then(() => 'committed', (error: unknown) => (error as Error).name);
  };
  expect(await outcomeBeside('town 2')).toBe('OccConflictException');
  const early = await begin(engine);
  await early.run('SELECT * FROM People WHERE town = \'town 1\'');
  await early.run('INSERT INTO People ?', '{n:202,town:"elsewhere"}');
  await work(fixture);
  // What a transaction has seen by reading everything stays everything.
  await execute(engine, 'INSERT INTO People ?', '{n:203,town:"town 2"}');
  await expect(early.commit()).rejects.toMatchObject({ name: 'OccConflictException' });
  expect(await outcomeBeside('town 2')).toBe('committed');
  expect(await outcomeBeside('town 1')).toBe('OccConflictException');
});

test('a ledger that is restored gets its indexes built once it is open', async () => {
  const fixture = await manyDocuments();
  const { engine, store, strandId, time, destinations } = fixture;
  await execute(engine, 'CREATE INDEX ON People (town)');
  for (let round = 0; round < 8; round++) await execute(engine, `UPDATE People SET town = 'moved', round = ${round} WHERE n = 3`);
  time.millis += 10_000;
  const archive = { bucket: 'archive', prefix: 'journal', roleArn: ROLE };
  await engine.exports.start('books', {
    ...archive, inclusiveStartMillis: 0, exclusiveEndMillis: time.millis, outputFormat: 'ION_BINARY', encryption: { objectEncryptionType: 'NO_ENCRYPTION' },
  });
  await work(fixture);
  await engine.ledgers.delete('books');
  await work(fixture);
  expect(await leftIn(fixture, strandId)).toEqual([]);

  const job = await engine.restores.startFromBucket({ ledger: { ...STANDARD_LEDGER, name: 'books' }, origin: { kind: 'bucket', ...archive } });
  fixture.woken.length = 0;
  expect(destinations.exported.size).toBeGreaterThan(0);
  const isRestored = async (): Promise<boolean> => (await engine.restores.describe('books')).job.status === 'COMPLETED';
  let looks = 0;
  while (await engine.worker('restorer', () => undefined).run(job.strandId, time.millis + 10) !== undefined && !await isRestored()) {
    expect(looks).toBeLessThan(50);
    const keys = await leftIn(fixture, strandId);
    if (!keys.some(key => key.includes('job#index-build'))) continue;
    looks += 1;
    await work(fixture);
    expect(keys.filter(key => key.includes('/index/')).length).toBeLessThan(10);
  }
  expect(await isRestored()).toBe(true);
  expect(looks).toBeGreaterThan(0);
  expect(await statusOf(fixture)).toBe('BUILDING');
  expect(fixture.woken).toContain(strandId);
  await work(fixture);
  expect(await statusOf(fixture)).toBe('ONLINE');
  expect(await numbersIn(fixture, 'town 3')).toEqual([8, 13, 18, 23]);
  expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
});
