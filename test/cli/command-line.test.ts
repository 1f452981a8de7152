import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { CreateLedgerCommand, DescribeLedgerCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { CLI, runCli } from './run-cli';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('answers 2 for words that it does not understand', async () => {
  expect(await runCli('verify', 'export', folder, '--digest', 'short')).toMatchObject({ code: 2, stderr: expect.stringContaining('32 bytes in base64') });
  expect(await runCli('verify', 'ledger', 'books')).toMatchObject({ code: 2, stderr: expect.stringContaining('--endpoint') });
  expect(await runCli('serve', '--data', folder, '--port', '70000')).toMatchObject({ code: 2, stderr: expect.stringContaining('from 0 to 65535') });
});

describe('serve', () => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const served: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(served.splice(0).map(stop));
  });

  async function serve(): Promise<{ url: string; process: ChildProcess }> {
    const child = spawn(process.execPath, [CLI, 'serve', '--data', folder, '--port', '0', '--region', 'eu-central-1', '--account', '123456789012'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    served.push(child);
    for await (const line of createInterface(child.stdout!)) {
      const [, url] = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line) ?? [];
      if (url) return { url, process: child };
    }
    throw new Error('cdk-ledger serve ended without listening.');
  }

  async function stop(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  test('keeps ledgers and documents through a restart', async () => {
    const first = await serve();
    const options = { endpoint: first.url, region: 'eu-central-1', credentials };
    await new QLDBClient(options).send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'STANDARD' }));
    const writer = new QldbDriver('books', options);
    await writer.executeLambda(async (transaction) => {
      await transaction.execute('CREATE TABLE People');
      await transaction.execute('INSERT INTO People ?', { name: 'Ada' });
    });
    writer.close();
    await stop(first.process);

    const second = await serve();
    const restarted = { ...options, endpoint: second.url };
    expect(await new QLDBClient(restarted).send(new DescribeLedgerCommand({ Name: 'books' })))
      .toMatchObject({ Arn: 'arn:aws:qldb:eu-central-1:123456789012:ledger/books', State: 'ACTIVE' });
    const reader = new QldbDriver('books', restarted);
    const names = await reader.executeLambda(async transaction => (await transaction.execute('SELECT VALUE name FROM People')).getResultList());
    expect(names.map(name => name.stringValue())).toEqual(['Ada']);
    reader.close();
  });

  test('refuses a folder that another process serves', async () => {
    await serve();
    const { code, stderr } = await runCli('serve', '--data', folder);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/pid|process/);
    expect(await readdir(folder)).not.toEqual([]);
  });
});
