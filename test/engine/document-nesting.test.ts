import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { readBlocks } from '../../src/engine/journal-store';
import { DOCUMENT_NESTING_MAX } from '../../src/engine/limits';

const listed = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const REFUSED = { name: 'BadRequestException', message: expect.stringContaining(`Containers are nested deeper than ${DOCUMENT_NESTING_MAX}`) };

async function statementFails(statement: () => Promise<unknown>): Promise<void> {
  await expect(statement()).rejects.toMatchObject(REFUSED);
}

test('documents are nested as deep as all that holds them can be read, and no deeper', async () => {
  const { engine, store } = engineFixture();
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE T');
  const run = async (statement: string, ...parameters: string[]) => (await begin(engine)).run(statement, ...parameters);

  await execute(engine, 'INSERT INTO T ?', `{a: ${listed(DOCUMENT_NESTING_MAX - 1)}}`);
  await statementFails(async () => run('INSERT INTO T ?', `{a: ${listed(DOCUMENT_NESTING_MAX)}}`));
  await statementFails(async () => run('INSERT INTO T ?', `[{a: ${listed(DOCUMENT_NESTING_MAX)}}]`));
  await statementFails(async () => run('UPDATE T SET b = {\'more\': a}'));
  await statementFails(async () => run('UPDATE T SET b = [?]', listed(DOCUMENT_NESTING_MAX - 1)));

  await execute(engine, 'UPDATE T SET b = 1');
  expect(await execute(engine, 'SELECT h FROM history(T) AS h')).toHaveLength(2);
  expect(await execute(engine, 'SELECT * FROM _ql_committed_T')).toHaveLength(1);
  const numbers: number[] = [];
  for await (const { blockAddress } of readBlocks(store, strandId, 0, 99)) numbers.push(blockAddress.sequenceNo);
  expect(numbers).toEqual([0, 1, 2, 3]);
});

test('what a reader would take for a symbol table is refused as a document and as a row, and may be a part of either', async () => {
  const { engine } = engineFixture();
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE T');
  const run = async (statement: string, ...parameters: string[]) => (await begin(engine)).run(statement, ...parameters);
  const refused = { name: 'BadRequestException', message: expect.stringContaining('annotated $ion_symbol_table') };
  await expect(run('INSERT INTO T ?', '[$ion_symbol_table::{symbols: ["a"]}]')).rejects.toMatchObject(refused);
  await execute(engine, 'INSERT INTO T ?', '{x: $ion_symbol_table::{symbols: ["a"]}}');
  await expect(run('SELECT VALUE t.x FROM T AS t')).rejects.toMatchObject(refused);
  expect(await execute(engine, 'SELECT t.x FROM T AS t')).toEqual([{ x: { symbols: ['a'] } }]);
});
