import { CreateLedgerCommand, ExportJournalToS3Command, ListJournalS3ExportsCommand } from '@aws-sdk/client-qldb';
import { takeJobInventory, type JobSource } from '../../src/client/jobs';
import { batchOperations } from '../../src/client/jobs/batch-operations';
import { journalExports } from '../../src/client/jobs/journal-exports';
import { mailboxExports } from '../../src/client/jobs/mailbox-exports';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ACCOUNT_ID } from '../fakes/fake-s3-control';
import { ORGANIZATION_ID } from '../fakes/fake-workmail';
import { eventually, ROLE_ARN, startLocalService } from '../service/local-service';

const NOW = new Date('2026-11-20T12:00:00Z');
const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;
const THRESHOLDS = { stuckAfterMillis: DAY_MILLIS, failureWindowMillis: DAY_MILLIS };

let services: FakeJobServices;
beforeEach(async () => { services = await FakeJobServices.start(() => NOW); });
afterEach(() => services.stop());

const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR_MILLIS);
const mailboxSource = () => mailboxExports(services.workMailClient(), ORGANIZATION_ID);
const batchSource = () => batchOperations(services.s3ControlClient(), ACCOUNT_ID);

/** Waits as often as asked, for no time at all. */
function patient(times = Infinity) {
  const attempts: number[] = [];
  return { attempts, pause: async (attempt: number) => attempts.push(attempt) <= times };
}
const inventory = (sources: JobSource[], pause = patient().pause, now = NOW) => takeJobInventory(sources, THRESHOLDS, now, pause);

function addMailboxExports(count: number, changes: Record<string, unknown> = {}) {
  const first = services.workMail.jobs.length;
  services.workMail.jobs.push(...[...Array(count).keys()].map(index => ({
    JobId: `mailbox-job-${first + index}`,
    OrganizationId: ORGANIZATION_ID,
    EntityId: `user-${first + index}`,
    S3BucketName: 'archive',
    S3Path: `archive/workmail/${first + index}.zip`,
    State: 'COMPLETED',
    StartTime: hoursAgo(2).getTime() / 1000,
    ...changes,
  })));
}

function addBatchOperations(count: number, changes: Record<string, unknown> = {}) {
  const first = services.s3Control.jobs.length;
  services.s3Control.jobs.push(...[...Array(count).keys()].map(index => ({
    JobId: `00000000-0000-4000-8000-${String(first + index).padStart(12, '0')}`,
    Status: 'Complete',
    seen: 0,
    request: { Operation: { S3PutObjectLegalHold: {} } },
    CreationTime: hoursAgo(3).toISOString(),
    ...changes,
  })));
}

describe('every job is listed', () => {
  test('of all three kinds, over as many pages as there are', async () => {
    services.workMail.pageSize = 7;
    services.s3Control.pageSize = 3;
    addMailboxExports(50);
    addBatchOperations(31);
    const service = await startLocalService();
    try {
      for (const Name of ['books', 'papers']) await service.qldb.send(new CreateLedgerCommand({ Name, PermissionsMode: 'ALLOW_ALL' }));
      const ends = async () => (await service.qldb.send(new ListJournalS3ExportsCommand({}))).JournalS3Exports!.filter(({ Status }) => Status === 'IN_PROGRESS');
      for (let count = 0; count < 104; count++) {
        await service.qldb.send(new ExportJournalToS3Command({
          Name: count % 2 ? 'books' : 'papers',
          InclusiveStartTime: hoursAgo(9),
          ExclusiveEndTime: new Date(Date.now() - 1000),
          RoleArn: ROLE_ARN,
          S3ExportConfiguration: { Bucket: 'archive', Prefix: 'journal', EncryptionConfiguration: { ObjectEncryptionType: 'NO_ENCRYPTION' } },
        }));
        if (count % 4 === 3) await eventually(ends, running => running.length === 0);
      }
      const { jobs, listings, gaps } = await inventory([journalExports(service.qldb, service.url), mailboxSource(), batchSource()]);
      expect(gaps).toEqual([]);
      expect(listings.map(({ kind, jobs: { length }, pageCount }) => [kind, length, pageCount]))
        .toEqual([['JournalExport', 104, 2], ['MailboxExport', 50, 8], ['BatchOperation', 31, 11]]);
      expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(185);
      expect(jobs.find(({ kind }) => kind === 'JournalExport')).toMatchObject({
        state: 'COMPLETED', status: 'COMPLETED', subject: expect.stringMatching(/books|papers/), target: expect.stringMatching(/^s3:\/\/archive\/journal/),
      });
    } finally {
      await service.stop();
    }
  }, 60_000);

  test('once, although the pages moved while they were read', async () => {
    let calls = 0;
    const source: JobSource = {
      kind: 'MailboxExport',
      name: 'moving pages',
      page: async () => ({
        jobs: [{ kind: 'MailboxExport', jobId: 'same', subject: 'alice', state: calls++ === 0 ? 'RUNNING' : 'COMPLETED', status: 'any' }],
        nextToken: calls < 3 ? `page ${calls}` : undefined,
      }),
    };
    expect((await inventory([source])).jobs).toEqual([expect.objectContaining({ jobId: 'same', state: 'COMPLETED' })]);
  });

  test('in one shape', async () => {
    addMailboxExports(1, { State: 'RUNNING', EstimatedProgress: 40, polls: 9 });
    services.s3Control.tasks = { total: 5, failed: 2 };
    addBatchOperations(1, { TerminationDate: hoursAgo(1).toISOString() });
    expect((await inventory([mailboxSource(), batchSource()])).jobs).toEqual([
      {
        kind: 'MailboxExport',
        jobId: 'mailbox-job-0',
        subject: 'user-0',
        state: 'RUNNING',
        status: 'RUNNING',
        createdAt: hoursAgo(2),
        target: 's3://archive/workmail/0.zip',
        progress: '40 %',
      },
      expect.objectContaining({ kind: 'BatchOperation', subject: 'S3PutObjectLegalHold', state: 'FAILED', status: 'Complete', progress: '5 of 5 tasks, 2 failed' }),
    ]);
  });
});

