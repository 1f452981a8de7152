import { join } from 'node:path';
import { loadESLint } from 'eslint';

const REPOSITORY = join(__dirname, '..', '..');

/** What the lint rule for arrows says of an import, written into a file of a room. */
async function complaints(file: string, imported: string): Promise<string[]> {
  const ESLint = await loadESLint({ useFlatConfig: false });
  const eslint = new ESLint({
    cwd: REPOSITORY,
    overrideConfigFile: join(REPOSITORY, '.eslintrc.json'),
    // The file does not exist, so there are no types to lint with; arrows need none.
    overrideConfig: { parserOptions: { project: null }, rules: Object.fromEntries(TYPED_RULES.map(rule => [rule, 'off'])) },
  } as never);
  const [{ messages }] = await eslint.lintText(`import * as imported from '${imported}';\nexport const used = imported;\n`, {
    filePath: join(REPOSITORY, file),
  });
  return messages.filter(({ ruleId }) => ruleId === 'import/no-restricted-paths').map(({ message }) => message);
}

const TYPED_RULES = ['@typescript-eslint/no-floating-promises', '@typescript-eslint/return-await'];

test.each([
  ['src/ion/stray.ts', '../journal/block'],
  ['src/journal/stray.ts', '../engine/engine'],
  ['src/journal/stray.ts', '../partiql/lexer'],
  ['src/partiql/stray.ts', '../journal/block'],
  ['src/store/stray.ts', '../ion/value'],
  ['src/engine/stray.ts', '../service/wire'],
  ['src/custom-resources/stray.ts', '../engine/engine'],
  ['src/client/stray.ts', '../ion/value'],
  ['src/service/stray.ts', '../custom-resources/lifecycle'],
  ['src/stray.ts', './engine/engine'],
  ['src/stray.ts', './client/reachable-url'],
  ['src/engine/stray.ts', '../ledger'],
])('%s may not import %s', async (file, imported) => {
  expect(await complaints(file, imported)).not.toEqual([]);
});

test.each([
  ['src/journal/allowed.ts', '../ion/value'],
  ['src/partiql/allowed.ts', '../ion/value'],
  ['src/engine/allowed.ts', '../journal/block'],
  ['src/engine/allowed.ts', '../store/store'],
  ['src/service/allowed.ts', '../engine/engine'],
  ['src/custom-resources/allowed.ts', '../client/reachable-url'],
  ['src/cli/allowed.ts', '../service/embedded'],
  ['src/allowed.ts', './ledger'],
])('%s may import %s', async (file, imported) => {
  expect(await complaints(file, imported)).toEqual([]);
});
