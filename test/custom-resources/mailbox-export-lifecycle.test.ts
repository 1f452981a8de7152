import { CloudFormationSimulator, SimulatedClock, type DeploymentOptions } from './cloudformation-simulator';
import { markOf, parseJobId } from '../../src/custom-resources/batch-job-id';
import { batchJobLifecycle } from '../../src/custom-resources/batch-job-lifecycle';
import { mailboxExportService } from '../../src/custom-resources/mailbox-export-service';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ORGANIZATION_ID, type FakeWorkMail } from '../fakes/fake-workmail';

let clock: SimulatedClock;
let services: FakeJobServices;
let workMail: FakeWorkMail;
let log: string[];
beforeEach(async () => {
  clock = new SimulatedClock();
  services = await FakeJobServices.start(clock.now);
  workMail = services.workMail;
  log = [];
});
afterEach(() => services.stop());

function stack(options?: DeploymentOptions) {
  const lifecycle = batchJobLifecycle(mailboxExportService(services.workMailClient()), { now: clock.now, log: line => log.push(line) });
  return new CloudFormationSimulator(lifecycle, clock, options);
}

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    OrganizationId: ORGANIZATION_ID,
    EntityId: 'alice@example.com',
    RoleArn: 'arn:aws:iam::111122223333:role/export',
    KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
    Bucket: 'archive',
    Prefix: 'workmail/',
    WaitForCompletion: true,
    ...changes,
  };
}

const DAY_SECONDS = 24 * 3600;
const states = () => workMail.jobs.map(({ State }) => State);

