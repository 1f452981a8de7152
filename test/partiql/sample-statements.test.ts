import { ledgerWith, run } from './ledger-fixture';
import type { MemoryDatabase } from './memory-database';

/** Documents of the shapes that the official samples use. */
const tables = {
  T: [
    '{f: 1, g: true, h: "x", k: 1, col: 1, name: "a", Owners: {PrimaryOwner: {PersonId: "p1"}, SecondaryOwners: [{PersonId: "s1"}]}, list: [{x: 1, y: "home"}, {x: 2, y: "work"}]}',
    '{f: 2, g: false, h: "y", k: 2, col: 2, name: "b", Owners: {PrimaryOwner: {PersonId: "p2"}, SecondaryOwners: []}, list: []}',
    '{f: 3, g: null.bool, h: null.string, k: 3, col: 3}',
  ],
  U: ['{f: 1, k: 1, a: {b: {c: "z"}}, u: "one"}', '{f: "doc3", k: 2, a: {b: {c: "w"}}, u: "two"}'],
};
const documentIds = ['doc2', 'doc3', 'doc4'];

let database: MemoryDatabase;
beforeEach(async () => {
  database = await ledgerWith(tables, {});
});

type Sample = readonly [statement: string, parameters: readonly string[], rows: readonly string[]];

const queries: readonly Sample[] = [
  ['SELECT VALUE f FROM T', [], ['1', '2', '3']],
  ['SELECT f FROM "T" WHERE f = ?', ['2'], ['{f:2}']],
  ['SELECT VALUE col FROM T;', [], ['1', '2', '3']],
  ["SELECT VALUE f FROM T WHERE h = 'x'", [], ['1']],
  ['SELECT VALUE h FROM T WHERE h IS NULL', [], ['null.string']],
  ["SELECT f, h FROM T WHERE h = 'x' AND  f = 1", [], ['{f:1,h:"x"}']],
  ['SELECT COUNT(*) FROM T', [], ['{_1:3}']],
  ['select max(f) from T', [], ['{_1:3}']],
  ['SELECT VALUE f FROM T WHERE f IN (?,?)', ['1', '3'], ['1', '3']],
  ['SELECT f FROM T WHERE f IN (?, ?) AND k IN (1, 2)', ['1', '3'], ['{f:1}']],
  ['SELECT Owners.PrimaryOwner.PersonId FROM T AS v WHERE v.f = ?', ['2'], ['{PersonId:"p2"}']],
  ['SELECT Owners.SecondaryOwners FROM T AS v WHERE v.f = ?', ['1'], ['{SecondaryOwners:[{PersonId:"s1"}]}']],
  ['SELECT r FROM T AS v INNER JOIN U AS r ON v.f = r.f WHERE r.a.b.c = ?', ['"z"'], ['{r:{f:1,k:1,a:{b:{c:"z"}},u:"one"}}']],
  ['SELECT U FROM U INNER JOIN T AS r ON U.f = r.f WHERE U.a.b.c = ?', ['"z"'], ['{U:{f:1,k:1,a:{b:{c:"z"}},u:"one"}}']],
  ['SELECT c.h, a.u FROM T AS c INNER JOIN U AS a ON c.k = a.k AND c.k = 1', [], ['{h:"x",u:"one"}']],
  ['select s.u,d.g,d.h from T as d BY d_id, U as s where d_id = s.f and d.g = false and s.k in ( ?, ? )', ['1', '2'], ['{u:"two",g:false,h:"y"}']],
  ['SELECT p.* FROM U AS p BY pid WHERE pid = ?', ['"doc6"'], ['{f:1,k:1,a:{b:{c:"z"}},u:"one"}']],
  ['SELECT id FROM T AS t BY id WHERE t.f = ?', ['1'], ['{id:"doc2"}']],
  ['SELECT * FROM U BY meta_id WHERE meta_id = ?', ['"doc6"'], ['{f:1,k:1,a:{b:{c:"z"}},u:"one",meta_id:"doc6"}']],
  ['SELECT p_id FROM T p BY p_id WHERE p.f = ? and p.g = ?', ['1', 'true'], ['{p_id:"doc2"}']],
  ['SELECT r_id, r.f FROM T AS r BY r_id', [], documentIds.map((id, index) => `{r_id:"${id}",f:${index + 1}}`)],
  ["SELECT a.x FROM T AS c, @c.list AS a WHERE a.y = 'home'", [], ['{x:1}']],
  ['SELECT buildingId, b.* FROM U AS b BY buildingId where b.k = ?', ['1'], ['{buildingId:"doc6",f:1,k:1,a:{b:{c:"z"}},u:"one"}']],
  ['SELECT SUM(data.f) as total FROM _ql_committed_T WHERE metadata.txTime >= `2023-04-05T12:16:45.915Z`', [], ['{total:6}']],
  ["SELECT f FROM T WHERE h LIKE 'x%'", [], ['{f:1}']],
  ['SELECT SUM(f) FROM T WHERE k BETWEEN 2 AND 3', [], ['{_1:5}']],
  ['SELECT metadata.id FROM _ql_committed_T WHERE data.f = ?', ['2'], ['{id:"doc3"}']],
  ['SELECT blockAddress, metadata.id FROM _ql_committed_T WHERE data.f = ?', ['2'], ['{blockAddress:{strandId:"strand",sequenceNo:0},id:"doc3"}']],
  ['SELECT metadata.version FROM _ql_committed_T AS d WHERE d.data.f IN (?,?)', ['1', '2'], ['{version:0}', '{version:0}']],
  ["SELECT c.metadata.id FROM _ql_committed_T AS c BY docId WHERE docId = 'doc3'", [], ['{id:"doc3"}']],
  ['SELECT metadata.id, metadata.version FROM _ql_committed_T AS t BY id WHERE t.data.f = ?', ['1'], ['{id:"doc2",version:0}']],
  ["SELECT r.data.Owners.PrimaryOwner FROM _ql_committed_T AS r WHERE r.metadata.id = 'doc2'", [], ['{PrimaryOwner:{PersonId:"p1"}}']],
  ['SELECT VALUE data.f FROM history(T)', [], ['1', '2', '3']],
  ["SELECT h.data.f FROM history(T) AS h WHERE h.metadata.id = 'doc2' AND h.metadata.version = 0", [], ['{f:1}']],
  ['SELECT VALUE data.f FROM history( T, `2021-01-01T00:00:00.000Z`, `2024-01-01T00:00:02Z`) AS h WHERE h.metadata.id = ?', ['"doc3"'], ['2']],
  ['SELECT data.Owners.PrimaryOwner, metadata.version FROM history (T, `2021-01-01T`) AS h WHERE h.metadata.id = ?', ['"doc3"'], ['{PrimaryOwner:{PersonId:"p2"},version:0}']],
  ['SELECT VALUE metadata.id FROM history(T) AS h WHERE h.metadata.id = ? AND h.metadata.txId = ? and h.blockAddress.sequenceNo = 0', ['"doc2"', '"tx0"'], ['"doc2"']],
  ['SELECT VALUE data.f FROM history(T) WHERE metadata.id = ? AND metadata.version = ?', ['"doc2"', '0'], ['1']],
  ["SELECT name FROM information_schema.user_tables WHERE status = 'ACTIVE'", [], ['{name:"T"}', '{name:"U"}']],
  ['SELECT VALUE tableId FROM information_schema.user_tables WHERE name = ?', ['"T"'], ['"table1"']],
  ['select value 42 from information_schema.user_tables', [], ['42', '42']],
];

