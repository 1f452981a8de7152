import { failureOf, ledgerWith, run } from './ledger-fixture';
import type { MemoryDatabase } from './memory-database';

let database: MemoryDatabase;
beforeEach(async () => {
  database = await ledgerWith({
    T: ['{k: 1, l: [{p: 1}, {p: 2}, {p: 2}], s: a::{x: 1}}', '{k: 2, l: [10, 20, 30], s: {}}'],
  });
});

test.each([
  ['UPDATE T SET k = k + 1, l = k WHERE k = 1', '{k:2,l:1,s:a::{x:1}}'],
  ['UPDATE T SET s.x = null WHERE k = 1', '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{x:null}}'],
  ['UPDATE T SET s.y = `b::2020T` WHERE k = 1', '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{x:1,y:b::2020T}}'],
  ['UPDATE T SET l[1].p = 5 WHERE k = 1', '{k:1,l:[{p:1},{p:5},{p:2}],s:a::{x:1}}'],
  ["UPDATE T SET s['x'] = 5 WHERE k = 1", '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{x:5}}'],
  ['UPDATE T SET s = missing WHERE k = 1', '{k:1,l:[{p:1},{p:2},{p:2}]}'],
  ['UPDATE T AS t INSERT INTO t.l VALUE 9 WHERE t.k = 1', '{k:1,l:[{p:1},{p:2},{p:2},9],s:a::{x:1}}'],
  ['UPDATE T INSERT INTO l VALUE 9 AT 0 WHERE k = 1', '{k:1,l:[9,{p:1},{p:2},{p:2}],s:a::{x:1}}'],
  ["UPDATE T INSERT INTO s VALUE 9 AT 'new' WHERE k = 1", '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{x:1,new:9}}'],
  ["FROM T AS t WHERE t.k = 1 INSERT INTO t VALUE 9 AT 'new'", '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{x:1},new:9}'],
  ['UPDATE T REMOVE s.x WHERE k = 1', '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{}}'],
  ['UPDATE T REMOVE l[0] WHERE k = 1', '{k:1,l:[{p:2},{p:2}],s:a::{x:1}}'],
  ['UPDATE T REMOVE absent.x WHERE k = 1', '{k:1,l:[{p:1},{p:2},{p:2}],s:a::{x:1}}'],
  ['FROM T WHERE k = 1 REMOVE s', '{k:1,l:[{p:1},{p:2},{p:2}]}'],
  ['FROM T AS t WHERE t.k = 1 SET t.s = 1, t.l = 2', '{k:1,l:2,s:1}'],
  ['FROM T AS t, t.l AS e WHERE e.p = 2 SET e.p = 7', '{k:1,l:[{p:1},{p:7},{p:7}],s:a::{x:1}}'],
  ['FROM T AS t, @t.l AS e AT i WHERE e.p = 2 SET e = i', '{k:1,l:[{p:1},1,2],s:a::{x:1}}'],
  ['FROM T AS t, t.l AS e WHERE e.p = 2 REMOVE e', '{k:1,l:[{p:1}],s:a::{x:1}}'],
  ['FROM T AS t, t.l AS e WHERE t.k = 1 REMOVE t.l[0]', '{k:1,l:[{p:2},{p:2}],s:a::{x:1}}'],
  ['FROM T AS t, t.l AS e WHERE e.p = 1 INSERT INTO t.l VALUE e', '{k:1,l:[{p:1},{p:2},{p:2},{p:1}],s:a::{x:1}}'],
])('%s', async (statement, document) => {
  expect(await run(database, statement)).toEqual(['{documentId:"doc2"}']);
  expect(await run(database, "SELECT VALUE d FROM T AS d BY id WHERE id = 'doc2'")).toEqual([document]);
});

test('REMOVE of the alias deletes the document', async () => {
  expect(await run(database, 'FROM T AS t WHERE t.k = 1 REMOVE t')).toEqual(['{documentId:"doc2"}']);
  expect(await run(database, 'SELECT VALUE k FROM T')).toEqual(['2']);
});

test('no match, no row', async () => {
  expect(await run(database, 'UPDATE T SET k = 1 WHERE k = 77')).toEqual([]);
  expect(await run(database, 'DELETE FROM T WHERE k = null')).toEqual([]);
});

test('every form of null and annotation survives SET', async () => {
  for (const value of ['null', 'null.int', 'null.struct', 'a::b::null.timestamp', 'a::{x:c::1.10}']) {
    await run(database, 'UPDATE T SET v = ? WHERE k = 1', value);
    expect(await run(database, 'SELECT VALUE v FROM T WHERE k = 1')).toEqual([value]);
  }
});

test.each([
  ['INSERT INTO T VALUE 1', 'a document must be a struct, not int'],
  ['INSERT INTO T VALUE [{}]', 'a document must be a struct, not list'],
  ["INSERT INTO T <<{'a': 1}, 2>>", 'a document must be a struct, not int'],
  ['UPDATE T AS t SET t = 1', 'a document must be a struct, not int'],
  ['UPDATE T AS t SET t = MISSING', 'this would delete the document; use DELETE, or REMOVE t'],
  ['FROM T AS t, t AS x REMOVE x', 'this would delete the document; use DELETE, or REMOVE t'],
  ['UPDATE T SET s.a.b = 1', 's.a does not exist'],
  ['UPDATE T SET k.a = 1', 'k is int, which has no fields'],
  ['UPDATE T SET l[9] = 1', 'position 9 is outside of l, which has 3 elements'],
  ['UPDATE T INSERT INTO l VALUE 1 AT 4', 'position 4 is outside of l'],
  ["UPDATE T INSERT INTO l VALUE 1 AT 'x'", 'l is a list; AT takes a position in it'],
  ["UPDATE T INSERT INTO s VALUE 1 AT 'x'", 's already has the field x; change it with SET'],
  ['UPDATE T INSERT INTO s VALUE 1', "s is a struct; name the new field with AT 'field'"],
  ['UPDATE T INSERT INTO absent VALUE 1', 'absent does not exist'],
  ['UPDATE T INSERT INTO k VALUE 1', 'cannot insert into k, which is int'],
  ['UPDATE T BY id SET id = 1', 'id is not part of the document'],
  ['UPDATE T SET l[*] = 1', 'a wildcard in the path of a change is not supported'],
  ['UPDATE _ql_committed_T SET a = 1', '_ql_committed_T is read only'],
  ['DELETE FROM history(T)', 'history is read only'],
  ['FROM information_schema.user_tables REMOVE name', 'information_schema is read only'],
  ['FROM T AS t, U AS u SET t.a = 1', 'a statement changes one table'],
  ['FROM <<1>> AS t SET t.a = 1', 'only a table can be changed'],
  ['INSERT INTO T.l VALUE 1', 'INSERT INTO a path of a table is not supported'],
  ['INSERT INTO T SELECT * FROM T', 'INSERT of a query is not supported'],
  ['INSERT INTO T VALUES (1)', 'VALUES is not supported'],
])('%s fails and changes nothing', async (statement, detail) => {
  const before = await run(database, 'SELECT * FROM history(T)');
  expect(await failureOf(database, statement)).toContain(detail);
  expect(await run(database, 'SELECT * FROM history(T)')).toEqual(before);
});

test('a change of many documents that fails at one of them changes none', async () => {
  const message = await failureOf(database, 'UPDATE T SET l[0].p = 1');
  expect(message).toContain('l[0] is int');
  expect(await run(database, 'SELECT VALUE metadata.version FROM history(T)')).toEqual(['0', '0']);
});
