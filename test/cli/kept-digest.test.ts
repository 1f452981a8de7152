import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { keptDigest } from '../../src/cli/kept-digest';

const BASE64 = '8KASf+tR9zWNk5nTAFUf3YPnBUuBAofmqWXJgZg7MF4=';
const DIGEST = new Uint8Array(Buffer.from(BASE64, 'base64'));
const folder = mkdtempSync(path.join(tmpdir(), 'kept-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: unknown): string {
  const file = path.join(folder, 'digest.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const plain = ({ digest, ...tip }: ReturnType<typeof keptDigest>) => ({ digest: new Uint8Array(digest), ...tip });

test('base64 is the digest itself, of the newest block', () => {
  expect(plain(keptDigest(BASE64))).toEqual({ digest: DIGEST });
});

test('a file that LedgerDigest has kept tells the digest and the block that it was taken at', () => {
  const kept = { LedgerName: 'audit', Digest: BASE64, DigestTipAddress: { IonText: '{strandId:"JdxjkR9bSYB5jMHWcI464T",sequenceNo:4711}' } };
  expect(plain(keptDigest(fileOf(kept)))).toEqual({ digest: DIGEST, sequenceNo: 4711 });
});

test.each([['no JSON', 'garbage'], ['no digest', { Digest: 'short' }], ['an array', []]])('a file with %s is refused by its name', (_case, content) => {
  const file = fileOf(content);
  expect(() => keptDigest(file)).toThrow(`The file ${file} is not JSON with a member Digest of 32 bytes in base64.`);
});

test('what is neither a digest nor a file is told as both', () => {
  expect(() => keptDigest('c2hvcnQ=')).toThrow('A digest is 32 bytes in base64, as GetDigest prints it, or a file that holds one, and there is no such file.');
});
