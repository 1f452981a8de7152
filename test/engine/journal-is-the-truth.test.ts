import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks } from '../../src/engine/journal-store';
import { blockPartition, headKey, nodePartition } from '../../src/engine/keys';
import { catchUp } from '../../src/engine/projection';
import { encodeRecord } from '../../src/engine/record';
import { memoryStore, TRANSACT_ACTIONS_MAX, type Item, type Store } from '../../src/store';

/** Everything that follows from the blocks of a journal. */
async function projected(store: Store, strandId: string, tableIds: readonly string[], indexIds: readonly string[]): Promise<Map<string, string>> {
  const partitions = [
    ...tableIds.flatMap(id => [`${strandId}/table/${id}`, `${strandId}/history/${id}`]),
    ...indexIds.map(id => `${strandId}/index/${id}`),
  ];
  const items = new Map<string, string>();
  for (const partition of partitions) {
    for await (const item of store.query(partition)) items.set(`${partition} ${item.key.sort}`, Buffer.from(item.value).toString('hex'));
  }
  const catalog = await store.get({ partition: strandId, sort: 'catalog' });
  return items.set('catalog', Buffer.from(catalog!.value).toString());
}

/** The journal alone, as if every table and index had been lost. */
async function journalOnly(store: Store, strandId: string): Promise<Store> {
  const copy = memoryStore();
  const put = async (item: Item) => copy.transact([{ put: item.key, value: item.value, ordinal: item.ordinal }]);
  for (const partition of [blockPartition(strandId), nodePartition(strandId)]) for await (const item of store.query(partition)) await put(item);
  const head = await readHead(store, strandId);
  await copy.transact([{
    put: headKey(strandId),
    value: encodeRecord({ ...head, blockHash: Buffer.from(head.blockHash).toString('base64'), projectedSequenceNo: 0 }),
    ordinal: head.ordinal,
  }]);
  return copy;
}

async function busyLedger() {
  const fixture = engineFixture();
  const { engine } = fixture;
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  for (let index = 0; index < 130; index++) await execute(engine, 'INSERT INTO People ?', `{email:"${index % 70}@x.org",n:${index}}`);
  // An index over documents that are there already needs more writes than one transact takes.
  await execute(engine, 'CREATE INDEX ON People (email)');
  await execute(engine, 'UPDATE People SET email = \'moved@x.org\' WHERE n IN (1, 2, 3)');
  await execute(engine, 'DELETE FROM People WHERE n IN (4, 5)');
  await execute(engine, 'CREATE TABLE Orders');
  await execute(engine, 'INSERT INTO Orders << {\'a\': 1}, {\'a\': 2} >>');
  await execute(engine, 'DROP TABLE Orders');
  const tables = await execute(engine, 'SELECT * FROM information_schema.user_tables') as { tableId: string; indexes: { indexId: string }[] }[];
  const indexIds = tables.flatMap(({ indexes }) => indexes.map(({ indexId }) => indexId));
  return { ...fixture, strandId, tableIds: tables.map(({ tableId }) => tableId), indexIds };
}

test('tables, indexes, history and catalog rebuilt from the blocks equal the stored ones', async () => {
  const { store, strandId, tableIds, indexIds } = await busyLedger();
  const rebuilt = await journalOnly(store, strandId);
  await catchUp(rebuilt, strandId);
  expect(await projected(rebuilt, strandId, tableIds, indexIds)).toEqual(await projected(store, strandId, tableIds, indexIds));
});

test('projecting at the same time, and again, changes nothing', async () => {
  const { store, strandId, tableIds, indexIds } = await busyLedger();
  const rebuilt = await journalOnly(store, strandId);
  await Promise.all([catchUp(rebuilt, strandId), catchUp(rebuilt, strandId), catchUp(rebuilt, strandId)]);
  expect(await projected(rebuilt, strandId, tableIds, indexIds)).toEqual(await projected(store, strandId, tableIds, indexIds));
});

test('an index made after the documents finds them', async () => {
  const { engine } = await busyLedger();
  expect(await execute(engine, 'SELECT VALUE n FROM People WHERE email = ?', '"7@x.org"')).toEqual(expect.arrayContaining([7, 77]));
  expect(await execute(engine, 'SELECT COUNT(*) FROM People WHERE email = ?', '"moved@x.org"')).toEqual([{ _1: 3 }]);
  expect(await execute(engine, 'SELECT VALUE n FROM People WHERE email = ?', '"1@x.org"')).toEqual([71]);
});

test('a transaction whose projection needs more than one write is whole for the next reader', async () => {
  const { engine, store } = engineFixture();
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE Wide');
  for (const field of ['a', 'b', 'c', 'd', 'e']) await execute(engine, `CREATE INDEX ON Wide (${field})`);
  const transaction = await begin(engine);
  // 40 documents, each with five index entries: far beyond what one transact takes.
  for (let index = 0; index < 40; index++) await transaction.run('INSERT INTO Wide ?', `{a:${index},b:${index},c:${index},d:${index},e:${index}}`);
  expect(40 * 6).toBeGreaterThan(TRANSACT_ACTIONS_MAX);
  await transaction.commit();
  expect(await execute(engine, 'SELECT VALUE a FROM Wide WHERE e = 39')).toEqual([39]);
  expect(await execute(engine, 'SELECT COUNT(*) FROM Wide')).toEqual([{ _1: 40 }]);
  const head = await readHead(store, strandId);
  expect(head.projectedSequenceNo).toBe(head.sequenceNo);
});

test('writers in two processes leave neither a gap nor a duplicate nor a lost update', async () => {
  const store = memoryStore();
  const engines = [engineFixture({ store }), engineFixture({ store })].map(({ engine }) => engine);
  const strandId = await newLedger(engines[0]);
  await execute(engines[0], 'CREATE TABLE Counters');
  await execute(engines[0], 'CREATE INDEX ON Counters (name)');
  await execute(engines[0], 'INSERT INTO Counters ?', '{name:"hits",value:0}');
  let conflicts = 0;
  const increment = async (worker: number): Promise<void> => {
    for (;;) {
      const transaction = await begin(engines[worker % 2]);
      await transaction.run('UPDATE Counters SET "value" = "value" + 1 WHERE name = ?', '"hits"');
      await transaction.run('INSERT INTO Counters ?', `{name:"by-${worker}"}`);
      try {
        return await transaction.commit();
      } catch (error) {
        if ((error as Error).name !== 'OccConflictException') throw error;
        conflicts++;
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, (_, worker) => increment(worker)));
  expect(conflicts).toBeGreaterThan(0);
  expect(await execute(engines[1], 'SELECT VALUE c."value" FROM Counters AS c WHERE c.name = ?', '"hits"')).toEqual([20]);
  expect(await execute(engines[1], 'SELECT COUNT(*) FROM Counters')).toEqual([{ _1: 21 }]);
  const head = await readHead(store, strandId);
  let due = 0;
  for await (const block of readBlocks(store, strandId, 0, head.sequenceNo)) expect(block.blockAddress.sequenceNo).toBe(due++);
  expect(due).toBe(head.sequenceNo + 1);
});
