import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const ASSETS = path.join(__dirname, '..', '..', 'assets');

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** Of all that is in a folder. */
const hashOf = (folder: string): string =>
  sha256(JSON.stringify(readdirSync(folder).sort().map(file => [file, sha256(readFileSync(path.join(folder, file)))])));

test('the hash that synthesis takes for a bundle is that of its content, so that another content is another asset', () => {
  const bundles = ['custom-resources', 'service'].flatMap(kind => readdirSync(path.join(ASSETS, kind)).map(name => `${kind}/${name}`));
  expect(bundles.length).toBeGreaterThan(8);
  expect(JSON.parse(readFileSync(path.join(ASSETS, 'hashes.json'), 'utf8')))
    .toEqual(Object.fromEntries(bundles.map(bundle => [bundle, hashOf(path.join(ASSETS, bundle))])));
});
