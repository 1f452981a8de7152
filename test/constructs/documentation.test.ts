import { readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

const ROOT = path.join(__dirname, '..', '..');
const FIXTURE = readFileSync(path.join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').replace("'cdk-ledger'", "'../../src'");

/** The TypeScript blocks of a page, each a block of its own inside one stack, as the snippets of docstrings are compiled. */
function program(page: string): string {
  const blocks = [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => `{\n${block}}\n`);
  expect(blocks).not.toEqual([]);
  return FIXTURE.replace('/// here', blocks.join(''));
}

test('every snippet of the page on constructs compiles', () => {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.dev.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const fileName = path.join(__dirname, 'constructs-page.ts');
  const text = program('docs/constructs.md');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === fileName ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...rest);
  host.fileExists = name => name === fileName || fileExists.call(host, name);
  host.readFile = name => name === fileName ? text : readFile.call(host, name);

  // The fixture imports everything that any snippet may use.
  const compiler = ts.createProgram([fileName], { ...options, noUnusedLocals: false, noUnusedParameters: false }, host);
  const page = compiler.getSourceFile(fileName)!;
  const problems = [...compiler.getSyntacticDiagnostics(page), ...compiler.getSemanticDiagnostics(page)];
  expect(problems.map(({ messageText, start }) => `${ts.flattenDiagnosticMessageText(messageText, ' ')}: ${text.slice(start, start! + 60)}`)).toEqual([]);
});
