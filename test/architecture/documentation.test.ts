import { readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

const ROOT = path.join(__dirname, '..', '..');
const FIXTURE = readFileSync(path.join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').replace("'cdk-ledger'", "'../../src'");

const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

function blocks(page: string, language: string): string[] {
  const found = [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block);
  expect(found).not.toEqual([]);
  return found;
}

/** What the compiler has to say about a program that stands in no file. */
function problemsOf(text: string): string[] {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.dev.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const fileName = path.join(__dirname, 'page.ts');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === fileName ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...rest);
  host.fileExists = name => name === fileName || fileExists.call(host, name);
  host.readFile = name => name === fileName ? text : readFile.call(host, name);

  // The fixture imports everything that any snippet may use.
  const program = ts.createProgram([fileName], { ...options, noUnusedLocals: false, noUnusedParameters: false }, host);
  const page = program.getSourceFile(fileName)!;
  return [...program.getSyntacticDiagnostics(page), ...program.getSemanticDiagnostics(page)]
    .map(({ messageText, start }) => `${ts.flattenDiagnosticMessageText(messageText, ' ')}: ${text.slice(start, start! + 60)}`);
}

// Snippets of the README and of docstrings are compiled by jsii-rosetta; these are what it does not see.
test('every snippet of the pages on constructs compiles inside a stack', () => {
  const pages = [
    'docs/constructs.md', 'docs/ledger-service.md', 'docs/batch-operations.md', 'docs/mailbox-export.md', 'docs/job-inventory.md',
    'docs/audited-ledger.md', 'docs/ledger-checks.md', 'docs/ledger-dashboard.md',
    'docs/ledger.md', 'docs/journal-archive.md', 'docs/journal-export.md', 'docs/journal-export-schedule.md', 'docs/journal-stream.md',
    'docs/ledger-digest.md', 'docs/restore.md',
  ];
  const snippets = pages.flatMap(page => blocks(page, 'ts'));
  expect(problemsOf(FIXTURE.replace('/// here', snippets.map(block => `{\n${block}}\n`).join('')))).toEqual([]);
});

test('the client snippet of the README compiles', () => {
  const [client] = blocks('README.md', 'js');
  expect(problemsOf(client.replace("'cdk-ledger/lib/client'", "'../../src/client'"))).toEqual([]);
});

const PAGES = ['README.md', 'CONTRIBUTING.md', ...ts.sys.readDirectory(path.join(ROOT, 'docs'), ['.md']).map(file => path.relative(ROOT, file))];

test.each(PAGES)('%s links only to what exists', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => path.join(ROOT, path.dirname(page), target));
  expect(targets.filter(target => !ts.sys.fileExists(target) && !ts.sys.directoryExists(target))).toEqual([]);
});
