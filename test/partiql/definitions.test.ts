import { failureOf, ledgerWith, run } from './ledger-fixture';
import { MemoryDatabase } from './memory-database';
import { parseIon } from '../../src/ion/text-reader';
import { isDefinition, isReadOnly, parseStatement, tablesOf } from '../../src/partiql';

test('a table may carry tags', async () => {
  const database = new MemoryDatabase();
  await run(database, "CREATE TABLE T WITH (aws_tags = `{'env': 'test', team: \"x\"}`)");
  expect(database.tags).toEqual({ env: 'test', team: 'x' });
});

test('a dropped table comes back with its documents and indexes', async () => {
  const database = await ledgerWith({ T: ['{f: 1}'] }, { T: ['f'] });
  expect(await run(database, 'DROP TABLE T')).toEqual(['{tableId:"table1"}']);
  expect(await failureOf(database, 'SELECT * FROM T')).toContain('No such table: T');
  expect(await run(database, 'SELECT VALUE status FROM information_schema.user_tables')).toEqual(['"INACTIVE"']);
  expect(await run(database, 'UNDROP TABLE "table1"')).toEqual(['{tableId:"table1"}']);
  expect(await run(database, 'SELECT * FROM T WHERE f = 1')).toEqual(['{f:1}']);
});

test('an index is dropped by its id', async () => {
  const database = await ledgerWith({ T: [] }, { T: ['f'] });
  expect(await run(database, 'DROP INDEX "index2" ON T WITH (purge = true)')).toEqual(['{tableId:"table1"}']);
  expect(database.tables()[0]!.indexes).toEqual([]);
});

test.each([
  ['CREATE TABLE T', 'Table already exists: T'],
  ['CREATE TABLE _ql_x', 'names that start with _ql_ are reserved'],
  ['CREATE TABLE T (a INT)', 'a list of columns is not supported'],
  ['CREATE VIEW v', 'CREATE VIEW is not supported'],
  ['DROP TABLE Nope', 'No such table: Nope'],
  ['UNDROP TABLE "table1"', 'Table T is not dropped'],
  ['UNDROP TABLE "nope"', 'No table has the id nope'],
  ['CREATE INDEX ON Nope (f)', 'No such table: Nope'],
  ['CREATE INDEX ON T (f)', 'Table T already has an index on f'],
  ['CREATE INDEX ON T (g, h)', 'an index on several fields is not supported'],
  ['CREATE INDEX ON T (g.h)', 'an index on a nested field is not supported'],
  ['CREATE UNIQUE INDEX ON T (g)', 'a unique index is not supported'],
  [`CREATE INDEX ON T (${'g'.repeat(129)})`, 'a field name has 129 characters; at most 128 are allowed'],
  ['DROP INDEX "nope" ON T WITH (purge = true)', 'No such index on table T: nope'],
  ['DROP INDEX "index2" ON T', 'expected keyword WITH, found end of statement'],
  ['DROP INDEX "index2" ON T WITH (purge = false)', 'expected keyword TRUE, found keyword FALSE'],
  ['DROP INDEX "index2" ON T WITH (PURGE = true)', 'expected purge = true'],
  ['EXEC drop_all 1, 2, 3', 'No such stored procedure: drop_all'],
  ["EXEC redact_revision 1, 't', 'd'", 'REDACT_REVISION takes a block address'],
])('%s fails', async (statement, detail) => {
  expect(await failureOf(await ledgerWith({ T: [] }, { T: ['f'] }), statement)).toContain(detail);
});

test('a table that was dropped cannot come back while another bears its name', async () => {
  const database = await ledgerWith({ T: [] });
  await run(database, 'DROP TABLE T');
  await run(database, 'CREATE TABLE T');
  expect(await failureOf(database, 'UNDROP TABLE "table1"')).toContain('Table already exists: T');
});

test.each([
  ['SELECT * FROM T, T AS u, _ql_committed_U', [{ action: 'PartiQLSelect', table: { name: 'T' } }, { action: 'PartiQLSelect', table: { name: 'U' } }]],
  ['SELECT * FROM history(T)', [{ action: 'PartiQLHistoryFunction', table: { name: 'T' } }]],
  ["SELECT * FROM history('id')", [{ action: 'PartiQLHistoryFunction', table: { tableId: 'id' } }]],
  ['SELECT * FROM information_schema.user_tables', [{ action: 'PartiQLSelect', table: 'catalog' }]],
  ['SELECT * FROM T AS t, t.x AS x, <<1>>', [{ action: 'PartiQLSelect', table: { name: 'T' } }]],
  ['INSERT INTO T {}', [{ action: 'PartiQLInsert', table: { name: 'T' } }]],
  ['UPDATE T SET a = 1', [{ action: 'PartiQLUpdate', table: { name: 'T' } }]],
  ['FROM T AS t REMOVE t.a', [{ action: 'PartiQLUpdate', table: { name: 'T' } }]],
  ['FROM T AS t REMOVE t', [{ action: 'PartiQLDelete', table: { name: 'T' } }]],
  ['DELETE FROM T', [{ action: 'PartiQLDelete', table: { name: 'T' } }]],
  ['CREATE TABLE T', [{ action: 'PartiQLCreateTable', table: { name: 'T' } }]],
  ['DROP TABLE T', [{ action: 'PartiQLDropTable', table: { name: 'T' } }]],
  ['UNDROP TABLE "id"', [{ action: 'PartiQLUndropTable', table: { tableId: 'id' } }]],
  ['CREATE INDEX ON T (f)', [{ action: 'PartiQLCreateIndex', table: { name: 'T' } }]],
  ['DROP INDEX "i" ON T WITH (purge = true)', [{ action: 'PartiQLDropIndex', table: { name: 'T' } }]],
  ["EXEC REDACT_REVISION `{}`, 'id', 'd'", [{ action: 'PartiQLRedact', table: { tableId: 'id' } }]],
])('%s tells the permissions it needs', (text, permissions) => {
  expect(tablesOf(parseStatement(text))).toEqual(permissions);
});

test('the table of a redaction may be a parameter', () => {
  expect(tablesOf(parseStatement('EXEC REDACT_REVISION ?, ?, ?'), ['{}', '"id"', '"d"'].map(parseIon)))
    .toEqual([{ action: 'PartiQLRedact', table: { tableId: 'id' } }]);
});

test('statements tell whether they write and whether they define', () => {
  const kinds = ['SELECT * FROM T', 'DELETE FROM T', 'CREATE TABLE T'].map(parseStatement);
  expect(kinds.map(isReadOnly)).toEqual([true, false, false]);
  expect(kinds.map(isDefinition)).toEqual([false, false, true]);
});
