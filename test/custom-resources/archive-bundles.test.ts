import { execFile } from 'child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'fs/promises';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { promisify } from 'util';
import { CreateLedgerCommand, GetDigestCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { ledgerServiceClientConfig } from '../../src/client';
import { openEmbeddedService, serveHttp, type EmbeddedService, type HttpFront } from '../../src/service';
import { runCli } from '../cli/run-cli';
import { fullStack, resourcesOf } from '../constructs/full-stack';
import { FakeS3 } from '../fakes/fake-s3';

const HOUR_MILLISECONDS = 3_600_000;
const HOURS = 4;
const ROLE_ARN = 'arn:aws:iam::000000000000:role/export';

/** The bundles that stacks deploy, against the service that they are made for; S3 alone is a stand-in. */
let directory: string;
let service: EmbeddedService;
/** By whom they let callers be. */
const fronts: Record<string, HttpFront> = {};
let s3: FakeS3;
let qldb: QLDBClient;
/** The service's clock, which the ledger's blocks are written by. */
let now: () => number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-bundles-'));
  s3 = await FakeS3.start(() => new Date());
  const beginning = Date.now() - HOURS * HOUR_MILLISECONDS;
  now = () => beginning;
  service = await openEmbeddedService({
    directory: join(directory, 'ledgers'),
    clock: () => now(),
    destinations: {
      objects: async () => ({ check: async () => undefined, put: async ({ key, body }) => s3.put(key, body) }),
      exports: async () => { throw new Error('Nothing is restored here'); },
      records: async () => ({ check: async () => undefined, put: async () => undefined }),
    },
  });
  fronts.root = await serveHttp({ handle: service.handle, callerArn: service.callerArn, port: 0 });
  for (const { name, ledgerName, actions } of grantsOfTemplate()) {
    await service.engine.controlGrants.put({ grantId: name, principalArn: `arn:aws:iam::000000000000:role/${name}`, ledgerName, actions });
    fronts[name] = await serveHttp({ handle: service.handle, callerArn: `arn:aws:sts::000000000000:assumed-role/${name}/run`, port: 0 });
  }
  const environment = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: s3.url };
  Object.assign(process.env, environment);
  const connection = {
    ...ledgerServiceClientConfig({ url: fronts.root.url, region: 'us-east-1' }), credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
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
  await Promise.all(Object.values(fronts).map(front => front.close()));
  await service.stop();
  s3.stop();
  await rm(directory, { recursive: true });
});

/** What templates let the service be told of the roles that runs have: that has to be enough for them. */
function grantsOfTemplate(): { name: string; ledgerName: string; actions: string[] }[] {
  const grants = Object.values(resourcesOf(fullStack().stack)).filter(({ Type, Properties }) => Type === 'Custom::QldbLedgerGrant' && !Properties.Tables);
  return grants.map(({ Properties: { PrincipalArn, LedgerName, Actions } }) => ({
    name: /^(\w+)RunRole/.exec(PrincipalArn['Fn::GetAtt'][0])![1], ledgerName: LedgerName === '*' ? '*' : 'audit', actions: Actions,
  }));
}

/** Runs the handler of a bundle in a process of its own, as Lambda does, with the environment of its function. */
const invoked = promisify(execFile);
function run(bundle: string, environment: Readonly<Record<string, string>>): Promise<unknown> {
  const index = join(__dirname, '../../assets/custom-resources', bundle, 'index.js');
  return invoked(process.execPath, ['-e', `require(${JSON.stringify(index)}).run({})`], { env: { ...process.env, ...environment } });
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
      ServiceUrl: fronts.PaymentsSchedule.url,
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
    LEDGER_DIGEST: JSON.stringify({ ServiceUrl: fronts.PaymentsDigest.url, LedgerName: 'audit', DigestName: 'digest', Bucket: 'archive', Prefix: 'digests/' }),
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
  const live = await runCli('verify', 'ledger', 'audit', '--endpoint', fronts.root.url, '--digest', join(archive, digests[0]));
  expect(live).toMatchObject({ code: 0 });
});

test('the inventory lists the exports of every ledger under the grant that its template asks for, and may do nothing else', async () => {
  await run('job-inventory', {
    LEDGER_SERVICE_URL: fronts.Jobs.url,
    INVENTORY_NAME: 'jobs',
    ARCHIVE_BUCKET: 'archive',
    REPORT_PREFIX: 'jobs/',
    STUCK_AFTER_SECONDS: '86400',
    FAILURE_WINDOW_SECONDS: '86400',
  });
  const [report] = s3.keys(/^jobs\/.*\.jsonl$/);
  expect(s3.text(report)).toContain('"complete":true');
  expect(s3.text(report).split('\n').filter(line => line.includes('"JournalExport"') && line.includes('"COMPLETED"'))).not.toEqual([]);

  for (const name of ['PaymentsSchedule', 'PaymentsDigest', 'Jobs']) {
    const caller = new QLDBClient({ endpoint: fronts[name].url, region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } });
    await expect(caller.send(new CreateLedgerCommand({ Name: 'mine', PermissionsMode: 'ALLOW_ALL' }))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    caller.destroy();
  }
});
