import { CloudFormationSimulator, SimulatedClock, type DeploymentOptions } from './cloudformation-simulator';
import { batchJobLifecycle } from '../../src/custom-resources/batch-job-lifecycle';
import { batchOperationsService } from '../../src/custom-resources/batch-operations-service';
import { S3RequestFailed } from '../../src/custom-resources/signed-s3';
import { FakeJobServices } from '../fakes/fake-job-services';
import { ACCOUNT_ID, type FakeS3Control } from '../fakes/fake-s3-control';

let clock: SimulatedClock;
let services: FakeJobServices;
let s3Control: FakeS3Control;
let etag: jest.Mock<Promise<string>, [string, string, string?]>;
beforeEach(async () => {
  clock = new SimulatedClock();
  services = await FakeJobServices.start(clock.now);
  s3Control = services.s3Control;
  etag = jest.fn(async (_bucket: string, _key: string, _versionId?: string) => 'found');
});
afterEach(() => services.stop());

function stack(options?: DeploymentOptions) {
  const lifecycle = batchJobLifecycle(batchOperationsService(services.s3ControlClient(), { etag }), { now: clock.now, log: () => undefined });
  return new CloudFormationSimulator(lifecycle, clock, options);
}

const RETENTION = { S3PutObjectRetention: { BypassGovernanceRetention: false, Retention: { Mode: 'COMPLIANCE', RetainUntilDate: '2030-01-01T00:00:00Z' } } };
const GENERATOR = {
  S3JobManifestGenerator: {
    SourceBucket: 'arn:aws:s3:::evidence', EnableManifestOutput: false, Filter: { KeyNameConstraint: { MatchAnyPrefix: ['journal/a & b/'] } },
  },
};
const REPORT = { Enabled: true, Bucket: 'arn:aws:s3:::reports', Format: 'Report_CSV_20180820', Prefix: 'retention', ReportScope: 'AllTasks' };

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    AccountId: ACCOUNT_ID,
    RoleArn: 'arn:aws:iam::111122223333:role/batch',
    Operation: JSON.stringify(RETENTION),
    Manifest: JSON.stringify({ ManifestGenerator: GENERATOR }),
    Report: JSON.stringify(REPORT),
    Priority: 10,
    FailedTasksMax: 0,
    WaitForCompletion: true,
    ...changes,
  };
}

const JOB_ID = '00000000-0000-4000-8000-000000000001';
const FOREVER = ['New', 'Active'];
const states = () => s3Control.jobs.map(({ Status }) => Status);

