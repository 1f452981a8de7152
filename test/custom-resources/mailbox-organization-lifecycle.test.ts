import { CloudFormationSimulator, SimulatedClock, type DeploymentOptions } from './cloudformation-simulator';
import { mailboxOrganizationLifecycle } from '../../src/custom-resources/mailbox-organization-lifecycle';
import { type S3Requests } from '../../src/custom-resources/s3-requests';
import { S3RequestFailed } from '../../src/custom-resources/signed-s3';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ORGANIZATION_ID, type FakeWorkMail } from '../fakes/fake-workmail';

let clock: SimulatedClock;
let services: FakeJobServices;
let workMail: FakeWorkMail;
let log: string[];
let reports: Record<string, any>;
let refusal: Error | undefined;
beforeEach(async () => {
  clock = new SimulatedClock();
  services = await FakeJobServices.start(clock.now);
  workMail = services.workMail;
  workMail.isOnceADay = true;
  workMail.users = people(3);
  log = [];
  reports = {};
  refusal = undefined;
});
afterEach(() => services.stop());

function people(count: number) {
  return [...Array(count).keys()].map(index => ({
    Id: `user-id-${String(index + 1).padStart(4, '0')}`, Email: `user${index + 1}@example.com`, State: 'ENABLED', UserRole: 'USER',
  }));
}

const s3: S3Requests = {
  async put({ bucket, key, contentType, body, kmsKeyArn }) {
    if (refusal) { throw refusal; }
    expect([bucket, contentType, kmsKeyArn]).toEqual(['archive', 'application/json', properties().KmsKeyArn]);
    reports[key] = JSON.parse(body);
  },
  etag: async () => { throw new Error('not asked for'); },
};

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/leave/';

function stack(options?: DeploymentOptions, stackId = `${STACK_ID}1`) {
  const lifecycle = mailboxOrganizationLifecycle(services.workMailClient(), s3, { now: clock.now, log: line => log.push(line) });
  return new CloudFormationSimulator(lifecycle, clock, options, stackId, 'Everybody');
}

const DAY_SECONDS = 24 * 3600;

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    OrganizationId: ORGANIZATION_ID,
    RoleArn: 'arn:aws:iam::111122223333:role/export',
    KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
    Bucket: 'archive',
    Prefix: 'workmail/',
    Concurrency: 10,
    IncludeResources: true,
    SkipExportedWithinSeconds: DAY_SECONDS,
    AllowIncomplete: false,
    ...changes,
  };
}

const exported = () => workMail.jobs.map(({ EntityId }) => EntityId).sort();
const states = () => workMail.jobs.map(({ State }) => State);

