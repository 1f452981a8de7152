import { failureOf, ledgerWith, run } from './ledger-fixture';
import type { MemoryDatabase } from './memory-database';
import { ionInt, ionString } from '../../src/ion/value';

let database: MemoryDatabase;
beforeEach(async () => {
  database = await ledgerWith(
    { T: ['{f: 1, g: "a", n: {f: 1}}', '{f: 2, g: "b"}', '{f: 1., g: "c"}', '{f: null}'], U: ['{k: 1}', '{k: 2}'] },
    { T: ['f', 'g'] },
  );
});

const scan = { kind: 'scan' };
const byIndex = (field: string, ...values: readonly unknown[]) => ({ kind: 'index', field, values });
const byId = (...documentIds: readonly string[]) => ({ kind: 'documentId', documentIds });
const one = ionInt(1);
const two = ionInt(2);

test.each([
  ['SELECT * FROM T', [], scan],
  ['SELECT * FROM T WHERE f = 1', [], byIndex('f', one)],
  ['SELECT * FROM T WHERE 1 = f', [], byIndex('f', one)],
  ['SELECT * FROM T AS t WHERE t.f = ?', ['2'], byIndex('f', two)],
  ["SELECT * FROM T AS t WHERE t['f'] = 1", [], byIndex('f', one)],
  ['SELECT * FROM T WHERE T.f = 1 + 1', [], byIndex('f', two)],
  ['SELECT * FROM T WHERE n.f = 1', [], scan],
  ['SELECT * FROM T WHERE f IN (1, 2, 1.0)', [], byIndex('f', { kind: 'decimal', coefficient: 10n, exponent: -1 }, two)],
  ['SELECT * FROM T WHERE f IN [1, 2]', [], scan],
  ['SELECT * FROM T WHERE f NOT IN (1, 2)', [], scan],
  ['SELECT * FROM T WHERE f IN (1, null)', [], scan],
  ['SELECT * FROM T WHERE f = 1 OR f = 2', [], scan],
  ['SELECT * FROM T WHERE f > 1', [], scan],
  ['SELECT * FROM T WHERE f + 0 = 1', [], scan],
  ['SELECT * FROM T WHERE f = g', [], scan],
  ["SELECT * FROM T WHERE f IN (1, 2) AND (g = 'a' AND n IS MISSING)", [], byIndex('g', ionString('a'))],
  ['SELECT * FROM T WHERE n = 1 AND f = 1', [], byIndex('f', one)],
  ["SELECT * FROM T BY id WHERE f = 1 AND id IN ('x', 'y', 'x', 3)", [], byId('x', 'y')],
  ['SELECT * FROM T AS f BY g WHERE f = 1', [], scan],
  ['SELECT * FROM _ql_committed_T WHERE data.f = 1', [], byIndex('f', one)],
  ['SELECT * FROM _ql_committed_T AS c WHERE c.data.f = 1', [], byIndex('f', one)],
  ['SELECT * FROM _ql_committed_T WHERE f = 1', [], scan],
  ["SELECT * FROM _ql_committed_T WHERE metadata.id = 'x'", [], byId('x')],
  ["SELECT * FROM _ql_committed_T AS c BY id WHERE id = 'x'", [], byId('x')],
  ['UPDATE T SET h = 1 WHERE f = 2', [], byIndex('f', two)],
  ["UPDATE T BY id SET h = 1 WHERE id = 'x'", [], byId('x')],
  ['DELETE FROM T AS t WHERE t.f = 2', [], byIndex('f', two)],
  ['FROM T AS t WHERE t.f = 2 SET t.h = 1', [], byIndex('f', two)],
  ['SELECT * FROM history(T) WHERE data.f = 1', [], { kind: 'history', window: { documentIds: undefined } }],
  ["SELECT * FROM history(T) AS h WHERE h.metadata.id IN ('x', 'y')", [], { kind: 'history', window: { documentIds: ['x', 'y'] } }],
  ["SELECT * FROM history(T) BY id WHERE id = 'x'", [], { kind: 'history', window: { documentIds: ['x'] } }],
])('%s reads with the narrowest access', async (statement, parameters, access) => {
  await run(database, statement, ...parameters);
  expect(database.reads).toEqual([{ table: 'T', access }]);
});

