import { execFile } from 'child_process';
import { once } from 'events';
import { createServer, type IncomingHttpHeaders, type Server } from 'http';
import { type AddressInfo } from 'net';
import { join } from 'path';
import { promisify } from 'util';
import { type Job, type JobSource } from '../../src/client/jobs';
import { runJobInventory, type JobInventoryEdges } from '../../src/custom-resources/job-inventory-run';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ACCOUNT_ID } from '../fakes/fake-s3-control';
import { ORGANIZATION_ID } from '../fakes/fake-workmail';

const NOW = new Date('2026-11-20T12:00:05.678Z');
const DUE = new Date('2026-11-20T12:00:00Z');
const BUNDLE = join(__dirname, '../../assets/custom-resources/job-inventory/index.js');
const MARKUP = '<script>alert("1")</script> & \'x\'\u202e';

const job = (changes: Partial<Job> = {}): Job => ({
  kind: 'MailboxExport',
  jobId: 'job-1',
  subject: 'alice@example.com',
  state: 'COMPLETED',
  status: 'COMPLETED',
  createdAt: new Date('2026-11-20T11:00:00Z'),
  endedAt: new Date('2026-11-20T11:30:00Z'),
  ...changes,
});

const sourceOf = (kind: Job['kind'], jobs: Job[], error?: Error): JobSource => ({
  kind,
  name: `source of ${kind}`,
  page: async (nextToken) => {
    if (error && nextToken !== undefined) throw error;
    return { jobs, nextToken: error && 'page 2' };
  },
});

async function run(sources: JobSource[], edges: Partial<JobInventoryEdges> = {}) {
  const objects: Record<string, { contentType: string; body: string }> = {};
  const log: string[] = [];
  const thresholds = { stuckAfterMillis: 86_400_000, failureWindowMillis: 86_400_000 };
  const failure = await runJobInventory({ name: 'Stack-Jobs', sources, thresholds, prefix: 'job-inventory/' }, DUE, {
    now: () => NOW,
    pause: async () => false,
    putObject: async (key, contentType, body) => { objects[key] = { contentType, body }; },
    log: line => log.push(line),
    ...edges,
  }).then(() => undefined, (error: Error) => error);
  const lines = log.map(line => JSON.parse(line));
  return {
    failure,
    objects,
    log: lines,
    page: objects['job-inventory/2026/11/20/12-00-00Z.html']?.body,
    report: (objects['job-inventory/2026/11/20/12-00-00Z.jsonl']?.body ?? '').split('\n').filter(Boolean).map(line => JSON.parse(line)),
    metrics: lines.filter(({ _aws }) => _aws),
  };
}

const FAILED_EXPORT = job({ kind: 'JournalExport', jobId: 'export-1', subject: 'books', state: 'FAILED', status: 'CANCELLED', endedAt: undefined });
const STUCK_OPERATION = job({
  kind: 'BatchOperation', jobId: 'batch-1', subject: 'S3PutObjectCopy', state: 'RUNNING', status: 'Suspended', createdAt: new Date('2026-11-18T00:00:00Z'), endedAt: undefined,
});
const COMPLETE = [sourceOf('JournalExport', [FAILED_EXPORT]), sourceOf('MailboxExport', [job()]), sourceOf('BatchOperation', [STUCK_OPERATION])];