describe('Create', () => {
  test('O1 exports every enabled mailbox of users and resources, each into its folder, and counts them', async () => {
    workMail.pageSize = 2;
    workMail.users.push(
      { Id: 'disabled-id-1', State: 'DISABLED' }, { Id: 'system-id-0001', State: 'ENABLED', UserRole: 'SYSTEM_USER' },
      { Id: 'r-0000000000000001', State: 'ENABLED', UserRole: 'RESOURCE' },
    );
    workMail.resources = [{ Id: 'r-0000000000000001', Name: 'Room 1', State: 'ENABLED' }];
    expect(await stack().create(properties())).toMatchObject({
      Status: 'SUCCESS', Data: { Mailboxes: '4', ExportedMailboxes: '4', MissingMailboxes: '0', Missing: '' },
    });
    expect(exported()).toEqual(['r-0000000000000001', 'user-id-0001', 'user-id-0002', 'user-id-0003']);
    expect(workMail.jobs[0]).toMatchObject({ S3BucketName: 'archive', S3Prefix: `workmail/${workMail.jobs[0].EntityId}/` });
  });

  test('O2 mailboxes of resources are left out if asked for', async () => {
    workMail.users.push({ Id: 'r-0000000000000001', State: 'ENABLED', UserRole: 'RESOURCE' });
    workMail.resources = [{ Id: 'r-0000000000000001', State: 'ENABLED' }];
    expect(await stack().create(properties({ IncludeResources: false }))).toMatchObject({ Data: { Mailboxes: '3' } });
  });

  test.each([[4, 0, 4], [10, 7, 3]])(
    'O3 never runs more exports than declared (%s), nor more than WorkMail allows together with those of others (%s)',
    async (concurrency, others, runsAtMost) => {
      workMail.users = people(25);
      workMail.polls = 3;
      workMail.jobs.push(...[...Array(others).keys()].map(index => ({
        JobId: `other-${index}`,
        OrganizationId: ORGANIZATION_ID,
        EntityId: `other-mailbox-${index}`,
        State: 'RUNNING',
        StartTime: clock.now().getTime() / 1000,
        polls: Infinity,
      })));
      let most = 0;
      const deployment = stack({
        beforePoll: () => { most = Math.max(most, states().filter(state => state === 'RUNNING').length - others); },
      });
      expect(await deployment.create(properties({ Concurrency: concurrency }))).toMatchObject({ Data: { ExportedMailboxes: '25' } });
      expect(most).toBe(runsAtMost);
      expect(services.count('StartMailboxExportJob')).toBe(25);
    },
  );

  test('O4 invoked twice for one request exports every mailbox once', async () => {
    expect(await stack({ invokesTwice: true }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(workMail.jobs).toHaveLength(3);
  });

  test('O5 throttling and lost answers are waited for, and nothing is exported twice', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'TooManyRequestsException', nth: 2 });
    services.fail('StartMailboxExportJob', { status: 500, afterTheFact: true, nth: 3 });
    services.fail('ListUsers', { status: 400, name: 'ThrottlingException', nth: 2 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { ExportedMailboxes: '3' } });
    expect(workMail.jobs).toHaveLength(3);
  });

  test('O6 a mailbox that cannot be exported fails the Create with its name, and those that are exported stay so', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'EntityStateException', message: 'not ready', times: 1000, nth: 3 });
    const deployment = stack();
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`1 of 3 mailboxes of organization ${ORGANIZATION_ID} are not exported: 1 failed, 0 still run and 0 wait: user3@example.com.`);
    expect(states()).toEqual(['COMPLETED', 'COMPLETED']);
    expect(log).toContain('{"missingMailbox":"user-id-0003","name":"user3@example.com"}');
  });

  test('O7 a job that fails, or is cancelled by somebody, is not repeated in the same run, and named', async () => {
    const deployment = stack({
      beforePoll: () => workMail.jobs.slice(0, 2).forEach((job, index) => { job.State = index === 0 ? 'FAILED' : 'CANCELLED'; }),
    });
    const { Reason } = await deployment.create(properties());
    expect(Reason).toContain('2 failed, 0 still run and 0 wait: user1@example.com, user2@example.com.');
    expect(workMail.jobs).toHaveLength(3);
  });

  test('O8 a run that is not over within 50 minutes fails, says how far it came, and is cancelled', async () => {
    workMail.polls = 100_000;
    workMail.users = people(12);
    const { Reason } = await stack().create(properties());
    expect(Reason).toContain('12 of 12 mailboxes');
    expect(Reason).toContain('0 failed, 10 still run and 2 wait');
    expect(states()).toEqual(Array(10).fill('CANCELLED'));
  });

  test('O9 with missing mailboxes allowed, the Create succeeds with the first of their names', async () => {
    workMail.users = people(8);
    services.fail('StartMailboxExportJob', { status: 400, name: 'EntityNotFoundException', times: 1000, nth: 2 });
    expect(await stack().create(properties({ AllowIncomplete: true }))).toMatchObject({
      Status: 'SUCCESS',
      Data: { Mailboxes: '8', ExportedMailboxes: '1', MissingMailboxes: '7', Missing: expect.stringMatching(/^user\d@.* and 2 more$/) },
    });
  });

  test('O10 a stack that is made again goes on where its predecessor failed', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'EntityStateException', nth: 3, times: 3 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'FAILED' });
    clock.advanceSeconds(600);
    expect(await stack({}, `${STACK_ID}2`).create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { ExportedMailboxes: '3' } });
    expect(workMail.jobs).toHaveLength(3);
  });

  test('O11 a wrong role is told like that of a single export', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'InvalidParameterException', message: 'Cannot assume role', times: 1000 });
    expect((await stack().create(properties())).Reason).toContain('Check that WorkMail may assume role arn:aws:iam::111122223333:role/export');
  });
});

