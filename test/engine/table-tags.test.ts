import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { memoryStore } from '../../src/store';

const tagged = "CREATE TABLE People WITH (aws_tags = `{'team': 'accounts'}`)";

async function ledgerWithTable(statement = tagged) {
  const fixture = engineFixture({ store: memoryStore() });
  const strandId = await newLedger(fixture.engine);
  const [{ tableId }] = await execute(fixture.engine, statement) as { tableId: string }[];
  return { ...fixture, strandId, tableId };
}

test('a table begins with the tags of its statement, and changes them alone', async () => {
  const { engine: { tableTags }, tableId } = await ledgerWithTable();
  expect(await tableTags.list('books', { tableId })).toEqual({ team: 'accounts' });
  await tableTags.tag('books', { tableId }, { owner: 'ada' });
  await tableTags.untag('books', { tableId }, ['team']);
  expect(await tableTags.list('books', { tableId })).toEqual({ owner: 'ada' });
  expect(await tableTags.list('books', 'catalog')).toEqual({});
});

test('a table without tags in its statement has none, and a dropped one keeps its own', async () => {
  const { engine, tableId } = await ledgerWithTable('CREATE TABLE People');
  expect(await engine.tableTags.list('books', { tableId })).toEqual({});
  await engine.tableTags.tag('books', { tableId }, { owner: 'ada' });
  await execute(engine, 'DROP TABLE People');
  expect(await engine.tableTags.list('books', { tableId })).toEqual({ owner: 'ada' });
});

test('tags that are added at once are all there', async () => {
  const { engine: { tableTags }, tableId } = await ledgerWithTable();
  await Promise.all(Array.from({ length: 8 }, (_, index) => tableTags.tag('books', { tableId }, { [`key${index}`]: 'x' })));
  expect(Object.keys(await tableTags.list('books', { tableId }))).toHaveLength(9);
});

test.each([
  ["{'aws:x': 'y'}", 'is reserved'],
  [`{'${'k'.repeat(129)}': 'y'}`, 'allowed are 1 to 128'],
  [`{'key': '${'v'.repeat(257)}'}`, 'allowed are 256'],
  [`{${Array.from({ length: 51 }, (_, index) => `k${index}:"v"`).join(',')}}`, 'may have 50'],
])('a statement with the tags %.30s is refused', async (tags, message) => {
  const { engine } = await ledgerWithTable('CREATE TABLE Other');
  const transaction = await begin(engine);
  await expect(transaction.run(`CREATE TABLE People WITH (aws_tags = \`${tags}\`)`)).rejects.toMatchObject({
    name: 'BadRequestException', message: expect.stringContaining(message),
  });
  await transaction.abort();
});

test('tags go with their ledger, and a table that does not exist has none', async () => {
  const { engine, store, strandId, tableId, time } = await ledgerWithTable();
  await engine.tableTags.tag('books', { tableId }, { owner: 'ada' });
  await engine.tableTags.tag('books', 'catalog', { owner: 'ada' });
  await expect(engine.tableTags.tag('books', { tableId: 'A'.repeat(22) }, { a: 'b' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await engine.ledgers.delete('books');
  await engine.worker('worker', () => undefined).run(strandId, time.millis + 60_000);
  for await (const { key } of store.query(strandId)) throw new Error(`${key.sort} is still there`);
  await expect(engine.tableTags.list('books', { tableId })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