describe('Create', () => {
  test('B1 runs the job without asking for confirmation, waits, and returns what came of it', async () => {
    const { Status, Data } = await stack().create(properties({ Description: 'Keep', Tags: { team: 'audit' } }));
    expect(Status).toBe('SUCCESS');
    expect(Data).toEqual({
      JobId: JOB_ID,
      JobArn: `arn:aws:s3:eu-central-1:${ACCOUNT_ID}:job/${JOB_ID}`,
      Status: 'Complete',
      TotalTasks: '3',
      SucceededTasks: '3',
      FailedTasks: '0',
      ReportManifestKey: `retention/job-${JOB_ID}/manifest.json`,
    });
    expect(s3Control.jobs[0].request).toMatchObject({
      ConfirmationRequired: 'false',
      ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      RoleArn: properties().RoleArn,
      Priority: '10',
      Description: expect.stringMatching(/^Keep \[cdk-ledger /),
      Operation: { S3PutObjectRetention: { BypassGovernanceRetention: 'false', Retention: { Mode: 'COMPLIANCE', RetainUntilDate: '2030-01-01T00:00:00Z' } } },
      ManifestGenerator: {
        S3JobManifestGenerator: { SourceBucket: 'arn:aws:s3:::evidence', Filter: { KeyNameConstraint: { MatchAnyPrefix: { member: 'journal/a & b/' } } } },
      },
      Report: { Enabled: 'true', Bucket: 'arn:aws:s3:::reports', Prefix: 'retention', ReportScope: 'AllTasks' },
      Tags: { member: { Key: 'team', Value: 'audit' } },
    });
  });

  test('B2 a manifest that is an object is passed as it is', async () => {
    const Manifest = {
      Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key'] },
      Location: { ObjectArn: 'arn:aws:s3:::lists/objects.csv', ETag: 'abc' },
    };
    await stack().create(properties({ Manifest: JSON.stringify({ Manifest }) }));
    expect(s3Control.jobs[0].request).toMatchObject({ Manifest: { ...Manifest, Spec: { ...Manifest.Spec, Fields: { member: ['Bucket', 'Key'] } } } });
    expect(etag).not.toHaveBeenCalled();
  });

  test('B3 invoked twice for one request starts one job', async () => {
    expect(await stack({ invokesTwice: true }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(services.count('CreateJob')).toBe(2);
    expect(s3Control.jobs).toHaveLength(1);
  });

  test('B4 a start whose answer is lost is repeated with the same token, and nothing runs twice', async () => {
    services.fail('CreateJob', { status: 500, name: 'InternalServiceException', afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(s3Control.jobs).toHaveLength(1);
  });

  test('B5 throttling and a service that stumbles are waited for', async () => {
    services.fail('CreateJob', { status: 400, name: 'TooManyRequestsException', times: 3 });
    services.fail('DescribeJob', { status: 503, name: 'SlowDown', times: 2 });
    const deployment = stack({ beforePoll: poll => { services.isDown = poll > 6 && poll < 50; } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(s3Control.jobs).toHaveLength(1);
  });

  test('B6 every state on the way to the end is waited for', async () => {
    s3Control.states = ['New', 'Preparing', 'Suspended', 'Ready', 'Active', 'Pausing', 'Paused', 'Active', 'Completing', 'Complete'];
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { Status: 'Complete' } });
  });

  test('B7 a job that fails is told with its failure reasons and where to look', async () => {
    s3Control.states = ['New', 'Failing', 'Failed'];
    s3Control.ending = { FailureReasons: { member: [{ FailureCode: 'ManifestNotFound', FailureReason: 'The ETag does not match' }] } };
    const deployment = stack();
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('the batch operation S3PutObjectRetention on the objects of arn:aws:s3:::evidence, failed: '
      + 'ManifestNotFound: The ETag does not match. Look at the completion report');
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('B8 a job that is complete although tasks failed fails the Create', async () => {
    s3Control.tasks = { total: 10, failed: 2 };
    expect((await stack().create(properties())).Reason).toContain('2 of 10 tasks failed, and 0 may.');
  });

  test('B9 as many failed tasks as are allowed are a success', async () => {
    s3Control.tasks = { total: 10, failed: 2 };
    expect(await stack().create(properties({ FailedTasksMax: 2 }))).toMatchObject({ Status: 'SUCCESS', Data: { SucceededTasks: '8', FailedTasks: '2' } });
  });

  test.each([
    ['cancelled by somebody', () => { s3Control.jobs[0].Status = 'Cancelled'; }, 'was cancelled while the deployment waited for it'],
    ['gone', () => { s3Control.jobs.length = 0; }, 'is no longer known to S3 Control'],
  ])('B10 a job that is %s fails the Create', async (_, happen, message) => {
    const deployment = stack({ beforePoll: () => { if (s3Control.jobs[0]) { happen(); } } });
    expect((await deployment.create(properties())).Reason).toContain(message);
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('B11 a job that outlasts the deployment is cancelled, although its id was never told, and nobody else\'s is', async () => {
    s3Control.states = FOREVER;
    s3Control.isSlowToCancel = true;
    await stack().create(properties({ WaitForCompletion: false }));
    s3Control.pageSize = 1;
    expect(await stack().create(properties())).toMatchObject({ Status: 'FAILED', Reason: 'Operation timed out' });
    expect(states()).toEqual(['Active', 'Cancelled']);
  });

  test('B12 without waiting, success comes as soon as the job is made', async () => {
    expect(await stack().create(properties({ WaitForCompletion: false }))).toMatchObject({ Status: 'SUCCESS', Data: { Status: 'New' } });
  });

  test('B13 a request that S3 refuses fails at once with its words', async () => {
    services.fail('CreateJob', { status: 400, name: 'BadRequestException', message: 'Request invalid' });
    expect((await stack().create(properties())).Reason).toMatch(/^Create of the batch operation .* failed: BadRequestException: Request invalid\.$/);
  });

  test.each([
    [{ Operation: '{' }, /^Property Operation of the custom resource must be a part of a CreateJob request as JSON/],
    [{ Operation: JSON.stringify({ S3PutObjectRetention: { Retention: { RetainUntilDate: 'soon' } } }) }, /'soon' is no ISO 8601 moment/],
    [{ FailedTasksMax: 'some' }, /^Property FailedTasksMax of the custom resource must be a whole number/],
  ])('B14 a wrong property is named: %j', async (change, message) => {
    expect((await stack().create(properties(change))).Reason).toMatch(message);
  });
});

describe('Update', () => {
  test('B15 asking for nothing new runs nothing and repeats id and attributes, without a call', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    services.isDown = true;
    expect(await deployment.update(properties({ Priority: 20, FailedTasksMax: 5 }))).toEqual(created);
  });

  test.each([
    { Trigger: 'again' }, { Operation: JSON.stringify({ S3DeleteObjectTagging: {} }) }, { Report: JSON.stringify({ Enabled: false }) },
  ])('B16 a change of %j runs another job, under a new id', async change => {
    const deployment = stack();
    const created = await deployment.create(properties());
    const updated = await deployment.update(properties(change));
    expect(updated.Status).toBe('SUCCESS');
    expect(updated.PhysicalResourceId).not.toBe(created.PhysicalResourceId);
    expect(states()).toEqual(['Complete', 'Complete']);
  });

  test('B17 an Update whose job fails is rolled back to what was there, without another job', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    s3Control.states = ['New', 'Failed'];
    expect(await deployment.update(properties({ Trigger: 'again' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.responses.at(-1)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId, Data: created.Data });
    expect(s3Control.jobs).toHaveLength(2);
  });

  test('B18 an Update that times out is rolled back, and its job cancelled', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    s3Control.states = FOREVER;
    expect(await deployment.update(properties({ Trigger: 'again' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(states()).toEqual(['Complete', 'Cancelled']);
  });

  test('B19 an Update that succeeded and is rolled back runs the former operation once more, which restores what it had set', async () => {
    const deployment = stack();
    await deployment.create(properties());
    const hold = JSON.stringify({ S3PutObjectLegalHold: { LegalHold: { Status: 'ON' } } });
    expect(await deployment.updateAndRollBack(properties({ Operation: hold }))).toMatchObject({ Status: 'SUCCESS' });
    expect(s3Control.jobs.map(({ request }) => Object.keys(request.Operation)[0]))
      .toEqual(['S3PutObjectRetention', 'S3PutObjectLegalHold', 'S3PutObjectRetention']);
  });
});

describe('Delete', () => {
  test('B20 leaves a finished job as it is, without a call', async () => {
    const deployment = stack();
    await deployment.create(properties());
    services.isDown = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('B21 cancels a job that runs and waits until it has ended, invoked twice or not', async () => {
    s3Control.states = FOREVER;
    s3Control.isSlowToCancel = true;
    const deployment = stack({ invokesTwice: true });
    await deployment.create(properties({ WaitForCompletion: false }));
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(states()).toEqual(['Cancelled']);
  });

  test.each([
    ['that has ended meanwhile', () => { s3Control.jobs[0].Status = 'Complete'; }],
    ['that ends while it is cancelled', () => {
      services.fail('UpdateJobStatus', { status: 400, name: 'JobStatusException' });
      s3Control.states = ['New', 'Active', 'Active', 'Complete'];
    }],
    ['that S3 has forgotten', () => { s3Control.jobs.length = 0; }],
  ])('B22 a job %s is deleted', async (_, happen) => {
    const deployment = stack();
    await deployment.create(properties({ WaitForCompletion: false }));
    happen();
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('B23 an S3 Control that does not answer fails with a way out', async () => {
    s3Control.states = FOREVER;
    const deployment = stack();
    await deployment.create(properties({ WaitForCompletion: false }));
    services.isDown = true;
    expect((await deployment.delete()).Reason).toContain('--retain-resources AuditLedger');
  });
});

describe('A manifest without an ETag', () => {
  const manifest = (location: Record<string, string> = {}) => properties({
    Manifest: JSON.stringify({
      Manifest: { Spec: { Format: 'S3InventoryReport_CSV_20161130' }, Location: { ObjectArn: 'arn:aws-cn:s3:::lists/a b/manifest.json', ...location } },
    }),
  });
  const located = () => s3Control.jobs.map(({ request }) => request.Manifest.Location);

  test('B24 the ETag of a manifest is looked up when the job starts, for the version that is declared', async () => {
    expect(await stack({ invokesTwice: true }).create(manifest({ ObjectVersionId: 'v1' }))).toMatchObject({ Status: 'SUCCESS' });
    expect(etag).toHaveBeenCalledWith('lists', 'a b/manifest.json', 'v1');
    expect(located()).toEqual([{ ObjectArn: 'arn:aws-cn:s3:::lists/a b/manifest.json', ETag: 'found', ObjectVersionId: 'v1' }]);
  });

  test('B25 a manifest that comes a minute later is waited for', async () => {
    etag.mockRejectedValueOnce(new S3RequestFailed('NotFound', 'Nothing there', { httpStatusCode: 404, attempts: 1 }));
    expect(await stack().create(manifest())).toMatchObject({ Status: 'SUCCESS' });
    expect(located()).toEqual([{ ObjectArn: 'arn:aws-cn:s3:::lists/a b/manifest.json', ETag: 'found' }]);
  });

  test('B26 a manifest that is not there, or may not be read, fails the Create with the next step, and no job runs', async () => {
    etag.mockRejectedValue(new S3RequestFailed('AccessDenied', 'Not you', { httpStatusCode: 403, attempts: 1 }));
    const { Status, Reason } = await stack().create(manifest());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('AccessDenied: Not you. Check that the manifest arn:aws-cn:s3:::lists/a b/manifest.json exists and that its bucket and key let');
    expect(s3Control.jobs).toEqual([]);
  });

  test('B27 a manifest that is looked up and has not moved runs nothing anew, whatever it lists by then', async () => {
    const deployment = stack();
    const created = await deployment.create(manifest());
    etag.mockResolvedValue('another');
    expect(await deployment.update({ ...manifest(), Priority: 5 })).toEqual(created);
    await deployment.update({ ...manifest(), Trigger: '2' });
    expect(located().map(({ ETag }) => ETag)).toEqual(['found', 'another']);
  });

  test('B28 a manifest that is replaced between two attempts for one request is no reason for another job: the one that runs is found', async () => {
    etag.mockResolvedValueOnce('first').mockResolvedValue('second');
    services.fail('CreateJob', { status: 500, name: 'InternalServiceException', afterTheFact: true });
    const { Status, Data } = await stack({ invokesTwice: true }).create(manifest());
    expect([Status, Data?.JobId]).toEqual(['SUCCESS', JOB_ID]);
    expect(located().map(({ ETag }) => ETag)).toEqual(['first']);
  });

  test('B29 of jobs that are equal in all but the request, the newest is the one that is found', async () => {
    const deployment = stack();
    await deployment.create(manifest());
    await deployment.update(manifest({ ObjectVersionId: 'v2' }));
    clock.advanceSeconds(60);
    etag.mockResolvedValueOnce('first').mockResolvedValue('second');
    services.fail('CreateJob', { status: 500, name: 'InternalServiceException', afterTheFact: true });
    s3Control.pageSize = 1;
    const { Data } = await deployment.update(manifest());
    expect([Data?.JobId, s3Control.jobs.length]).toEqual([JOB_ID.replace(/1$/, '3'), 3]);
  });

  test('B30 a manifest that is replaced before S3 has read it fails the Create with the next step, and the next deployment takes it as it is then', async () => {
    s3Control.states = ['New', 'Failed'];
    s3Control.ending = { FailureReasons: { member: [{ FailureCode: 'ManifestNotFound', FailureReason: 'ETag does not match' }] } };
    const { Status, Reason } = await stack().create(manifest());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('failed: ManifestNotFound: ETag does not match. The manifest arn:aws-cn:s3:::lists/a b/manifest.json was replaced after the job was '
      + 'asked for: deploy again, which takes the manifest that is there then, or name the version that is meant.');
    s3Control.states = ['New', 'Complete'];
    etag.mockResolvedValue('second');
    expect(await stack().create(manifest())).toMatchObject({ Status: 'SUCCESS' });
    expect(located().at(-1)).toMatchObject({ ETag: 'second' });
  });
});
