import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { generatedArchive } from './archived-journal';
import { measured } from './large-export';
import { CLI } from './run-cli';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-large-restore-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// The bounded slice is in restore-export.test.ts.
test('a journal of 200,000 blocks is restored with a heap of 48 MB', async () => {
  const { digest, blockCount } = await generatedArchive(path.join(folder, 'archive'), 200_000);
  const begun = Date.now();
  const args = ['restore', 'export', path.join(folder, 'archive'), '--ledger', 'people', '--data', path.join(folder, 'data'), '--digest', digest, '--json'];
  const { code, stdout } = await measured(folder, ['--max-old-space-size=48', CLI, ...args]);
  const seconds = (Date.now() - begun) / 1000;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'valid', digest, blockCount });
  console.log(`${blockCount} blocks in ${seconds.toFixed(1)} s: ${Math.round(blockCount / seconds)} blocks/s`);
}, 1_800_000);
