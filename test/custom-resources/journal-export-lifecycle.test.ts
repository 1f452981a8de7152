import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { STRAND_ID } from './fake-ledger-service';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { journalExportLifecycle } from '../../src/custom-resources/journal-export-lifecycle';
import { endOfRequest } from '../../src/custom-resources/journal-export-start';

let world: SimulatedWorld;
beforeEach(async () => {
  world = await simulatedWorld();
  world.service.addLedger('audit');
  world.clock.advanceSeconds(3600.123);
});
afterEach(() => world.end());

function stack(options?: DeploymentOptions) {
  return new CloudFormationSimulator(journalExportLifecycle(world.edges), world.clock, options);
}

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    RoleArn: 'arn:aws:iam::111122223333:role/export',
    Bucket: 'archive',
    Prefix: 'journal',
    OutputFormat: 'ION_TEXT',
    ObjectEncryptionType: 'SSE_KMS',
    KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
    InclusiveStartTime: 'LEDGER_CREATION',
    ExclusiveEndTime: 'NOW',
    WaitForCompletion: true,
    ...changes,
  };
}

const jobs = () => world.service.exports;

describe('Create', () => {
  test('E1 exports from the creation of the ledger until now, waits, and returns where the manifests are', async () => {
    const requested = world.clock.now().getTime();
    const { Status, PhysicalResourceId, Data } = await stack().create(properties());
    const [{ ExportId: id }] = jobs();
    expect(Status).toBe('SUCCESS');
    expect(PhysicalResourceId).toMatch(new RegExp(`^audit/${id}/`));
    expect(Data).toEqual({
      ExportId: id,
      Bucket: 'archive',
      Prefix: 'journal',
      StartedManifestKey: `journal/${id}.started.manifest`,
      CompletedManifestKey: `journal/${id}.${STRAND_ID}.completed.manifest`,
      ExportCreationTime: new Date(jobs()[0].ExportCreationTime * 1000).toISOString(),
    });
    expect(jobs()[0]).toMatchObject({
      Status: 'COMPLETED',
      InclusiveStartTime: world.service.ledgers.get('audit')!.CreationDateTime,
      RoleArn: properties().RoleArn,
      S3ExportConfiguration: {
        Bucket: 'archive', Prefix: 'journal', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: properties().KmsKeyArn },
      },
    });
    const end = jobs()[0].ExclusiveEndTime * 1000;
    expect(end).toBeGreaterThanOrEqual(requested);
    expect(end).toBeLessThan(requested + 1000);
  });

  test('E2 a window that is given is exported exactly', async () => {
    await stack().create(properties({ InclusiveStartTime: '2026-02-01T00:00:00Z', ExclusiveEndTime: '2026-02-28T12:30:00.5Z', Prefix: '' }));
    expect(jobs()[0]).toMatchObject({
      InclusiveStartTime: Date.parse('2026-02-01T00:00:00Z') / 1000, ExclusiveEndTime: Date.parse('2026-02-28T12:30:00.5Z') / 1000,
    });
  });

  test.each(['NOW', '2026-02-28T00:00:00Z'])('E3 invoked twice for one request starts one export (until %s)', async end => {
    const { Status } = await stack({ invokesTwice: true }).create(properties({ ExclusiveEndTime: end }));
    expect(Status).toBe('SUCCESS');
    expect(jobs()).toHaveLength(1);
  });

  test('E4 another deployment a minute later starts its own export, although all parameters are equal', async () => {
    await stack().create(properties());
    world.clock.advanceSeconds(60);
    await stack().create(properties());
    expect(jobs()).toHaveLength(2);
  });

  test('E5 an export whose start was answered by an error is found, not started again', async () => {
    world.service.fail('ExportJournalToS3', { status: 500, afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(jobs()).toHaveLength(1);
  });

  test('E6 waits for one of two running exports to end, and then for its own, which is started once', async () => {
    world.service.polls = 3;
    await stack().create(properties({ WaitForCompletion: false, Bucket: 'one' }));
    await stack().create(properties({ WaitForCompletion: false, Bucket: 'two' }));
    const deployment = stack({ beforePoll: poll => { if (poll === 100) { jobs()[0].Status = 'COMPLETED'; } } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { ExportId: jobs()[0].ExportId } });
    expect(jobs()).toHaveLength(3);
    expect(jobs()[0].Status).toBe('COMPLETED');
  });

  test('E7 two exports that never end fail the Create after half an hour', async () => {
    world.service.polls = Infinity;
    await stack().create(properties({ WaitForCompletion: false, Bucket: 'one' }));
    await stack().create(properties({ WaitForCompletion: false, Bucket: 'two' }));
    const { Status, Reason } = await stack().create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/^Create of the export of ledger 'audit' to s3:\/\/archive\/journal failed even after 30 minutes of trying: /);
    expect(Reason).toContain('deploy again when one of them has ended');
  });

  test('E8 a role that is only seconds old is waited for', async () => {
    world.service.fail('ExportJournalToS3', { status: 400, name: 'InvalidParameterException', message: 'Cannot assume role', times: 9 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(jobs()).toHaveLength(1);
  });

  test('E9 a role that may not write fails after three minutes, naming role and bucket', async () => {
    const message = 'QLDB encountered an error validating S3 configuration: AccessDenied Access Denied';
    world.service.fail('ExportJournalToS3', { status: 400, name: 'IllegalArgumentException', message, times: 1000 });
    const { Reason } = await stack().create(properties());
    expect(Reason).toContain('even after 3 minutes');
    expect(Reason).toContain('role arn:aws:iam::111122223333:role/export');
    expect(Reason).toContain('bucket archive');
  });

  test('E10 a bucket that does not exist fails at once with the service\'s words', async () => {
    const message = 'QLDB encountered an error validating S3 configuration: NoSuchBucket The specified bucket does not exist';
    world.service.fail('ExportJournalToS3', { status: 400, name: 'IllegalArgumentException', message });
    const { Reason } = await stack().create(properties());
    expect(Reason).toBe(`Create of the export of ledger 'audit' to s3://archive/journal failed: IllegalArgumentException: ${message}.`);
  });

  test('E11 a ledger that is still being created is waited for', async () => {
    world.service.ledgers.get('audit')!.State = 'CREATING';
    const deployment = stack({ beforePoll: poll => { if (poll === 5) { world.service.ledgers.get('audit')!.State = 'ACTIVE'; } } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('E12 without waiting, success comes as soon as the export runs, with all attributes', async () => {
    const { Status, Data } = await stack().create(properties({ WaitForCompletion: false }));
    expect(Status).toBe('SUCCESS');
    expect(Data?.CompletedManifestKey).toContain(STRAND_ID);
    expect(jobs()[0].Status).toBe('IN_PROGRESS');
  });

  test.each(['CANCELLED', 'gone'])('E13 an export that is %s fails the Create with what to look at', async outcome => {
    const deployment = stack({
      beforePoll: () => jobs().splice(0).filter(() => outcome !== 'gone').forEach(job => jobs().push({ ...job, Status: outcome })),
    });
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(outcome === 'gone' ? /is no longer known to the service/ : /was cancelled by the service before it was complete/);
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('E14 a service that stumbles while the export runs is waited for', async () => {
    const deployment = stack({ beforePoll: poll => { world.service.isDown = poll < 90; } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(jobs()).toHaveLength(1);
  });

  test('E15 a wrong format and a wrong moment are named', async () => {
    expect((await stack().create(properties({ OutputFormat: 'CSV' }))).Reason).toContain('OutputFormat of the custom resource must be one of ION_TEXT');
    expect((await stack().create(properties({ ExclusiveEndTime: 'yesterday' }))).Reason)
      .toContain("ISO 8601 moment such as 2026-01-31T00:00:00Z, but is 'yesterday'");
  });
});

describe('Update', () => {
  test('E16 asking for nothing new exports nothing and repeats id and attributes, without a call, even when the job is forgotten', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    const calls = world.service.calls.length;
    world.service.isDown = true;
    const updated = await deployment.update(properties({ RoleArn: 'arn:aws:iam::111122223333:role/other', WaitForCompletion: false }));
    expect(updated).toEqual(created);
    expect(world.service.calls).toHaveLength(calls);
  });

  test.each([
    { Trigger: 'again' }, { Prefix: 'other' }, { OutputFormat: 'JSON' }, { InclusiveStartTime: '2026-02-01T00:00:00Z' },
    { ObjectEncryptionType: 'SSE_S3', KmsKeyArn: undefined },
  ])('E17 a change of %j exports anew, under a new id', async change => {
    const deployment = stack();
    const created = await deployment.create(properties());
    const updated = await deployment.update(properties(change));
    expect(updated.Status).toBe('SUCCESS');
    expect(updated.PhysicalResourceId).not.toBe(created.PhysicalResourceId);
    expect(jobs()).toHaveLength(2);
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test('E18 a trigger starts a new export of the very same window, invoked twice or not', async () => {
    const deployment = stack({ invokesTwice: true });
    const window = { InclusiveStartTime: '2026-02-01T00:00:00Z', ExclusiveEndTime: '2026-02-28T00:00:00Z' };
    await deployment.create(properties(window));
    world.clock.advanceSeconds(60);
    await deployment.update(properties({ ...window, Trigger: '2' }));
    expect(jobs()).toHaveLength(2);
    expect(deployment.physicalId).toContain(jobs()[0].ExportId);
  });

  test('E19 an Update that fails is rolled back to the export that was there, without a new one', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    world.service.fail('ExportJournalToS3', { status: 400, name: 'InvalidParameterException', message: 'no' });
    expect(await deployment.update(properties({ Trigger: 'again' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(deployment.responses.at(-1)).toMatchObject({ Status: 'SUCCESS', Data: created.Data });
    expect(jobs()).toHaveLength(1);
  });

  test('E20 an Update whose export is cancelled is rolled back likewise', async () => {
    const deployment = stack({ beforePoll: () => { if (jobs().length === 2) { jobs()[0].Status = 'CANCELLED'; } } });
    const created = await deployment.create(properties());
    expect(await deployment.update(properties({ Trigger: 'again' }))).toMatchObject({ Status: 'FAILED' });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(deployment.responses.at(-1)?.Status).toBe('SUCCESS');
  });

  test('E21 an Update that succeeded and is rolled back exports once more, which harms nobody', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.updateAndRollBack(properties({ Prefix: 'other' }))).toMatchObject({ Status: 'SUCCESS', Data: { Prefix: 'journal' } });
    expect(jobs()).toHaveLength(3);
  });
});

describe('Delete', () => {
  test('E22 does nothing and needs no service: exported objects stay', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.isDown = true;
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: deployment.physicalId });
    expect(jobs()[0].Status).toBe('COMPLETED');
  });
});

test('the end of a request is the same whenever the request is handled within one second, and never before', () => {
  const handled = new Date('2026-03-01T12:00:00.250Z');
  const end = endOfRequest('request-1', handled);
  expect(end.getTime()).toBeGreaterThanOrEqual(handled.getTime());
  expect(end.getTime()).toBeLessThan(handled.getTime() + 1000);
  expect(endOfRequest('request-1', end)).toEqual(end);
  expect(endOfRequest('request-1', new Date(end.getTime() + 1)).getTime()).toBe(end.getTime() + 1000);
});

describe('What the service says', () => {
  test('E23 an export that the service gave up fails the Create with the reason that the service tells', async () => {
    const StatusReason = 'Writing to s3://archive/journal under the role r: KMS.DisabledException The key is disabled. Check that the key is enabled.';
    const deployment = stack({ beforePoll: () => Object.assign(jobs()[0], { Status: 'CANCELLED', StatusReason }) });
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`was given up by the service before it was complete. ${StatusReason} Then deploy again.`);
  });
});

describe('Timeouts', () => {
  test.each([[undefined, 54], ['600', 10]])('E24 an export that outlasts its timeout (%s) fails the Create, and says that it goes on', async (seconds, minutes) => {
    world.service.polls = Infinity;
    const { Status, Reason } = await stack().create(properties({ TimeoutSeconds: seconds }));
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(new RegExp(`^Export \\w+ of ledger 'audit' to s3://archive/journal still runs after ${minutes} minutes, and goes on\\.`));
    expect(Reason).toContain('deploy with waitForCompletion: false');
    expect(jobs()[0].Status).toBe('IN_PROGRESS');
  });

  test('E25 another timeout is no reason to export anew', async () => {
    const deployment = stack();
    await deployment.create(properties());
    expect(await deployment.update(properties({ TimeoutSeconds: 600 }))).toMatchObject({ Status: 'SUCCESS' });
    expect(jobs()).toHaveLength(1);
  });
});