test.each(queries)('%s', async (statement, parameters, rows) => {
  expect(await run(database, statement, ...parameters)).toEqual(rows);
});

test('the catalog shows indexes by path, by position and by unnesting', async () => {
  await run(database, 'CREATE INDEX on T(f)');
  await run(database, 'CREATE INDEX ON "T" ("g h")');
  expect(await run(database, "SELECT VALUE indexes[0] FROM information_schema.user_tables WHERE status = 'ACTIVE' AND name ='T'"))
    .toEqual(['{indexId:"index8",expr:"[f]",status:"ONLINE"}']);
  expect(await run(database, "SELECT VALUE indexes FROM information_schema.user_tables info, info.indexes indexes WHERE info.name = 'T'"))
    .toEqual(['{indexId:"index8",expr:"[f]",status:"ONLINE"}', '{indexId:"index9",expr:"[g h]",status:"ONLINE"}']);
});

test('a six-way self join reads each document once for each loop', async () => {
  const rows = await run(database, 'SELECT * FROM U as a, U as b, U as c, U as d, U as e, U as f');
  expect(rows).toHaveLength(64);
  expect(database.documentsRead).toBe(2 + 4 + 8 + 16 + 32 + 64);
  expect(rows[0]!.match(/u:/g)).toHaveLength(6);
});

