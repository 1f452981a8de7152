import { fuzzStatements } from './statement-fuzz';

const STATEMENTS = 20_000;

test('any of twenty thousand statements, sound, broken or noise, gives rows or a StatementError within its work', async () => {
  const { violations, answered, refused, categories } = await fuzzStatements(1, STATEMENTS, () => performance.now());
  expect(violations).toEqual([]);
  // A fuzz that only ever meets refusals, or none, proves little.
  expect(answered.grammar).toBeGreaterThan(STATEMENTS / 20);
  for (const origin of ['grammar', 'broken grammar', 'words in any order', 'noise', 'repetition'] as const) expect(refused[origin]).toBeGreaterThan(STATEMENTS / 50);
  for (const category of ['Lexer', 'Parser', 'Semantic', 'Evaluator', 'Parameters']) expect(categories[category]).toBeGreaterThan(50);
}, 120_000);
