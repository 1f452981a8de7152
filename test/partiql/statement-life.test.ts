import { failureOf, ledgerWith, run } from './ledger-fixture';
import { MemoryDatabase } from './memory-database';

test('a table is created, filled, read, changed and emptied', async () => {
  const database = new MemoryDatabase();
  expect(await run(database, 'CREATE TABLE T')).toEqual(['{tableId:"table1"}']);
  expect(await run(database, 'CREATE INDEX ON T (f)')).toEqual(['{tableId:"table1"}']);
  expect(await run(database, 'INSERT INTO T ?', '{f: 1, g: "a"}')).toHaveLength(1);
  expect(await run(database, "INSERT INTO T VALUE {'f': 2, 'g': `2017-09-14T`}")).toHaveLength(1);
  expect(await run(database, 'INSERT INTO T <<?, ?>>', '{f: 3}', '{f: 4, g: null.int}')).toHaveLength(2);
  expect(await run(database, 'SELECT * FROM T WHERE f = ?', '1')).toEqual(['{f:1,g:"a"}']);
  expect(await run(database, 'SELECT g FROM T AS t WHERE t.f IN (2, 4) AND f = f')).toEqual(['{g:2017-09-14}', '{g:null.int}']);
  expect(await run(database, 'SELECT COUNT(*) FROM T')).toEqual(['{_1:4}']);
  expect(await run(database, 'UPDATE T SET g = ?, h = f + 1 WHERE f = 3', '"x"')).toHaveLength(1);
  expect(await run(database, 'SELECT * FROM T WHERE f = 3')).toEqual(['{f:3,g:"x",h:4}']);
  expect(await run(database, 'SELECT metadata.version FROM history(T) WHERE data.f = 3')).toEqual(['{version:0}', '{version:1}']);
  expect(await run(database, "SELECT VALUE name FROM information_schema.user_tables WHERE status = 'ACTIVE'")).toEqual(['"T"']);
  expect(await run(database, 'DELETE FROM T')).toHaveLength(4);
  expect(await run(database, 'SELECT * FROM T')).toEqual([]);
});

test('an equality on an indexed field reaches the database as a lookup', async () => {
  const database = await ledgerWith({ T: ['{f:1,g:1}', '{f:2,g:1}'] }, { T: ['f'] });
  await run(database, 'SELECT * FROM T AS t WHERE t.f = ? AND g = 1', '2');
  expect(database.reads.map(({ access }) => access)).toEqual([{ kind: 'index', field: 'f', values: [{ kind: 'int', value: 2n }] }]);
});

test('an unknown table is an error of the statement', async () => {
  expect(await failureOf(new MemoryDatabase(), 'DELETE FROM NonExistentTable')).toBe('Semantic Error: at line 1, column 13: No such table: NonExistentTable');
});
