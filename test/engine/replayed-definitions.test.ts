import { EMPTY_CATALOG, type Catalog } from '../../src/engine/catalog';
import { applyDefinition } from '../../src/engine/catalog';
import { changesOf } from '../../src/engine/read-set';
import { replayedDefinitions } from '../../src/engine/replayed-definitions';
import { ionStruct } from '../../src/ion';
import { buildBlock, GENESIS_PREVIOUS_HASH, statementDigest, type Block } from '../../src/journal';
import { idOf } from '../cli/generated-export';

interface Written { readonly table: string; readonly tableId: string; readonly statement: number }

let sequenceNo = 0;

function block(statements: readonly string[], ...written: readonly Written[]): Block {
  sequenceNo += 1;
  return buildBlock({
    strandId: idOf(1, 0),
    sequenceNo,
    previousBlockHash: GENESIS_PREVIOUS_HASH,
    transactionId: idOf(2, sequenceNo),
    blockTimestampMillis: sequenceNo,
    txTimeMillis: sequenceNo,
    statements: statements.map(statement => ({ statement, startTimeMillis: sequenceNo, statementDigest: statementDigest(statement) })),
    documents: written.map(({ table, tableId, statement }, index) => (
      { documentId: idOf(3, sequenceNo * 100 + index), tableName: table, tableId, statementIndexes: [statement], version: 0, data: ionStruct({}) })),
  });
}

function replayed(...blocks: readonly Block[]): { readonly catalog: Catalog; readonly doubts: readonly string[] } {
  const doubts: string[] = [];
  const catalog = blocks.reduce((before, each) => {
    const replay = replayedDefinitions(each, before);
    doubts.push(...replay.doubts);
    return replay.definitions.reduce((current, definition) => applyDefinition(current, definition, 'lifted'), before);
  }, EMPTY_CATALOG);
  return { catalog, doubts };
}

const inShort = ({ tables }: Catalog): string[] => tables.map(({ tableId, name, status, indexes }) =>
  `${name} ${tableId} ${status}${indexes.map(({ field }) => ` ${field}`).join('')}`);

const X = idOf(4, 1);
const Y = idOf(4, 2);

test('a table takes the id that stands beside its first document, and keeps its indexes', () => {
  const { catalog, doubts } = replayed(
    block(['CREATE TABLE T', 'CREATE INDEX ON T (a)']), block(['INSERT INTO T ?'], { table: 'T', tableId: X, statement: 0 }), block(['CREATE INDEX ON T (b)']),
  );
  expect(inShort(catalog)).toEqual([`T ${X} ACTIVE a b`]);
  expect(doubts).toEqual([]);
});

test('tables that bore one name one after the other are told apart, within one block too', () => {
  const { catalog } = replayed(
    block(['CREATE TABLE T']),
    block(['INSERT INTO T ?', 'DROP TABLE T', 'CREATE TABLE T', 'INSERT INTO T ?'], { table: 'T', tableId: Y, statement: 3 }, { table: 'T', tableId: X, statement: 0 }),
  );
  expect(inShort(catalog)).toEqual([`T ${X} INACTIVE`, `T ${Y} ACTIVE`]);
});

test('a table that was dropped while it was empty comes back by the id that its undropping names', () => {
  const { catalog } = replayed(block(['CREATE TABLE T']), block(['DROP TABLE T']), block([`UNDROP TABLE "${X}"`]));
  expect(inShort(catalog)).toEqual([`T ${X} ACTIVE`]);
});

test('of several empty dropped tables, the documents tell which one was undropped', () => {
  const before = [block(['CREATE TABLE T', 'CREATE TABLE U']), block(['DROP TABLE T', 'DROP TABLE U']), block([`UNDROP TABLE "${X}"`])];
  expect(replayed(...before).doubts).toEqual([expect.stringMatching(/undrops table .* which one of 2 dropped tables/)]);
  const { catalog } = replayed(...before, block(['INSERT INTO U ?'], { table: 'U', tableId: X, statement: 0 }));
  expect(inShort(catalog)).toEqual([expect.stringMatching(/^T \w{22} INACTIVE$/), `U ${X} ACTIVE`]);
});

test('documents of a table whose making is not in the journal make it', () => {
  expect(inShort(replayed(block([], { table: 'T', tableId: X, statement: 0 })).catalog)).toEqual([`T ${X} ACTIVE`]);
  const twice = [block([], { table: 'T', tableId: X, statement: 0 }), block(['INSERT INTO T ?'], { table: 'T', tableId: Y, statement: 0 })];
  expect(inShort(replayed(...twice).catalog)).toEqual([`T ${X} INACTIVE`, `T ${Y} ACTIVE`]);
});

test('an index dropped by an unknown id is the only one there is; of several all stay, and that is said', () => {
  const dropped = block([`DROP INDEX "${X}" ON T WITH (purge = true)`]);
  expect(inShort(replayed(block(['CREATE TABLE T', 'CREATE INDEX ON T (a)']), dropped).catalog)).toEqual([expect.stringMatching(/ACTIVE$/)]);
  const two = replayed(block(['CREATE TABLE T', 'CREATE INDEX ON T (a)', 'CREATE INDEX ON T (b)']), dropped, block(['CREATE INDEX ON T (a)']));
  expect(inShort(two.catalog)).toEqual([expect.stringMatching(/ACTIVE a b$/)]);
  expect(two.doubts).toEqual([expect.stringMatching(/^Block \d+: it drops one of the indexes of table T .* on a, b were all kept/)]);
});

test('statements that only speak of definitions, cannot be parsed, failed or went over a limit of today do no harm', () => {
  const many = Array.from({ length: 45 }, (_, index) => `CREATE TABLE T${index}`);
  const { catalog, doubts } = replayed(
    block(['SELECT * FROM T WHERE note = \'create table U\'', 'CREATE TABLE "odd name" OF some kind', 'drop it', 'DROP TABLE Nothing', 'CREATE INDEX ON Nothing (a)']),
    block([...many, 'CREATE TABLE T0']),
  );
  expect(catalog.tables).toHaveLength(45);
  expect(doubts).toEqual([]);
});

test('a statement that this service cannot parse defines nothing, and does not hinder the transactions that are compared with its block', () => {
  const foreign = block(['CREATE TABLE T', 'CREATE VIEW V AS SELECT * FROM T']);
  expect(inShort(replayed(foreign).catalog)).toEqual([expect.stringMatching(/^T \S+ ACTIVE$/)]);
  expect(changesOf(foreign, EMPTY_CATALOG).definesTables).toBe(true);
  expect(changesOf(block(['CREATE VIEW V AS SELECT * FROM T']), EMPTY_CATALOG).definesTables).toBe(false);
});
