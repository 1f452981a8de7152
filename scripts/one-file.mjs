// Puts the compiled library into one file. A CDK app loads it at every synthesis, and finding, reading and running some sixty modules takes longer than
// what most apps use of them: here a module runs when the first of its exports is used, as those of aws-cdk-lib do.
import { readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const FOLDER = 'lib';
/** Built here and moved at the end, so that a failed build leaves the last good one. */
const DRAFT = 'node_modules/.cache/cdk-ledger/one-file';

/** The modules of the exports, by their names. The list is that of the declarations, which the compiler writes and nobody else does. */
async function exportedBy() {
  const load = createRequire(resolve(FOLDER, 'index.js'));
  const statements = (await readFile(join(FOLDER, 'index.d.ts'), 'utf8')).trim().split('\n');
  return new Map(statements.flatMap((statement) => {
    const [, names, module] = /^export (?:\*|\{ (.*) \}) from '(\.\/[\w-]+)';$/.exec(statement) ?? [];
    if (!module) throw new Error(`lib/index.d.ts has '${statement}', which is no plain re-export: teach scripts/one-file.mjs what it means.`);
    const values = names?.split(', ').filter(name => !name.startsWith('type ')) ?? Object.keys(load(module));
    return values.map(name => [name, module]);
  }));
}

/** Packages that stay outside, but are looked for once, and not by each module that is in the file. */
function onceEach(...packages) {
  const filter = new RegExp(`^(?:${packages.join('|')})$`);
  return {
    name: 'once-each',
    setup({ onResolve, onLoad }) {
      onResolve({ filter }, ({ path, namespace }) => namespace === 'outside' ? { path, external: true } : { path, namespace: 'outside' });
      onLoad({ filter, namespace: 'outside' }, ({ path }) => ({ contents: `module.exports = require("${path}");`, resolveDir: FOLDER }));
    },
  };
}

const modules = await exportedBy();
const names = [...modules.keys()];
await build({
  stdin: {
    contents: `const modules = {
${names.map(name => `  ${name}: () => require("${modules.get(name)}"),`).join('\n')}
};
for (const [name, load] of Object.entries(modules)) Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });
`,
    resolveDir: FOLDER,
    sourcefile: 'index.js',
  },
  outfile: join(DRAFT, 'index.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  plugins: [onceEach('aws-cdk-lib', 'constructs')],
  // Errors name the class that they are about, and Node.js shows the line where they were thrown: so it stays one that can be read.
  keepNames: true,
  sourcemap: true,
  // By its second line Node.js knows the names when an ES module imports them.
  banner: { js: `"use strict";\n0 && (module.exports = { ${names.join(', ')} });` },
  logLevel: 'warning',
});
for (const file of ['index.js.map', 'index.js']) await rename(join(DRAFT, file), join(FOLDER, file));
