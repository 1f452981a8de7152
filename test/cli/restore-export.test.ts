import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { DescribeLedgerCommand, GetDigestCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { generatedArchive } from './archived-journal';
import { exportedLedger, type ExportedLedger } from './exported-ledger';
import { CLI, runCli } from './run-cli';
import { startLedgerService, type RunningLedgerService } from '../../src/service';

let folder: string;
let archive: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-restore-'));
  archive = path.join(folder, 'archive');
  data = path.join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function archived(format: 'ION_TEXT' | 'ION_BINARY' = 'ION_TEXT'): Promise<{ ledger: ExportedLedger; digest: string; dataFile: string }> {
  const ledger = await exportedLedger();
  await ledger.insert(20);
  await ledger.exportFrom(0, format);
  const [dataFile] = await ledger.copyTo(archive);
  return { ledger, digest: await ledger.digest(), dataFile };
}

const restore = (...options: string[]) => runCli('restore', 'export', archive, '--ledger', 'people', '--data', data, ...options);

async function served<T>(work: (client: QLDBClient, service: RunningLedgerService) => Promise<T>): Promise<T> {
  const service = await startLedgerService({ directory: data, port: 0 });
  const client = new QLDBClient({ endpoint: service.url, region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } });
  try {
    return await work(client, service);
  } finally {
    client.destroy();
    await service.close();
  }
}

describe('cdk-ledger restore export', () => {
  test.each(['ION_TEXT', 'ION_BINARY'] as const)('makes a ledger with the old digest, which cdk-ledger serve then serves (%s)', async (format) => {
    const { digest } = await archived(format);
    const { code, stdout } = await restore('--digest', digest, '--tip', '21');
    expect(stdout).toContain('RESTORED');
    expect(stdout).toContain(`${digest} at block 21`);
    expect(code).toBe(0);
    await served(async (client) => {
      expect(await client.send(new DescribeLedgerCommand({ Name: 'people' }))).toMatchObject({ State: 'ACTIVE', DeletionProtection: true, PermissionsMode: 'STANDARD' });
      const answer = await client.send(new GetDigestCommand({ Name: 'people' }));
      expect(Buffer.from(answer.Digest!).toString('base64')).toBe(digest);
    });
  });

  test('tells machines the outcome as JSON', async () => {
    const { digest, ledger } = await archived();
    const { code, stdout } = await restore('--json', '--permissions-mode', 'ALLOW_ALL', '--no-deletion-protection');
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'valid', ledgerName: 'people', strandId: ledger.strandId, objectCount: 1, blockCount: 22, digest, digestSequenceNo: 21, notes: [],
    });
    expect(code).toBe(0);
    await served(async client => expect(await client.send(new DescribeLedgerCommand({ Name: 'people' })))
      .toMatchObject({ DeletionProtection: false, PermissionsMode: 'ALLOW_ALL' }));
  });

  test('refuses what was tampered with, with exit code 1, and leaves name and journal free', async () => {
    const { digest, dataFile } = await archived();
    const intact = await readFile(dataFile, 'utf8');
    await writeFile(dataFile, intact.replace('person 7', 'person 8'));
    const refused = await restore('--digest', digest);
    expect(refused.stdout).toContain('TAMPERED WITH, no ledger was made');
    expect(refused.stdout).toMatch(/Block 9: the revision of document \w{22} does not hash to its hash field/);
    expect(refused.code).toBe(1);
    await served(async client => expect(client.send(new DescribeLedgerCommand({ Name: 'people' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' }));
    await writeFile(dataFile, intact);
    expect((await restore('--digest', digest)).code).toBe(0);
  });

  test('refuses what is cut off or missing with exit code 2', async () => {
    const { dataFile } = await archived();
    const intact = await readFile(dataFile, 'utf8');
    await writeFile(dataFile, intact.slice(0, -200));
    const cut = await restore();
    expect(cut.stdout).toMatch(/UNREADABLE, no ledger was made[^]*what follows block 20 is not a block/);
    expect(cut.code).toBe(2);
    await rm(dataFile);
    const missing = await restore();
    expect(missing.stderr).toMatch(/UNREADABLE The object .* is missing/);
    expect(missing.code).toBe(2);
  });

  test('does not touch a ledger that is there, nor a folder that is being served', async () => {
    await archived();
    expect((await restore()).code).toBe(0);
    const again = await restore();
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('The Ledger with name people already exists') });
    await served(async () => expect(await restore()).toMatchObject({ code: 2, stderr: expect.stringContaining(`${process.pid}`) }));
  });

  test('takes one place to restore into, and what a service needs', async () => {
    const run = (...options: string[]) => runCli('restore', 'export', archive, '--ledger', 'people', ...options);
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('Say where to restore into: --data DIRECTORY') });
    expect(await run('--endpoint', 'http://127.0.0.1:1')).toMatchObject({ code: 2, stderr: expect.stringContaining('A service reads exports from S3') });
    expect(await runCli('restore', 'export', 's3://a/b', '--ledger', 'people', '--endpoint', 'http://127.0.0.1:1'))
      .toMatchObject({ code: 2, stderr: expect.stringContaining('add --role ARN') });
  });

  test('goes on where it was killed, however often', async () => {
    const { digest, blockCount } = await generatedArchive(archive, 4_000);
    let killed = 0;
    for (let delayMillis = 600; ; delayMillis += 150) {
      // Little memory does, however long the journal: large-restore.heavy.test.ts restores many more blocks.
      const child = spawn(process.execPath, ['--max-old-space-size=48', CLI, 'restore', 'export', archive, '--ledger', 'people', '--data', data, '--digest', digest]);
      let stderr = '';
      child.stderr.on('data', chunk => stderr += chunk);
      const timer = setTimeout(() => child.kill('SIGKILL'), delayMillis);
      const [code] = await once(child, 'close') as [number | null];
      clearTimeout(timer);
      if (code !== null) {
        // The last kill may have come just after the end.
        if (!stderr.includes('The Ledger with name people already exists')) expect({ code, stderr }).toMatchObject({ code: 0 });
        break;
      }
      killed += 1;
    }
    expect(killed).toBeGreaterThan(0);
    await served(async (client) => {
      const answer = await client.send(new GetDigestCommand({ Name: 'people' }));
      expect(Buffer.from(answer.Digest!).toString('base64')).toBe(digest);
      expect(answer.DigestTipAddress!.IonText).toContain(`sequenceNo:${blockCount - 1}`);
    });
  }, 60_000);

  test('explains what a name may be', async () => {
    const { code, stderr } = await runCli('restore', 'export', archive, '--ledger', '-a', '--data', data);
    expect(stderr).toContain('1 to 32 letters, digits and single hyphens');
    expect(code).toBe(2);
  });
});