describe('the report', () => {
  test('has a line for the whole, for each listing and for each job', async () => {
    const { report } = await run(COMPLETE);
    expect(report[0]).toEqual({ type: 'inventory', name: 'Stack-Jobs', takenAt: NOW.toISOString(), complete: true, jobs: 3, failed: 1, stuck: 1 });
    expect(report.slice(1, 4).map(({ type, kind, jobs, pages }) => [type, kind, jobs, pages]))
      .toEqual([['listing', 'JournalExport', 1, 1], ['listing', 'MailboxExport', 1, 1], ['listing', 'BatchOperation', 1, 1]]);
    expect(report.slice(4).map(({ jobId, attention }) => [jobId, attention])).toEqual([['export-1', 'failed'], ['job-1', undefined], ['batch-1', 'stuck']]);
  });

  test('says what is missing when a kind cannot be listed to its end', async () => {
    const { report, page, log, failure } = await run([sourceOf('MailboxExport', [job()], new Error('no more')), sourceOf('BatchOperation', [STUCK_OPERATION])]);
    expect(failure).toBeUndefined();
    expect(report[0]).toMatchObject({ complete: false, jobs: 2 });
    expect(report[1]).toMatchObject({ type: 'listing', kind: 'MailboxExport', jobs: 1, gap: 'only 1 pages listed: no more' });
    expect(page).toContain('<h2>Not listed</h2>');
    expect(page).toContain('1 listing incomplete');
    expect(log).toContainEqual({ event: 'inventory-gap', source: 'source of MailboxExport', gap: 'only 1 pages listed: no more' });
  });

  test('is written to the same objects when an invocation is repeated', async () => {
    const names = async () => Object.keys((await run(COMPLETE)).objects);
    expect(await names()).toEqual(['job-inventory/2026/11/20/12-00-00Z.jsonl', 'job-inventory/2026/11/20/12-00-00Z.html']);
    expect(await names()).toEqual(await names());
  });

  test('that cannot be written fails the run, and the metrics tell it', async () => {
    const { failure, metrics } = await run(COMPLETE, { putObject: async () => { throw new Error('AccessDenied'); } });
    expect(failure?.message).toBe('AccessDenied');
    expect(metrics[0]).toMatchObject({ FailedJobs: 1, StuckJobs: 1, Gaps: 1 });
  });
});

