import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as library from '../../src';

const ENTRY = path.join(__dirname, '..', '..', 'lib', 'index.js');

/** What a process of its own prints, which has nothing loaded yet. */
async function printed(code: string, ...options: string[]): Promise<unknown> {
  if (!existsSync(`${ENTRY}.map`)) throw new Error('Compile the library first: npx projen compile');
  const { stdout } = await promisify(execFile)(process.execPath, [...options, '--eval', code], { cwd: path.join(__dirname, '..', '..') });
  return JSON.parse(stdout) as unknown;
}

const NAMES = Object.keys(library).sort();
const LOAD = `const library = require(${JSON.stringify(ENTRY)});`;

test('the one file exports what the library exports, whole and under the same names', async () => {
  expect(await printed(`${LOAD} console.log(JSON.stringify(Object.keys(library).sort()))`)).toEqual(NAMES);
  const classes = NAMES.filter(name => typeof library[name as keyof typeof library] === 'function');
  expect(classes.length).toBeGreaterThan(20);
  expect(await printed(`${LOAD} console.log(JSON.stringify(${JSON.stringify(classes)}.map(name => library[name].name)))`)).toEqual(classes);
});

test('ES modules import from it by name', async () => {
  const code = `import { ${NAMES.join(', ')} } from ${JSON.stringify(ENTRY)}; console.log(JSON.stringify([${NAMES.join(', ')}].length))`;
  expect(await printed(code, '--input-type=module')).toBe(NAMES.length);
});

test('loading it loads no service of CDK, and a ledger none that it does not use', async () => {
  const services = '[...new Set(Object.keys(require.cache).flatMap(file => /aws-cdk-lib\\W(aws-[\\w-]+)\\Wlib/.exec(file)?.[1] ?? []))].sort()';
  expect(await printed(`${LOAD} console.log(JSON.stringify(${services}))`)).toEqual([]);
  const made = 'const { App, Stack } = require("aws-cdk-lib"); new library.Ledger(new Stack(new App(), "Stack"), "Ledger");';
  const used = await printed(`${LOAD} ${made} console.log(JSON.stringify(${services}))`) as string[];
  expect(used).toContain('aws-lambda');
  expect(used.filter(service => ['aws-cloudwatch', 'aws-kinesis', 'aws-lambda-event-sources', 'aws-apigateway'].includes(service))).toEqual([]);
});