describe('a page that cannot be read', () => {
  beforeEach(() => {
    services.workMail.pageSize = 10;
    addMailboxExports(40);
  });

  test('because it is throttled is asked for again, and no other page is', async () => {
    services.fail('ListMailboxExportJobs', { status: 400, name: 'TooManyRequestsException', nth: 3, times: 4 });
    const { attempts, pause } = patient();
    const { jobs, gaps } = await inventory([mailboxSource()], pause);
    expect([jobs.length, gaps]).toEqual([40, []]);
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(services.count('ListMailboxExportJobs')).toBe(8);
  });

  test('because the service fails is asked for again', async () => {
    addBatchOperations(1);
    services.fail('ListJobs', { status: 503, name: 'SlowDown', times: 2 });
    expect((await inventory([batchSource()])).gaps).toEqual([]);
  });

  test('leaves a gap when time is over, and what was read before is kept', async () => {
    services.fail('ListMailboxExportJobs', { status: 400, name: 'TooManyRequestsException', message: 'Slow down', nth: 3, times: 100 });
    const { jobs, gaps } = await inventory([mailboxSource()], patient(5).pause);
    expect(jobs).toHaveLength(20);
    expect(gaps).toEqual([expect.objectContaining({ kind: 'MailboxExport', gap: 'only 2 pages listed: TooManyRequestsException: Slow down' })]);
  });

  test('leaves a gap at once when waiting would not help, and the other kinds are listed', async () => {
    addBatchOperations(2);
    services.workMail.organizations = [];
    const { attempts, pause } = patient();
    const { jobs, gaps } = await inventory([mailboxSource(), batchSource()], pause);
    expect(jobs.map(({ kind }) => kind)).toEqual(['BatchOperation', 'BatchOperation']);
    expect(gaps).toEqual([expect.objectContaining({
      source: `WorkMail organization ${ORGANIZATION_ID}`, gap: 'not listed: OrganizationNotFoundException: No such organization',
    })]);
    expect(attempts).toEqual([]);
  });

  test('because the service does not answer leaves a gap', async () => {
    services.isDown = true;
    expect((await inventory([mailboxSource()], patient(2).pause)).gaps).toEqual([expect.objectContaining({ gap: expect.stringMatching(/^not listed: /) })]);
  });

  test('because the service sends around in a circle leaves a gap', async () => {
    const source: JobSource = { kind: 'BatchOperation', name: 'circle', page: async () => ({ jobs: [], nextToken: 'same' }) };
    expect((await inventory([source])).gaps).toEqual([expect.objectContaining({ gap: 'only 2 pages listed: the service repeats the token of a page' })]);
  });
});

describe('a job needs attention', () => {
  test('when it runs for as long as no job should', async () => {
    addBatchOperations(1, { Status: 'Active', CreationTime: hoursAgo(23).toISOString() });
    addBatchOperations(1, { Status: 'Suspended', CreationTime: hoursAgo(24).toISOString() });
    services.s3Control.states = ['Suspended'];
    const { stuck } = await inventory([batchSource()]);
    expect(stuck.map(({ status, createdAt }) => [status, createdAt])).toEqual([['Suspended', hoursAgo(24)]]);
  });

  test('when it failed, until that is a day ago', async () => {
    addMailboxExports(1, { State: 'FAILED', StartTime: hoursAgo(60).getTime() / 1000, EndTime: hoursAgo(23).getTime() / 1000 });
    addMailboxExports(1, { State: 'FAILED', StartTime: hoursAgo(60).getTime() / 1000, EndTime: hoursAgo(25).getTime() / 1000 });
    addMailboxExports(1, { State: 'CANCELLED' });
    expect((await inventory([mailboxSource()])).failed.map(({ jobId }) => jobId)).toEqual(['mailbox-job-0']);
  });

  test('when its end is not told, until it can neither run nor have failed lately', async () => {
    const at = (createdAt: Date): JobSource => ({
      kind: 'JournalExport', name: 'any', page: async () => ({ jobs: [{ kind: 'JournalExport', jobId: 'a', subject: 'books', state: 'FAILED', status: 'CANCELLED', createdAt }] }),
    });
    expect((await inventory([at(hoursAgo(47))])).failed).toHaveLength(1);
    expect((await inventory([at(hoursAgo(48))])).failed).toHaveLength(0);
  });
});