describe('Update', () => {
  test('O12 asking for nothing new repeats everything without a call, even when WorkMail is gone', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    services.isDown = true;
    expect(await deployment.update(properties({ Concurrency: 2, AllowIncomplete: true }))).toEqual(created);
  });

  test('O13 another trigger exports what has come since, and what is older than declared', async () => {
    const deployment = stack();
    await deployment.create(properties());
    workMail.users = people(4);
    clock.advanceSeconds(3600);
    expect(await deployment.update(properties({ Trigger: '2' }))).toMatchObject({ Status: 'SUCCESS', Data: { ExportedMailboxes: '4' } });
    expect(workMail.jobs).toHaveLength(4);
    clock.advanceSeconds(2 * DAY_SECONDS);
    await deployment.update(properties({ Trigger: '3' }));
    expect(workMail.jobs).toHaveLength(8);
  });

  test('O14 a run that was left running is gone on with, and its jobs are not cancelled by the next', async () => {
    workMail.polls = 400;
    const deployment = stack();
    await deployment.create(properties({ AllowIncomplete: true }));
    expect(states()).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(await deployment.update(properties({ AllowIncomplete: true, Trigger: '2' }))).toMatchObject({ Data: { ExportedMailboxes: '3' } });
    expect(workMail.jobs).toHaveLength(3);
  });

  test('O15 an Update that fails is rolled back without a call to WorkMail', async () => {
    const deployment = stack({ beforePoll: () => { services.isDown = deployment.properties?.Trigger === '2'; } });
    const created = await deployment.create(properties());
    workMail.users = people(4);
    services.fail('StartMailboxExportJob', { status: 400, name: 'EntityStateException', times: 1000 });
    expect(await deployment.update(properties({ Trigger: '2' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.responses.at(-1)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId, Data: created.Data });
  });

  test('O16 an Update that succeeded and is rolled back finds everything exported', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.updateAndRollBack(properties({ Trigger: '2' }))).toMatchObject({ Status: 'SUCCESS', Data: { ExportedMailboxes: '3' } });
    expect(workMail.jobs).toHaveLength(3);
  });
});

describe('Delete', () => {
  test('O17 leaves everything as it is, without a call, even when WorkMail is gone', async () => {
    const deployment = stack();
    await deployment.create(properties());
    services.isDown = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('O18 an organization that is gone has nothing to cancel', async () => {
    workMail.polls = 100_000;
    const deployment = stack({ beforePoll: poll => { if (poll === 2) { workMail.organizations = []; } } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('OrganizationNotFoundException') });
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });
});

describe('The report', () => {
  test('O19 a report lists every mailbox that is missing, and why, and every one that is exported, and where', async () => {
    workMail.users = people(4);
    services.fail('StartMailboxExportJob', { status: 400, name: 'EntityStateException', message: 'not ready', times: 1000, nth: 4 });
    const deployment = stack({ beforePoll: () => workMail.jobs.slice(0, 1).forEach((job) => { job.State = 'FAILED'; }) });
    const { Data } = await deployment.create(properties({ AllowIncomplete: true }));
    expect(Data).toMatchObject({ ReportKey: 'workmail/reports/2026-03-01T12-00-00Z.json', MissingMailboxes: '2' });
    expect(Object.keys(reports)).toEqual([Data!.ReportKey]);
    expect(reports[Data!.ReportKey]).toMatchObject({
      organizationId: ORGANIZATION_ID,
      complete: false,
      mailboxes: 4,
      missing: [
        { state: 'failed', id: 'user-id-0001', name: 'user1@example.com', jobId: 'mailbox-job-1', reason: 'job FAILED' },
        { state: 'failed', id: 'user-id-0004', name: 'user4@example.com', reason: 'EntityStateException: not ready' },
      ],
      exported: [
        { id: 'user-id-0002', jobId: 'mailbox-job-2', s3Path: 'archive/workmail/user-id-0002/mailbox-job-2.zip' },
        { id: 'user-id-0003', jobId: 'mailbox-job-3' },
      ],
    });
  });

  test('O20 a run that fails has its report, too, and names it; each run has its own', async () => {
    workMail.polls = 100_000;
    workMail.users = people(12);
    const first = await stack().create(properties());
    expect(first.Reason).toContain('s3://archive/workmail/reports/2026-03-01T12-00-00Z.json lists them all.');
    expect(reports['workmail/reports/2026-03-01T12-00-00Z.json'].missing.map(({ state }: { state: string }) => state))
      .toEqual([...Array(10).fill('running'), ...Array(2).fill('waiting')]);
    clock.advanceSeconds(2 * DAY_SECONDS);
    workMail.polls = 1;
    const second = await stack().create(properties());
    expect(reports[second.Data!.ReportKey]).toMatchObject({ complete: true, missing: [] });
    expect(Object.keys(reports)).toHaveLength(2);
  });

  test('O21 a report that cannot be written is told in the log and fails nothing', async () => {
    refusal = new S3RequestFailed('AccessDenied', 'no', { httpStatusCode: 403, attempts: 1 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { ExportedMailboxes: '3', ReportKey: '' } });
    expect(log).toContain('Could not write the report to s3://archive/workmail/reports/2026-03-01T12-00-00Z.json: AccessDenied: no');
  });

  test('O22 a resource of an earlier release has no report, and lives on', async () => {
    const deployment = stack();
    await deployment.create(properties());
    deployment.physicalId = deployment.physicalId!.replace(/&Report=[^&]*/, '');
    expect(await deployment.update(properties({ Concurrency: 2 }))).toMatchObject({ Status: 'SUCCESS', Data: { ExportedMailboxes: '3', ReportKey: '' } });
  });
});
