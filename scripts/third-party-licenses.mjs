// What the bundles carry of others: their notices must travel along, and their licences must allow it.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Licences under which code may be part of an Apache-2.0 product when its notice is kept. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']);
const NOTICE = /^(licen[cs]e|notice|copying)/i;

/** The notices of every package among esbuild's inputs, one after the other. Throws if a licence is unknown to us or has no text. */
export async function thirdPartyLicenses(inputs) {
  const folders = [...new Set(inputs.map(packageFolder).filter(folder => folder !== undefined))].sort();
  const packages = await Promise.all(folders.map(describe));
  const refused = packages.filter(({ license, text }) => !ALLOWED.has(license) || text === '');
  if (refused.length > 0) {
    throw new Error(`Bundled without a licence that is allowed, or without its text: ${refused.map(({ title }) => title).join(', ')}. `
      + `Allowed: ${[...ALLOWED].join(', ')}.`);
  }
  const titlesByText = new Map();
  for (const { text, title } of packages) titlesByText.set(text, (titlesByText.get(text) ?? new Set()).add(title));
  return [...titlesByText].map(([text, titles]) => `${[...titles].join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

/** The folder of the innermost package that a file belongs to; nothing for our own files. */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

async function describe(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const notices = (await readdir(folder)).filter(file => NOTICE.test(file)).sort();
  // Some packages of the AWS SDK come without the text, which is the same for all under that licence: our own has it.
  const files = notices.length === 0 && license === 'Apache-2.0' ? ['LICENSE'] : notices.map(file => join(folder, file));
  const text = (await Promise.all(files.map(file => readFile(file, 'utf8')))).join('\n');
  return { title: `${name} ${version} (${license})`, license, text: text.trim() };
}