test('an index that is not online is not used', async () => {
  const building = database.tables().map((table) => ({ ...table, indexes: table.indexes.map((index) => ({ ...index, status: 'BUILDING' as const })) }));
  jest.spyOn(database, 'tables').mockReturnValue(building);
  await run(database, 'SELECT * FROM T WHERE f = 1');
  expect(database.reads).toEqual([{ table: 'T', access: scan }]);
});

test.each(['SELECT * FROM T WHERE f = null', 'SELECT * FROM T BY id WHERE id = 7', 'SELECT * FROM history(T) WHERE metadata.id = null'])(
  '%s reads nothing, for nothing can be equal', async (statement) => {
    expect(await run(database, statement)).toEqual([]);
    expect(database.reads).toEqual([]);
  });

test('a lookup finds what a scan finds: numbers of any type', async () => {
  expect(await run(database, 'SELECT VALUE g FROM T WHERE f = 1e0')).toEqual(['"a"', '"c"']);
});

test('the inner source of a join is looked up with the value of the outer one', async () => {
  expect(await run(database, 'SELECT u.k, t.g FROM U AS u, T AS t WHERE t.f = u.k AND u.k = 2')).toEqual(['{k:2,g:"b"}']);
  expect(database.reads).toEqual([{ table: 'U', access: scan }, { table: 'T', access: byIndex('f', two) }]);
});

test('the condition of a join is used like one of WHERE', async () => {
  expect(await run(database, 'SELECT t.g FROM U AS u JOIN T AS t ON u.k = t.f WHERE u.k = 2')).toEqual(['{g:"b"}']);
  expect(database.reads.map(({ access }) => access)).toEqual([scan, byIndex('f', two)]);
});

test('names without an alias do not narrow a source among several, for any of them may have the field', async () => {
  await run(database, 'SELECT * FROM T AS t, U AS u WHERE f = 2');
  expect(database.reads[0]).toEqual({ table: 'T', access: scan });
});

test('history can be narrowed to a window of time', async () => {
  await run(database, 'SELECT * FROM history(T, `2020-01-01T`, ?)', '2020-01-02T00:00:00Z');
  expect(database.reads).toEqual([{
    table: 'T', access: { kind: 'history', window: { documentIds: undefined, fromMillis: Date.UTC(2020, 0, 1), toMillis: Date.UTC(2020, 0, 2) } },
  }]);
});

test('the window of history ends now unless told otherwise', async () => {
  await run(database, 'SELECT * FROM history(T, `2020-01-01T`)');
  expect(database.reads[0]!.access).toEqual({
    kind: 'history', window: { documentIds: undefined, fromMillis: Date.UTC(2020, 0, 1), toMillis: database.nowMillis },
  });
});

test.each([
  ['SELECT * FROM history(T, `2020-01-02T`, `2020-01-01T`)', 'must not be after its end time'],
  ['SELECT * FROM history(T, `2020-01-02T`, `2999-01-01T`)', 'must not be in the future'],
  ["SELECT * FROM history(T, 'x')", 'history takes timestamps'],
  ["SELECT * FROM history('nope')", 'No table has the id nope'],
])('%s fails', async (statement, detail) => {
  expect(await failureOf(database, statement)).toContain(detail);
});

test('history reaches a dropped table by its id only', async () => {
  await run(database, 'DROP TABLE T');
  expect(await run(database, "SELECT VALUE metadata.version FROM history('table1')")).toEqual(['0', '0', '0', '0']);
  expect(await failureOf(database, 'SELECT * FROM history(T)')).toContain('No such table: T');
});

test('history has deleted revisions without data', async () => {
  await run(database, 'DELETE FROM U WHERE k = 1');
  expect(await run(database, 'SELECT data, metadata.version FROM history(U) AS h WHERE h.metadata.version = 1')).toEqual(['{version:1}']);
});