describe('Create', () => {
  test('M1 exports the mailbox, waits, and returns job, state and path', async () => {
    const { Status, PhysicalResourceId, Data } = await stack().create(properties({ Description: 'Leaving' }));
    expect(Status).toBe('SUCCESS');
    expect(Data).toEqual({ JobId: 'mailbox-job-1', State: 'COMPLETED', S3Path: 'archive/workmail/mailbox-job-1.zip' });
    expect(parseJobId(PhysicalResourceId)).toMatchObject({ jobId: 'mailbox-job-1', phase: 'COMPLETE' });
    expect(workMail.jobs[0]).toMatchObject({
      EntityId: 'alice@example.com',
      RoleArn: properties().RoleArn,
      KmsKeyArn: properties().KmsKeyArn,
      S3BucketName: 'archive',
      S3Prefix: 'workmail/',
      Description: expect.stringMatching(/^Leaving \[cdk-ledger [0-9a-f]{16} [0-9a-f]{16}\]$/),
    });
  });

  test('M2 invoked twice for one request starts one export', async () => {
    expect(await stack({ invokesTwice: true }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(services.count('StartMailboxExportJob')).toBe(2);
    expect(workMail.jobs).toHaveLength(1);
  });

  test('M3 a start whose answer is lost is repeated with the same token, and nothing runs twice', async () => {
    services.fail('StartMailboxExportJob', { status: 500, afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(workMail.jobs).toHaveLength(1);
  });

  test('M4 throttling and a service that stumbles are waited for', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'TooManyRequestsException', times: 3 });
    services.fail('DescribeMailboxExportJob', { status: 400, name: 'ThrottlingException', nth: 1, times: 2 });
    const deployment = stack({ beforePoll: poll => { services.isDown = poll > 10 && poll < 50; } });
    workMail.polls = 10;
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(workMail.jobs).toHaveLength(1);
  });

  test('M5 waits while the organization runs as many exports as it may', async () => {
    workMail.runningMax = 1;
    await stack().create(properties({ EntityId: 'bob@example.com', WaitForCompletion: false }));
    workMail.polls = 1000;
    const deployment = stack({
      beforePoll: poll => {
        if (poll === 100) {
          workMail.jobs[0].State = 'COMPLETED';
          workMail.polls = 1;
        }
      },
    });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { JobId: 'mailbox-job-2' } });
  });

  test('M6 a mailbox that was exported in the last 24 hours fails after half an hour, with the reason', async () => {
    workMail.isOnceADay = true;
    await stack().create(properties());
    const { Status, Reason } = await stack().create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain("export of mailbox 'alice@example.com'");
    expect(Reason).toContain('even after 30 minutes of trying: LimitExceededException: Mailbox alice@example.com was exported in the last 24 hours.');
    expect(Reason).toContain('deploy again when one has ended or that time is over');
    expect(workMail.jobs).toHaveLength(1);
  });

  test('M7 a role that is only seconds old is waited for', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'InvalidParameterException', message: 'Unable to assume role', times: 9 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('M8 a role that stays useless fails after five minutes, naming role and bucket', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'InvalidParameterException', message: 'Unable to assume role', times: 1000 });
    const { Reason } = await stack().create(properties());
    expect(Reason).toContain('even after 5 minutes');
    expect(Reason).toContain('role arn:aws:iam::111122223333:role/export, and that this role may write to bucket archive');
  });

  test('M9 an unknown mailbox fails at once with the service\'s words', async () => {
    services.fail('StartMailboxExportJob', { status: 400, name: 'EntityNotFoundException', message: 'No such entity' });
    const { Reason } = await stack().create(properties());
    expect(Reason).toMatch(/^Create of the export of mailbox 'alice@example.com' of organization .* failed: EntityNotFoundException: No such entity\.$/);
  });

  test('M10 a job that fails is told with the service\'s reason and what to look at', async () => {
    workMail.ending = { State: 'FAILED', ErrorInfo: 'Access Denied writing to the bucket' };
    const deployment = stack();
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/failed: Access Denied writing to the bucket\. Check that role arn:aws:iam::111122223333:role\/export may write/);
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test.each([
    ['cancelled by somebody', (job: { State: string }) => { job.State = 'CANCELLED'; }, 'was cancelled while the deployment waited for it'],
    ['gone', () => { workMail.jobs.length = 0; }, 'is no longer known to WorkMail'],
  ])('M11 a job that is %s fails the Create', async (_, happen, message) => {
    const deployment = stack({ beforePoll: () => { if (workMail.jobs[0]) { happen(workMail.jobs[0]); } } });
    expect((await deployment.create(properties())).Reason).toContain(message);
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('M12 a job that outlasts the deployment is cancelled, although its id was never told, and nobody else\'s is', async () => {
    workMail.polls = 100_000;
    await stack().create(properties({ EntityId: 'bob@example.com', WaitForCompletion: false }));
    workMail.pageSize = 1;
    expect(await stack().create(properties())).toMatchObject({ Status: 'FAILED', Reason: 'Operation timed out' });
    expect(states()).toEqual(['RUNNING', 'CANCELLED']);
  });

  test('M13 without waiting, success comes as soon as the job runs', async () => {
    workMail.polls = 5;
    expect(await stack().create(properties({ WaitForCompletion: false }))).toMatchObject({ Status: 'SUCCESS', Data: { State: 'RUNNING' } });
  });

  test('M14 a property that is missing is named', async () => {
    expect((await stack().create(properties({ KmsKeyArn: undefined }))).Reason).toContain('Property KmsKeyArn of the custom resource');
  });
});

describe('Update', () => {
  test('M15 asking for nothing new exports nothing and repeats id and attributes without a call, even when WorkMail is gone', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    const calls = services.calls.length;
    services.isDown = true;
    expect(await deployment.update(properties({ RoleArn: 'arn:aws:iam::111122223333:role/other', Description: 'other' }))).toEqual(created);
    expect(services.calls).toHaveLength(calls);
  });

  test.each([{ Trigger: 'again' }, { EntityId: 'bob@example.com' }, { Prefix: 'other/' }, { KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/2' }])(
    'M16 a change of %j exports anew, under a new id', async change => {
      const deployment = stack();
      const created = await deployment.create(properties());
      const updated = await deployment.update(properties(change));
      expect(updated).toMatchObject({ Status: 'SUCCESS', Data: { JobId: 'mailbox-job-2' } });
      expect(updated.PhysicalResourceId).not.toBe(created.PhysicalResourceId);
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
      expect(states()).toEqual(['COMPLETED', 'COMPLETED']);
    },
  );

  test('M17 an export that runs and is replaced is cancelled', async () => {
    workMail.polls = 100_000;
    const deployment = stack();
    await deployment.create(properties({ WaitForCompletion: false }));
    await deployment.update(properties({ WaitForCompletion: false, Prefix: 'other/' }));
    expect(states()).toEqual(['CANCELLED', 'RUNNING']);
  });

  test('M18 an Update whose job fails is rolled back to the export that was there, without a new one', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    workMail.ending = { State: 'FAILED', ErrorInfo: 'no' };
    expect(await deployment.update(properties({ Trigger: 'again' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Update', Status: 'SUCCESS', Data: created.Data });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(workMail.jobs).toHaveLength(2);
  });

  test('M19 an Update that times out is rolled back, and its job cancelled', async () => {
    workMail.polls = 100_000;
    const deployment = stack();
    const created = await deployment.create(properties({ WaitForCompletion: false }));
    expect(await deployment.update(properties({ Trigger: 'again' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(states()).toEqual(['RUNNING', 'CANCELLED']);
    expect(log.join('\n')).toContain('Cancelled job mailbox-job-2, which the Update that is rolled back had started.');
  });

  test('M20 a rollback succeeds although WorkMail cannot be asked what still runs', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    workMail.polls = 100_000;
    services.fail('ListMailboxExportJobs', { status: 500 });
    await deployment.update(properties({ Trigger: 'again' }));
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Update', Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId });
    expect(log.join('\n')).toContain('Could not cancel what the Update that is rolled back had started');
  });

  test('M21 an Update that succeeded and is rolled back returns to the former export, which WorkMail would not run again that day', async () => {
    workMail.isOnceADay = true;
    const deployment = stack();
    const created = await deployment.create(properties());
    clock.advanceSeconds(30 * DAY_SECONDS);
    expect(await deployment.updateAndRollBack(properties({ Trigger: 'again' })))
      .toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId, Data: created.Data });
    expect(workMail.jobs).toHaveLength(2);
    expect(markOf(workMail.jobs[1].Description)?.former).toBe(created.PhysicalResourceId);
  });
});

describe('Delete', () => {
  test('M22 leaves a finished export as it is, without a call, even when WorkMail is gone', async () => {
    const deployment = stack();
    await deployment.create(properties());
    services.isDown = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: deployment.physicalId });
  });

  test('M23 cancels an export that runs, invoked twice or not', async () => {
    workMail.polls = 100_000;
    const deployment = stack({ invokesTwice: true });
    await deployment.create(properties({ WaitForCompletion: false }));
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(states()).toEqual(['CANCELLED']);
  });

  test.each([
    ['that has ended meanwhile', () => { workMail.jobs[0].State = 'COMPLETED'; }],
    ['that ends while it is cancelled', () => {
      services.fail('CancelMailboxExportJob', { status: 400, name: 'InvalidParameterException' });
      workMail.polls = 2;
    }],
    ['that WorkMail has forgotten', () => { workMail.jobs.length = 0; }],
    ['of an organization that is gone', () => { workMail.organizations = []; }],
  ])('M24 an export %s is deleted', async (_, happen) => {
    const deployment = stack();
    await deployment.create(properties({ WaitForCompletion: false }));
    happen();
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('M25 a WorkMail that does not answer fails with a way out', async () => {
    workMail.polls = 100_000;
    const deployment = stack();
    await deployment.create(properties({ WaitForCompletion: false }));
    services.isDown = true;
    const { Status, Reason } = await deployment.delete();
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('even after 10 minutes');
    expect(Reason).toContain('WorkMail does not answer');
    expect(Reason).toContain('--retain-resources AuditLedger');
  });

  test('M26 a call that is refused fails after three minutes and says where to look', async () => {
    workMail.polls = 100_000;
    const deployment = stack();
    await deployment.create(properties({ WaitForCompletion: false }));
    services.fail('CancelMailboxExportJob', { status: 400, name: 'AccessDeniedException', message: 'explicit deny', times: 1000 });
    const { Reason } = await deployment.delete();
    expect(Reason).toContain('even after 3 minutes');
    expect(Reason).toContain("refuses the custom resource's function");
  });
});

test('every mark that a description gets can be read again', () => {
  const mark = { owner: 'a'.repeat(16), fingerprint: 'b'.repeat(16), former: 'job/0123456789abcdef/COMPLETE?State=COMPLETED&S3Path=a%2Fb+c%5D' };
  expect(markOf(`My export [cdk-ledger ${mark.owner} ${mark.fingerprint} ${mark.former}]`)).toEqual(mark);
  expect(markOf('My export [cdk-ledger me]')).toBeUndefined();
  expect(markOf(undefined)).toBeUndefined();
});
