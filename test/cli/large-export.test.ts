import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { residentGrowth, writeLargeExport } from './large-export';

const MEGABYTE = 1024 * 1024;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-large-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

// large-export.heavy.test.ts does the same with 200 MB.
test.each(['ION_TEXT', 'ION_BINARY'] as const)('an export in %s that is one large object is verified piece by piece', async (format) => {
  const blockCount = await writeLargeExport(path.join(folder, 'export'), 12 * MEGABYTE, format);
  const { code, stdout, growthBytes } = await residentGrowth(folder, path.join(folder, 'export'));
  expect(stdout).toContain(`${blockCount} (0 to ${blockCount - 1})`);
  expect(code).toBe(0);
  expect(growthBytes).toBeLessThan(64 * MEGABYTE);
});
