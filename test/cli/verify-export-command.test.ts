import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { exportedLedger, type ExportedLedger } from './exported-ledger';
import { exportOf, variedJournal } from './generated-export';
import { runCli, runCliWith, type EndedProcess } from './run-cli';
import type { ExportRequest } from '../../src/engine';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cdk-ledger-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function exported(format: ExportRequest['outputFormat']): Promise<{ ledger: ExportedLedger; digest: string; dataFile: string }> {
  const ledger = await exportedLedger();
  await ledger.insert(20);
  const digest = await ledger.digest();
  await ledger.exportFrom(0, format);
  const [dataFile] = await ledger.copyTo(folder);
  return { ledger, digest, dataFile };
}

/** The few answers of S3 that reading an export takes, over a folder. */
async function serveBucket(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    if (url.searchParams.has('list-type')) {
      const prefix = url.searchParams.get('prefix')!;
      readdir(folder, { recursive: true, withFileTypes: true }).then((entries) => {
        const keys = entries.filter(entry => entry.isFile()).map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)));
        // Two keys a page, so that there are several.
        const start = Number(url.searchParams.get('continuation-token') ?? 0);
        const listed = keys.filter(key => key.startsWith(prefix)).sort();
        const next = start + 2 < listed.length ? `<NextContinuationToken>${start + 2}</NextContinuationToken>` : '';
        response.setHeader('content-type', 'application/xml');
        response.end(`<ListBucketResult>${listed.slice(start, start + 2).map(key => `<Contents><Key>${key}</Key></Contents>`).join('')}${next}</ListBucketResult>`);
      }, () => response.destroy());
    } else {
      const key = decodeURIComponent(url.pathname.slice('/archive/'.length));
      createReadStream(path.join(folder, key)).pipe(response);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('verify export', () => {
  test('reads a bucket', async () => {
    const { digest, dataFile } = await exported('ION_BINARY');
    const bucket = await serveBucket();
    const environment = { AWS_ENDPOINT_URL: bucket.url, AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
    try {
      const intact = await runCliWith(environment, 'verify', 'export', 's3://archive/books', '--digest', digest);
      expect(intact).toMatchObject({ code: 0, stdout: expect.stringContaining('VALID') });
      await writeFile(dataFile, (await readFile(dataFile)).subarray(0, -1));
      const damaged = await runCliWith(environment, 'verify', 'export', 's3://archive/books');
      expect(damaged).toMatchObject({ code: 2, stderr: expect.stringContaining('what follows block 20 is not a block') });
    } finally {
      await bucket.close();
    }
  });

  test.each(['ION_TEXT', 'ION_BINARY'] as const)('answers 0 for an untouched export in %s, and prints its digest', async (format) => {
    const { digest } = await exported(format);
    const { code, stdout } = await runCli('verify', 'export', folder, '--strict', '--digest', digest, '--tip', '21');
    expect(stdout).toContain(`${digest} at block 21`);
    expect(stdout).toContain('│ VALID ');
    expect(code).toBe(0);
  });

  test('answers 0 for an untouched export in JSON, and says how far that reaches', async () => {
    const { digest } = await exported('JSON');
    const { code, stdout } = await runCli('verify', 'export', folder, '--digest', digest);
    expect(stdout).toContain('VALID AS FAR AS JSON ALLOWS');
    expect(stdout).toContain('20 documents: JSON does not tell the types in them');
    expect(code).toBe(0);
  });

  test('says the same with several threads, and finds the same block first', async () => {
    const objects = exportOf(variedJournal(), 'ION_BINARY', { blocksPerObject: 1 });
    const place = async (): Promise<void> => {
      for (const [key, bytes] of objects) {
        await mkdir(path.dirname(path.join(folder, key)), { recursive: true });
        await writeFile(path.join(folder, key), bytes);
      }
    };
    const inThreads = (count: number): Promise<EndedProcess> => runCli('verify', 'export', folder, '--threads', String(count), '--json');
    await place();
    const intact = await inThreads(1);
    expect(intact).toMatchObject({ code: 0, stdout: expect.stringContaining('"blockCount": 5') });
    expect(await inThreads(3)).toEqual(intact);
    for (const key of [...objects.keys()].filter(name => /\.[24]-/.test(name))) {
      const changed = Buffer.from(objects.get(key)!);
      changed[changed.length - 20]! ^= 1;
      objects.set(key, changed);
    }
    await place();
    const tampered = await inThreads(1);
    expect(tampered).toMatchObject({ code: 1, stdout: expect.stringContaining('"firstBadBlock": 2') });
    expect(await inThreads(3)).toEqual(tampered);
    expect(await inThreads(0)).toMatchObject({ code: 2, stderr: expect.stringContaining('A number of threads is a whole number from 1 to 99.') });
  });

  test('finds an export whose objects were copied without their prefix', async () => {
    await exported('ION_TEXT');
    expect(await runCli('verify', 'export', path.join(folder, 'books'))).toMatchObject({ code: 0 });
  });

  test('takes several exports together', async () => {
    const { ledger, digest } = await exported('ION_TEXT');
    const between = ledger.fixture.time.millis;
    await ledger.insert(5);
    await ledger.exportFrom(between, 'ION_BINARY');
    await ledger.copyTo(folder);
    const { code, stdout } = await runCli('verify', 'export', folder, '--gapless', '--digest', digest, '--tip', '21', '--json');
    const common = { outcome: 'valid', digest: await ledger.digest(), digestSequenceNo: 26, notes: [], findings: [] };
    expect(JSON.parse(stdout)).toMatchObject([
      { ...common, firstSequenceNo: 0, lastSequenceNo: 21 }, { ...common, firstSequenceNo: 22, lastSequenceNo: 26 },
    ]);
    expect(code).toBe(0);
  });

  test.each(['ION_TEXT', 'JSON'] as const)('answers 1 for %s and names the block when a statement was changed', async (format) => {
    const { dataFile } = await exported(format);
    await writeFile(dataFile, (await readFile(dataFile, 'utf8')).replace('CREATE TABLE', 'CREATE TABLA'));
    const { code, stdout } = await runCli('verify', 'export', folder);
    expect(stdout).toMatch(/first bad block\s+│ 1 /);
    expect(stdout).toContain('Block 1: the hash of transactionInfo is not in entriesHashList');
    expect(code).toBe(1);
  });

  test('answers 1 and names the document when a value was changed', async () => {
    const { dataFile } = await exported('ION_TEXT');
    await writeFile(dataFile, (await readFile(dataFile, 'utf8')).replace('person 7', 'person 8'));
    const { code, stdout } = await runCli('verify', 'export', folder);
    expect(stdout).toMatch(/Block 9: the revision of document \w{22} does not hash to its hash field/);
    expect(code).toBe(1);
    const machine = await runCli('verify', 'export', folder, '--digest', Buffer.alloc(32).toString('base64'), '--json');
    expect(JSON.parse(machine.stdout)).toMatchObject([{
      outcome: 'tampered', firstBadBlock: 9, findings: [expect.stringContaining('Block 9:'), expect.stringContaining('lead to the digest')],
    }]);
  });

  test('answers 1 when a block was cut out', async () => {
    const { dataFile } = await exported('ION_TEXT');
    const lines = (await readFile(dataFile, 'utf8')).split('\n');
    await writeFile(dataFile, lines.filter((_, index) => index !== 5).join('\n'));
    const { code, stdout } = await runCli('verify', 'export', folder);
    expect(stdout).toContain('Block 6: follows block 4, though 5 was due');
    expect(code).toBe(1);
  });

  test('answers 1 when the blocks lead to another digest', async () => {
    await exported('ION_TEXT');
    const other = Buffer.alloc(32, 1).toString('base64');
    const { code, stdout } = await runCli('verify', 'export', folder, '--digest', other);
    expect(stdout).toContain(`not the expected ${other}`);
    expect(code).toBe(1);
  });

  test('answers 2 for an object that is no Ion or missing, and for no export at all', async () => {
    const { dataFile } = await exported('ION_TEXT');
    await writeFile(dataFile, `${(await readFile(dataFile, 'utf8')).slice(0, 5_000)}{{`);
    expect(await runCli('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringMatching(/UNREADABLE .*what follows block \d+ is not a block/) });
    await rm(dataFile);
    expect(await runCli('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('is missing, though the manifest') });
    await rm(path.join(folder, 'books'), { recursive: true });
    expect(await runCli('verify', 'export', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('No finished export') });
    expect(await runCli('verify', 'export', path.join(folder, 'nowhere'))).toMatchObject({ code: 2, stderr: expect.stringContaining('Cannot read the folder') });
  });
});
