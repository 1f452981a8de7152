import { readFileSync } from 'node:fs';
import * as path from 'node:path';

const PAGE = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'drivers.md'), 'utf8');

/** Margins differ: Java's functions stand in a class. */
const withoutMargins = (text: string): string => text.split('\n').map(line => line.trim()).join('\n');

test.each([
  ['ts', 'nodejs/connect.ts'],
  ['python', 'python/connect.py'],
  ['java', 'java/src/main/java/Connect.java'],
  ['go', 'go/connect.go'],
])('the page\'s code in %s is the code that %s runs', (language, file) => {
  const blocks = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => withoutMargins(block!).trim());
  expect(blocks).toHaveLength(1);
  expect(withoutMargins(readFileSync(path.join(__dirname, file), 'utf8'))).toContain(blocks[0]);
});

const VERSION = /\d+\.\d+\.\d+/g;
const PINS = ['../../../package.json', 'python/requirements.txt', 'java/pom.xml', 'go/go.mod'];

test('the versions that the page names are those that are tested', () => {
  const rows = PAGE.split('\n').filter(line => /^\| .* \| \d+\.\d+\.\d+ \|/.test(line));
  expect(rows).toHaveLength(PINS.length);
  rows.forEach((row, index) => {
    const pins = readFileSync(path.join(__dirname, PINS[index]!), 'utf8');
    expect([row, row.match(VERSION)!.filter(version => !pins.includes(version))]).toEqual([row, []]);
  });
});