const inserts: readonly Sample[] = [
  ['INSERT INTO T ?', ['{id: 1}'], ['{id:1}']],
  ['INSERT INTO "T" ?', ['{id: 1}'], ['{id:1}']],
  ['INSERT INTO T VALUE ?', ['{id: 1}'], ['{id:1}']],
  ['INSERT  INTO T ?', ['[{id: 1}, {id: 2}]'], ['{id:1}', '{id:2}']],
  ['INSERT INTO T `{id: 1}`', [], ['{id:1}']],
  ["INSERT INTO T VALUE {'a': 1, 'b': `2017-09-14T`}", [], ['{a:1,b:2017-09-14}']],
  ["INSERT INTO T << {'col': 1}, {'col': 2} >>", [], ['{col:1}', '{col:2}']],
  ["INSERT INTO T {'a': [1, <<2>>], 'b': missing}", [], ['{a:[1,[2]]}']],
  ['INSERT INTO T <<?,?>>', ['{a: x::1.50}', '{a: null.clob}'], ['{a:x::1.50}', '{a:null.clob}']],
];

test.each(inserts)('%s', async (statement, parameters, documents) => {
  await run(database, 'DELETE FROM T');
  const rows = await run(database, statement, ...parameters);
  expect(rows).toEqual(documents.map(() => expect.stringMatching(/^\{documentId:"doc\d+"\}$/)));
  expect(await run(database, 'SELECT * FROM T')).toEqual(documents);
});

type ChangeSample = readonly [statement: string, parameters: readonly string[], changed: number, check: string, rows: readonly string[]];

const changes: readonly ChangeSample[] = [
  ['UPDATE T SET f = ?', ['9'], 3, 'SELECT VALUE f FROM T', ['9', '9', '9']],
  ['UPDATE T SET f = ?, g = ? WHERE h = ? AND k = ?', ['9', 'a::null.int', '"x"', '1'], 1, 'SELECT f, g FROM T WHERE f = 9', ['{f:9,g:a::null.int}']],
  ['UPDATE T AS d SET d.f = ?, d.g = ? WHERE d.h = ?', ['9', '8', '"x"'], 1, 'SELECT f, g FROM T WHERE f = 9', ['{f:9,g:8}']],
  ['UPDATE T AS r SET r.Owners.PrimaryOwner.PersonId = ? WHERE r.f = ?', ['"new"', '1'], 1, 'SELECT VALUE Owners.PrimaryOwner FROM T WHERE f = 1', ['{PersonId:"new"}']],
  ["UPDATE T AS l BY pid SET l.f = ? WHERE pid = 'doc3'", ['9'], 1, 'SELECT VALUE h FROM T WHERE f = 9', ['"y"']],
  ['UPDATE T AS doc BY rid SET doc = ? WHERE rid = ?', ['{only: 1}', '"doc3"'], 1, "SELECT * FROM T BY id WHERE id = 'doc3'", ['{only:1,id:"doc3"}']],
  ['UPDATE T BY id SET f = f + ? WHERE id = ?', ['5', '"doc3"'], 1, 'SELECT VALUE f FROM T', ['1', '7', '3']],
  ['UPDATE T REMOVE Owners WHERE f = ? and h = ?', ['1', '"x"'], 1, 'SELECT VALUE f FROM T WHERE Owners IS MISSING', ['1', '3']],
  ['FROM T AS v WHERE v.f = ? INSERT INTO v.Owners.SecondaryOwners VALUE ?', ['1', '{PersonId: "s2"}'], 1,
    'SELECT VALUE Owners.SecondaryOwners FROM T WHERE f = 1', ['[{PersonId:"s1"},{PersonId:"s2"}]']],
  ['DELETE FROM T', [], 3, 'SELECT * FROM T', []],
  ['DELETE FROM T AS d WHERE d.f = ?', ['2'], 1, 'SELECT VALUE f FROM T', ['1', '3']],
  ['DELETE FROM T BY rid WHERE rid = ?', ['"doc2"'], 1, 'SELECT VALUE f FROM T', ['2', '3']],
];

test.each(changes)('%s', async (statement, parameters, changed, check, rows) => {
  expect(await run(database, statement, ...parameters)).toHaveLength(changed);
  expect(await run(database, check)).toEqual(rows);
});

test.each(['EXEC redact_revision ?, \'table1\', \'doc2\'', 'exec REDACT_REVISION ?, \'table1\', \'doc2\''])('%s', async (statement) => {
  expect(await run(database, statement, '{strandId: "s", sequenceNo: 7}'))
    .toEqual(['{blockAddress:{strandId:"s",sequenceNo:7},tableId:"table1",documentId:"doc2",version:0}']);
  expect(database.redacted).toEqual([{ strandId: 's', sequenceNo: 7n, tableId: 'table1', documentId: 'doc2' }]);
});