describe('the page', () => {
  test('shows what failed and what is stuck before everything else', async () => {
    const { page } = await run(COMPLETE);
    expect(page).toContain('3 jobs: <span class="bad">1 failed lately, 1 stuck</span>.');
    const places = ['<h2>Failed</h2>', 'books', '<h2>Stuck</h2>', 'batch-1', '<h2>Numbers</h2>', '<h2>All jobs</h2>', 'alice'].map(text => page.indexOf(text));
    expect(places[0]).toBeGreaterThan(0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(page).toContain('<td>Journal exports</td><td class="number">0</td><td class="number">0</td><td class="number">1</td><td class="number">0</td>');
  });

  test('is one file that runs nothing, loads nothing and says so to the browser', async () => {
    const { page } = await run(COMPLETE);
    expect(page).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import/);
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  test('shows the text of others as text', async () => {
    const { page } = await run([
      sourceOf('MailboxExport', [job({ subject: MARKUP, jobId: MARKUP, status: MARKUP, target: MARKUP, progress: MARKUP })], new Error(MARKUP)),
    ]);
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u202e');
    expect(page.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; &amp; &#39;x&#39;\\u202e/g)!.length).toBeGreaterThanOrEqual(6);
  });

  test('of very many jobs says how many it shows and where the others are', async () => {
    const many = [...Array(2_500).keys()].map(index => job({ jobId: `job-${index}` }));
    const { page, report } = await run([sourceOf('MailboxExport', many)]);
    expect(page).toContain('The newest 2000 of 2500; 12-00-00Z.jsonl has all of them.');
    expect(page.match(/<tr><td>Mailbox exports<\/td><td>alice/g)).toHaveLength(2_000);
    expect(report).toHaveLength(2_502);
  });

  test('of no jobs says so', async () => {
    expect((await run([sourceOf('MailboxExport', [])])).page).toContain('0 jobs: <span class="good">nothing to look at</span>.');
  });
});

describe('the metrics', () => {
  test('count jobs by kind and state, and what needs attention, in CloudWatch\'s format', async () => {
    const { metrics } = await run(COMPLETE);
    expect(metrics[0]).toEqual({
      _aws: {
        Timestamp: NOW.getTime(),
        CloudWatchMetrics: [{
          Namespace: 'CdkLedger/Jobs',
          Dimensions: [['Inventory']],
          Metrics: [{ Name: 'FailedJobs', Unit: 'Count' }, { Name: 'StuckJobs', Unit: 'Count' }, { Name: 'Gaps', Unit: 'Count' }],
        }],
      },
      Inventory: 'Stack-Jobs',
      FailedJobs: 1,
      StuckJobs: 1,
      Gaps: 0,
    });
    const jobsIn = (Kind: string, State: string) => metrics.find(line => line.Kind === Kind && line.State === State)?.Jobs;
    expect([jobsIn('JournalExport', 'FAILED'), jobsIn('JournalExport', 'RUNNING'), jobsIn('MailboxExport', 'COMPLETED'), jobsIn('BatchOperation', 'RUNNING')])
      .toEqual([1, 0, 1, 1]);
    expect(metrics.find(({ Kind, State }) => Kind === 'BatchOperation' && !State)).toMatchObject({ FailedJobs: 0, StuckJobs: 1, Gaps: 0 });
  });

  test('have as many series with thousands of jobs as with one', async () => {
    const series = async (count: number) => {
      const jobs = [...Array(count).keys()].map(index => job({ jobId: `job-${index}`, subject: `user-${index}` }));
      return (await run([sourceOf('MailboxExport', jobs)])).metrics.map(({ Kind, State, _aws }) => [Kind, State, _aws.CloudWatchMetrics[0].Dimensions]);
    };
    expect(await series(3_000)).toEqual(await series(1));
  });

  test('of a kind whose listing has a gap tell failures, but no numbers that would be too small', async () => {
    const failed = job({ state: 'FAILED', status: 'FAILED' });
    const { metrics } = await run([sourceOf('MailboxExport', [failed], new Error('no more'))]);
    expect(metrics.filter(({ Jobs }) => Jobs !== undefined)).toEqual([]);
    expect(metrics[0]).toMatchObject({ FailedJobs: 1, Gaps: 1 });
  });
});

describe('the bundle that is deployed', () => {
  const stored: Record<string, { headers: IncomingHttpHeaders; body: string }> = {};
  let services: FakeJobServices;
  let s3: Server;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    services = await FakeJobServices.start();
    s3 = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        stored[`${request.method} ${request.url}`] = { headers: request.headers, body: Buffer.concat(chunks).toString() };
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(s3, 'listening');
    environment = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
      AWS_ENDPOINT_URL_WORKMAIL: services.url,
      AWS_ENDPOINT_URL_S3_CONTROL: services.url,
      INVENTORY_NAME: 'Stack-Jobs',
      MAILBOX_ORGANIZATIONS: ORGANIZATION_ID,
      BATCH_OPERATIONS_ACCOUNT: ACCOUNT_ID,
      ARCHIVE_BUCKET: 'archive',
      ARCHIVE_KEY_ARN: 'arn:aws:kms:eu-central-1:111122223333:key/k',
      REPORT_PREFIX: 'job-inventory/',
      STUCK_AFTER_SECONDS: '86400',
      FAILURE_WINDOW_SECONDS: '86400',
    };
  });
  afterAll(() => {
    services.stop();
    s3.close();
    s3.closeAllConnections();
  });

  test('lists with the credentials of its function and writes both reports, encrypted with the key of the archive', async () => {
    services.workMail.pageSize = 1;
    services.workMail.jobs.push(...['a', 'b'].map(JobId => ({
      JobId, OrganizationId: ORGANIZATION_ID, EntityId: `user-${JobId}`, State: 'COMPLETED', StartTime: Date.now() / 1000 - 60,
    })));
    const program = `require(${JSON.stringify(BUNDLE)}).run({ time: '2026-11-20T12:00:00Z' }, { getRemainingTimeInMillis: () => 600_000 })`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { env: environment });

    const page = stored['PUT /archive/job-inventory/2026/11/20/12-00-00Z.html'];
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-central-1:111122223333:key/k',
    });
    expect(page.body).toContain('user-b');
    expect(stored['PUT /archive/job-inventory/2026/11/20/12-00-00Z.jsonl'].body).toContain('"complete":true');
    expect(services.calls.map(({ operation }) => operation).sort()).toEqual(['ListJobs', 'ListMailboxExportJobs', 'ListMailboxExportJobs']);
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ event: 'inventory', jobs: 2, gaps: 0 });
  });
});
