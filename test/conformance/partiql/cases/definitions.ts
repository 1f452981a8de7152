import { INDEX_AT_ONCE_MAX } from '../../../../src/engine/limits';
import { answers, construct, refuses, section } from '../construct';

const ID = '{tableId:"<id>"}';
const indexOf = (table: string): string => `SELECT VALUE indexes[0].indexId FROM information_schema.user_tables WHERE name = '${table}'`;
const INDEX_LIFE = `an index over at most ${INDEX_AT_ONCE_MAX} documents is ONLINE with the commit that makes it; over more of them it is BUILDING until a `
  + 'worker has been through them, and reads go through the table meanwhile. It is never FINALIZING, FAILED or DELETING';
const twenty = Array.from({ length: 16 }, (_, index) => `CREATE TABLE T${index}`);

export const DEFINITIONS = [
  section('Definitions', 'Tables and indexes are made, dropped and brought back within transactions, like documents.', [
    construct('CREATE TABLE',
      answers('CREATE TABLE Order1', [ID]), answers('CREATE TABLE "Order"', [ID]), answers('CREATE TABLE T WITH (aws_tags = `{\'team\': \'a\'}`)', [ID]),
      answers('SELECT VALUE t.n FROM T AS t', ['1'], { before: ['CREATE TABLE T', 'INSERT INTO T {\'n\': 1}'] }),
      refuses('CREATE TABLE Person', 'Semantic Error: at line 1, column 1: Table already exists: Person'),
      refuses('CREATE TABLE _ql_mine', 'Semantic Error: at line 1, column 14: _ql_mine: names that start with _ql_ are reserved for the ledger'),
      refuses('CREATE TABLE T', 'Exceeded tables limit: Ledger has 20 active tables, and cannot have another', { before: twenty })),
    construct('DROP TABLE',
      answers('DROP TABLE Person', [ID]),
      refuses('SELECT * FROM Person', 'Semantic Error: at line 1, column 15: No such table: Person', { before: ['DROP TABLE Person'] }),
      answers('CREATE TABLE Gone', [ID]),
      refuses('DROP TABLE Gone', 'Semantic Error: at line 1, column 1: No such table: Gone')),
    construct('UNDROP TABLE',
      answers('UNDROP TABLE "<goneTable>"', ['{tableId:"<id>"}']),
      answers('SELECT VALUE k FROM Gone WHERE k = 1', ['1'], { before: ['UNDROP TABLE "<goneTable>"'], readIOs: 1 }),
      refuses('UNDROP TABLE "<logTable>"', 'Semantic Error: at line 1, column 1: Table Log is not dropped'),
      refuses('UNDROP TABLE "<goneTable>"', 'Semantic Error: at line 1, column 1: Table already exists: Gone', { before: ['CREATE TABLE Gone'] }),
      refuses('UNDROP TABLE "AAAAAAAAAAAAAAAAAAAAAA"', 'Semantic Error: at line 1, column 1: No table has the id <id>')),
    construct('CREATE INDEX',
      answers('CREATE INDEX ON Empty (f)', [ID]), answers('CREATE INDEX on Empty(f)', [ID]), answers('CREATE INDEX ON "Empty" ("the field")', [ID]),
      refuses('CREATE INDEX ON Person (GovId)', 'Semantic Error: at line 1, column 1: Table Person already has an index on GovId'),
      refuses('CREATE INDEX ON Nowhere (f)', 'Semantic Error: at line 1, column 1: No such table: Nowhere'),
      refuses('CREATE INDEX ON Empty (f)', 'Exceeded indexes limit: Table Empty has 5 indexes, and cannot create another',
        { before: ['a', 'b', 'c', 'd', 'e'].map(field => `CREATE INDEX ON Empty (${field})`) }),
      refuses('CREATE INDEX ON Empty (f.g)',
        'Semantic Error: at line 1, column 25: an index on a nested field is not supported; index a top-level field'),
      refuses('CREATE UNIQUE INDEX ON Empty (f)',
        'Semantic Error: at line 1, column 8: a unique index is not supported; look the value up before inserting, in the same transaction')),
    construct('composite index',
      refuses('CREATE INDEX ON Empty (f, g)',
        'Semantic Error: at line 1, column 25: an index on several fields is not supported; create one index for each field')),
    construct('DROP INDEX',
      answers('DROP INDEX "<personIndex>" ON Person WITH (purge = true)', [ID]),
      answers(indexOf('Person'), [], { before: ['DROP INDEX "<personIndex>" ON Person WITH (purge = true)'] }),
      refuses('DROP INDEX "<personIndex>" ON Person', 'Parser Error: at line 1, column 46: expected keyword WITH, found end of statement'),
      refuses('DROP INDEX "<personIndex>" ON Person WITH (purge = false)', 'Parser Error: at line 1, column 61: expected keyword TRUE, found keyword FALSE'),
      refuses('DROP INDEX "<personIndex>" ON Person WITH (PURGE = true)', 'Parser Error: at line 1, column 53: expected purge = true, found name PURGE'),
      refuses('DROP INDEX "nosuch" ON Person WITH (purge = true)', 'Semantic Error: at line 1, column 1: No such index on table Person: nosuch')),
  ]),
  section('The catalog', 'One row for each table, dropped ones included.', [
    construct('information_schema.user_tables',
      answers('SELECT name, status FROM information_schema.user_tables WHERE status = \'INACTIVE\'', ['{name:"Gone",status:"INACTIVE"}']),
      answers('SELECT VALUE name FROM information_schema.user_tables WHERE status = \'ACTIVE\'', ['"Person"', '"Vehicle"', '"Log"', '"Empty"']),
      answers('SELECT * FROM information_schema.user_tables WHERE name = \'Person\'',
        ['{tableId:"<id>",name:"Person",indexes:[{indexId:"<id>",expr:"[GovId]",status:"ONLINE"}],status:"ACTIVE"}']),
      answers('SELECT VALUE indexes FROM information_schema.user_tables info, info.indexes indexes WHERE info.name = \'Person\'',
        ['{indexId:"<id>",expr:"[GovId]",status:"ONLINE"}']),
      answers('SELECT VALUE indexes[0].expr FROM information_schema.user_tables WHERE status = \'ACTIVE\' AND name = \'Vehicle\'', ['"[VIN]"']),
      answers('SELECT VALUE 42 FROM information_schema.user_tables', ['42', '42', '42', '42', '42']),
      answers('SELECT VALUE i.status FROM information_schema.user_tables AS t, t.indexes AS i WHERE t.name = \'Empty\'', ['"ONLINE"'],
        { before: ['CREATE INDEX ON Empty (f)'], differs: INDEX_LIFE }),
      refuses('DELETE FROM information_schema.user_tables', 'Semantic Error: at line 1, column 13: information_schema is read only; change the table itself'),
      refuses('SELECT * FROM information_schema.tables',
        'Semantic Error: at line 1, column 15: No such table: information_schema.tables; there is only information_schema.user_tables')),
  ]),
];
