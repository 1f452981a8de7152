import { execFile } from 'child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'fs/promises';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { promisify } from 'util';
import { CreateLedgerCommand, GetDigestCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { ledgerServiceClientConfig } from '../../src/client';
import { startLedgerService, type RunningLedgerService } from '../../src/service';
import { runCli } from '../cli/run-cli';
import { FakeS3 } from '../fakes/fake-s3';

const HOUR_MILLISECONDS = 3_600_000;
const HOURS = 4;
const ROLE_ARN = 'arn:aws:iam::000000000000:role/export';

/** The bundles that stacks deploy, against the service that they are made for; S3 alone is a stand-in. */
let directory: string;
let service: RunningLedgerService;
let s3: FakeS3;
let qldb: QLDBClient;
/** The service's clock, which the ledger's blocks are written by. */
let now: () => number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-bundles-'));
  s3 = await FakeS3.start(() => new Date());
  const beginning = Date.now() - HOURS * HOUR_MILLISECONDS;
  now = () => beginning;
  service = await startLedgerService({
    directory: join(directory, 'ledgers'),
    port: 0,
    clock: () => now(),
    destinations: {
      objects: async () => ({ check: async () => undefined, put: async ({ key, body }) => s3.put(key, body) }),
      exports: async () => { throw new Error('Nothing is restored here'); },
      records: async () => ({ check: async () => undefined, put: async () => undefined }),
    },
  });
  const environment = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: s3.url };
  Object.assign(process.env, environment);
  const connection = {
    ...ledgerServiceClientConfig({ url: service.url, region: 'us-east-1' }), credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  };
  qldb = new QLDBClient(connection);
  await qldb.send(new CreateLedgerCommand({ Name: 'audit', PermissionsMode: 'ALLOW_ALL' }));
  const driver = new QldbDriver('audit', connection);
  await driver.executeLambda(transaction => transaction.execute('CREATE TABLE Entry').then(() => undefined));
  for (let hour = 0; hour <= HOURS; hour++) {
    now = hour === HOURS ? () => Date.now() : () => beginning + hour * HOUR_MILLISECONDS;
    await driver.executeLambda(transaction => transaction.execute('INSERT INTO Entry ?', { hour }).then(() => undefined));
  }
  driver.close();
});
afterAll(async () => {
  qldb.destroy();
  await service.close();
  s3.stop();
  await rm(directory, { recursive: true });
});

/** Runs the handler of a bundle in a process of its own, as Lambda does, with the environment of its function. */
const invoked = promisify(execFile);
function run(bundle: string, environment: Readonly<Record<string, string>>): Promise<unknown> {
  const index = join(__dirname, '../../assets/custom-resources', bundle, 'index.js');
  return invoked(process.execPath, ['-e', `require(${JSON.stringify(index)}).run()`], { env: { ...process.env, ...environment } });
}

async function copyOfArchive(): Promise<string> {
  const copy = join(directory, 'archive');
  for (const [key, { body }] of s3.objects) {
    await mkdir(dirname(join(copy, key)), { recursive: true });
    await writeFile(join(copy, key), body);
  }
  return copy;
}

test('R24 deployed bundles export a real ledger in windows that join without gap or overlap, although runs come in twos; the digest they keep proves the ledger', async () => {
  const scheduled = () => run('journal-export-schedule', {
    EXPORT_SCHEDULE: JSON.stringify({
      ServiceUrl: service.url,
      LedgerName: 'audit',
      ScheduleName: 'hourly',
      RoleArn: ROLE_ARN,
      Bucket: 'archive',
      Prefix: 'journal/',
      OutputFormat: 'ION_TEXT',
      ObjectEncryptionType: 'SSE_S3',
      InclusiveStartTime: 'LEDGER_CREATION',
      WindowSeconds: 3600,
      WindowsPerRun: 24,
    }),
  });
  const keep = () => run('ledger-digest', {
    LEDGER_DIGEST: JSON.stringify({ ServiceUrl: service.url, LedgerName: 'audit', DigestName: 'digest', Bucket: 'archive', Prefix: 'digests/' }),
  });
  await keep();
  await keep();
  await Promise.all([scheduled(), scheduled()]);
  await scheduled();

  const windows = s3.keys(/^journal\/[^/]+\/[^/]+\.completed\.manifest$/);
  expect(windows).toHaveLength(HOURS);
  expect(s3.keys(/attempt/)).toHaveLength(HOURS);
  const digests = s3.keys(/^digests\//);
  expect(digests).toHaveLength(1);
  expect(JSON.parse(s3.text(digests[0])).Digest).toBe(Buffer.from((await qldb.send(new GetDigestCommand({ Name: 'audit' }))).Digest!).toString('base64'));

  const archive = await copyOfArchive();
  const gapless = await runCli('verify', 'export', join(archive, 'journal'), '--gapless', '--json');
  expect(gapless.code).toBe(0);
  const verdicts = JSON.parse(gapless.stdout) as { blockCount: number; lastSequenceNo: number }[];
  // Block 0, the table, and an entry for each hour but the current one.
  expect(verdicts.reduce((sum, { blockCount }) => sum + blockCount, 0)).toBe(2 + HOURS);

  // The newest entry is in a window that has not ended, so the digest is of a block that the archive cannot have yet.
  const tooEarly = await runCli('verify', 'export', join(archive, 'journal'), '--digest', join(archive, digests[0]));
  expect(tooEarly.code).toBe(1);
  expect(tooEarly.stdout + tooEarly.stderr).toContain(`The digest was taken at block ${2 + HOURS}, but the last block is ${1 + HOURS}`);
  const live = await runCli('verify', 'ledger', 'audit', '--endpoint', service.url, '--digest', join(archive, digests[0]));
  expect(live).toMatchObject({ code: 0 });
});
