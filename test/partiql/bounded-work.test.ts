import { outcomeOf } from './fuzz/attack-outcome';
import { ATTACKS } from './fuzz/attacks';
import { MemoryDatabase } from './memory-database';
import { parseIon } from '../../src/ion';
import { limits, parseStatement, runStatement, WorkBudget } from '../../src/partiql';

test.each(ATTACKS.map(attack => [attack.name, attack] as const))('%s costs no more than a statement may', async (_, attack) => {
  const { steps } = await outcomeOf(attack);
  expect(steps).toBeLessThanOrEqual(limits.workMax);
});

test('what would take more work than a statement may is refused by that name, before it is done', async () => {
  const outcomes = await Promise.all(ATTACKS.slice(0, 7).map(outcomeOf));
  for (const { error } of outcomes) expect(error).toMatch(/too much work|more than 4000000|a path has|nested deeper/);
});

test('documents that a statement reads allow it more work, in proportion to their size', async () => {
  const database = new MemoryDatabase();
  const tableId = await database.createTable('T', {});
  const document = parseIon(`{list: [${'{n: 1},'.repeat(4_000)}]}`);
  for (let count = 0; count < 40; count++) await database.insert({ tableId, name: 'T', status: 'ACTIVE', indexes: [] }, document as never);
  const rows: unknown[] = [];
  const budget = new WorkBudget();
  const statement = 'SELECT COUNT(*) FROM T AS t, t.list AS l WHERE l.n = 1 AND l.n + 1 = 2 AND l.n IN (1, 2, 3)';
  for await (const row of runStatement(parseStatement(statement), [], database, budget)) rows.push(row);
  expect(rows).toEqual([parseIon('{_1: 160000}')]);
  expect(budget.spent).toBeGreaterThan(limits.workMax);
});
