import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { CreateLedgerCommand, DescribeLedgerCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import type { ExportRequest } from '../../src/engine';
import { engineFixture, execute, newLedger, ROLE } from '../engine/engine-fixture';

const CLI = path.join(__dirname, '..', '..', 'assets', 'cli', 'index.js');

interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

const run = (...args: string[]): Promise<Ended> => new Promise((resolve) => {
  execFile(process.execPath, [CLI, ...args], (error, stdout, stderr) => resolve({ code: error ? error.code as number : 0, stdout, stderr }));
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('verify export', () => {
  let digest: string;
  let dataFile: string;

  async function exportTo(outputFormat: ExportRequest['outputFormat']): Promise<void> {
    const { engine, destinations, time } = engineFixture();
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    for (let index = 0; index < 20; index++) await execute(engine, 'INSERT INTO People ?', `{name:"person ${index}",born:1990-01-${10 + index}T}`);
    digest = Buffer.from((await engine.proofs.getDigest('books')).digest).toString('base64');
    await engine.exports.start('books', {
      inclusiveStartMillis: 0, exclusiveEndMillis: time.millis, bucket: 'archive', prefix: 'books', roleArn: ROLE, outputFormat,
      encryption: { objectEncryptionType: 'NO_ENCRYPTION' },
    });
    await engine.worker('worker', () => undefined).run(strandId, time.millis + 60_000);
    for (const { key, body } of destinations.exported.values()) {
      await mkdir(path.dirname(path.join(folder, key)), { recursive: true });
      await writeFile(path.join(folder, key), body);
      if (!key.endsWith('.manifest')) dataFile = path.join(folder, key);
    }
  }

  test.each(['ION_TEXT', 'ION_BINARY'] as const)('answers 0 for an untouched export in %s, and prints its digest', async (format) => {
    await exportTo(format);
    const { code, stdout } = await run('verify', 'export', folder, '--digest', digest, '--tip', '21');
    expect(stdout).toContain(digest);
    expect(stdout).toContain('VALID');
    expect(code).toBe(0);
  });

  test('finds an export whose objects were copied without their prefix', async () => {
    await exportTo('ION_TEXT');
    expect(await run('verify', 'export', path.join(folder, 'books'))).toMatchObject({ code: 0 });
  });

  test('answers 1 and names the block when a value was changed', async () => {
    await exportTo('ION_TEXT');
    await writeFile(dataFile, (await readFile(dataFile, 'utf8')).replace('person 7', 'person 8'));
    const { code, stdout } = await run('verify', 'export', folder);
    expect(stdout).toMatch(/Block 9: the revision of document \w{22} does not hash to its hash field/);
    expect(code).toBe(1);
  });

  test('answers 1 when a block was cut out', async () => {
    await exportTo('ION_TEXT');
    const lines = (await readFile(dataFile, 'utf8')).split('\n');
    await writeFile(dataFile, lines.filter((_, index) => index !== 5).join('\n'));
    const { code, stdout } = await run('verify', 'export', folder);
    expect(stdout).toContain('Block 6: follows block 4, though 5 was due');
    expect(code).toBe(1);
  });

  test('answers 1 when the blocks lead to another digest', async () => {
    await exportTo('ION_TEXT');
    const other = Buffer.alloc(32, 1).toString('base64');
    const { code, stdout } = await run('verify', 'export', folder, '--digest', other);
    expect(stdout).toContain(`not the expected ${other}`);
    expect(code).toBe(1);
  });

  test('answers 2 for an object that is missing, no Ion, or JSON', async () => {
    await exportTo('ION_TEXT');
    await writeFile(dataFile, `${(await readFile(dataFile, 'utf8')).slice(0, 5_000)}{{`);
    expect(await run('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringMatching(/UNREADABLE .*what follows block \d+ is not a block/) });
    await rm(dataFile);
    expect(await run('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('is missing, though the manifest') });
    await rm(path.join(folder, 'books'), { recursive: true });
    expect(await run('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('No finished export') });
    await exportTo('JSON');
    expect(await run('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('Export again as ION_TEXT or ION_BINARY') });
  });

  test('answers 2 for words that it does not understand', async () => {
    expect(await run('verify', 'export', folder, '--digest', 'short')).toMatchObject({ code: 2, stderr: expect.stringContaining('32 bytes in base64') });
    expect(await run('serve', '--data', folder, '--port', '70000')).toMatchObject({ code: 2, stderr: expect.stringContaining('from 0 to 65535') });
  });
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
    const { code, stderr } = await run('serve', '--data', folder);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/pid|process/);
    expect(await readdir(folder)).not.toEqual([]);
  });
});
