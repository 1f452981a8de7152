import { CloudFormationSimulator, type DeploymentOptions } from './cloudformation-simulator';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { journalStreamLifecycle } from '../../src/custom-resources/journal-stream-lifecycle';

let world: SimulatedWorld;
beforeEach(async () => {
  world = await simulatedWorld();
  world.service.addLedger('audit');
});
afterEach(() => world.end());

function stack(options?: DeploymentOptions, logicalId = 'AuditStream') {
  return new CloudFormationSimulator(journalStreamLifecycle(world.edges), world.clock, options, undefined, logicalId);
}

function properties(changes: Record<string, unknown> = {}) {
  return {
    ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:provider',
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    StreamName: 'to-kinesis',
    RoleArn: 'arn:aws:iam::111122223333:role/stream',
    KinesisStreamArn: 'arn:aws:kinesis:eu-central-1:111122223333:stream/events',
    AggregationEnabled: true,
    InclusiveStartTime: 'LEDGER_CREATION',
    ...changes,
  };
}

const streams = () => world.service.streams;
const statuses = () => Object.fromEntries(streams().map(stream => [stream.StreamName, stream.Status]));

describe('Create', () => {
  test('S1 starts the stream from the creation of the ledger and returns its id and ARN', async () => {
    const { Status, PhysicalResourceId, Data } = await stack().create(properties({ Tags: { team: 'ledger' } }));
    const [stream] = streams();
    expect({ Status, Data }).toEqual({ Status: 'SUCCESS', Data: { StreamId: stream.StreamId, StreamArn: stream.Arn, StreamStatus: 'ACTIVE', ErrorCause: 'NONE' } });
    expect(PhysicalResourceId).toMatch(new RegExp(`^audit/${stream.StreamId}/`));
    expect(stream).toMatchObject({
      Status: 'ACTIVE',
      InclusiveStartTime: world.service.ledgers.get('audit')!.CreationDateTime,
      KinesisConfiguration: { StreamArn: properties().KinesisStreamArn, AggregationEnabled: true },
    });
    expect(world.service.tagsOf(stream.Arn)).toMatchObject({ team: 'ledger' });
    expect(world.service.tagsOf(stream.Arn)).not.toHaveProperty('cdk-ledger:creating');
  });

  test('S2 a stream with an end that is complete at once is a success', async () => {
    const deployment = stack({ beforePoll: () => { streams()[0].Status = 'COMPLETED'; } });
    const { Status } = await deployment.create(properties({ ExclusiveEndTime: '2026-02-01T00:00:00Z', AggregationEnabled: false }));
    expect(Status).toBe('SUCCESS');
    expect(streams()[0]).toMatchObject({
      ExclusiveEndTime: Date.parse('2026-02-01T00:00:00Z') / 1000, KinesisConfiguration: { AggregationEnabled: false },
    });
  });

  test('S3 invoked twice for one request starts one stream', async () => {
    expect(await stack({ invokesTwice: true }).create(properties())).toMatchObject({ Status: 'SUCCESS' });
    expect(streams()).toHaveLength(1);
  });

  test('S4 a start whose answer is lost is found, not repeated', async () => {
    world.service.fail('StreamJournalToKinesis', { status: 500, afterTheFact: true });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { StreamId: streams()[0].StreamId } });
    expect(streams()).toHaveLength(1);
  });

  test('S5 the active stream of another resource is not taken, and the way out is told', async () => {
    await stack().create(properties());
    const { Status, Reason } = await stack({}, 'OtherStream').create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/already has an active stream named 'to-kinesis', managed by resource AuditStream of stack .*Choose another streamName/);
    expect(statuses()).toEqual({ 'to-kinesis': 'ACTIVE' });
  });

  test('S6 a stream that is impaired for a minute, until its role has spread, is a success', async () => {
    const deployment = stack({ beforePoll: poll => Object.assign(streams()[0], { Status: poll < 7 ? 'IMPAIRED' : 'ACTIVE' }) });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    ['KINESIS_STREAM_NOT_FOUND', 'Check that arn:aws:kinesis:eu-central-1:111122223333:stream/events exists'],
    ['IAM_PERMISSION_REVOKED', 'Check that role arn:aws:iam::111122223333:role/stream may put records'],
  ])('S7 a stream that stays impaired (%s) fails after five minutes, says why, and is cancelled', async (cause, remedy) => {
    world.service.streamHealth = { Status: 'IMPAIRED', ErrorCause: cause };
    const deployment = stack();
    const { Status, Reason } = await deployment.create(properties());
    expect(Status).toBe('FAILED');
    expect(Reason).toContain(`could not write for 5 minutes (${cause})`);
    expect(Reason).toContain(remedy);
    expect(statuses()).toEqual({ 'to-kinesis': 'CANCELED' });
    expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
  });

  test.each([['FAILED', 'failed (IAM_PERMISSION_REVOKED)'], ['CANCELED', 'was cancelled while the deployment waited']])(
    'S8 a stream that is %s fails the Create', async (status, reason) => {
      const deployment = stack({ beforePoll: () => Object.assign(streams()[0], { Status: status, ErrorCause: 'IAM_PERMISSION_REVOKED' }) });
      expect((await deployment.create(properties())).Reason).toContain(reason);
      expect(deployment.responses.at(-1)).toMatchObject({ RequestType: 'Delete', Status: 'SUCCESS' });
    });

  test('S9 a service that is down for five minutes is waited for', async () => {
    world.service.isDown = true;
    const deployment = stack({ beforePoll: poll => { world.service.isDown = poll < 30; } });
    expect(await deployment.create(properties())).toMatchObject({ Status: 'SUCCESS', Data: { StreamId: streams()[0].StreamId } });
    expect(deployment.physicalId).toContain(streams()[0].StreamId);
  });

  test('S10 a stream that was started late and fails is cancelled although its id was never told', async () => {
    world.service.fail('StreamJournalToKinesis', { status: 503 });
    world.service.streamHealth = { Status: 'IMPAIRED', ErrorCause: 'IAM_PERMISSION_REVOKED' };
    const deployment = stack();
    expect(await deployment.create(properties())).toMatchObject({ Status: 'FAILED' });
    expect(statuses()).toEqual({ 'to-kinesis': 'CANCELED' });
  });

  test('S11 a role that is only seconds old is waited for', async () => {
    world.service.fail('StreamJournalToKinesis', { status: 400, name: 'InvalidParameterException', message: 'Cannot assume role', times: 9 });
    expect(await stack().create(properties())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('S12 a missing ledger is reported at once', async () => {
    const { Reason } = await stack().create(properties({ LedgerName: 'missing' }));
    expect(Reason).toBe("Create of stream 'to-kinesis' of ledger 'missing' failed: ResourceNotFoundException: The Ledger with name missing is not found.");
  });
});

describe('Update', () => {
  test('S13 tags change in place, whatever state the stream is in, and the attributes tell that state with its cause', async () => {
    const deployment = stack();
    const created = await deployment.create(properties({ Tags: { team: 'a', cost: '1' } }));
    Object.assign(streams()[0], { Status: 'IMPAIRED', ErrorCause: 'IAM_PERMISSION_REVOKED' });
    const updated = await deployment.update(properties({ Tags: { team: 'b' } }));
    expect(updated).toEqual({ ...created, Data: { ...created.Data, StreamStatus: 'IMPAIRED', ErrorCause: 'IAM_PERMISSION_REVOKED' } });
    expect(world.service.tagsOf(streams()[0].Arn)).toMatchObject({ team: 'b' });
    expect(world.service.tagsOf(streams()[0].Arn)).not.toHaveProperty('cost');
    expect(streams()).toHaveLength(1);
  });

  test('S14 tags of a stream that ended and was forgotten change without complaint', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    streams().splice(0);
    const updated = await deployment.update(properties({ Tags: { team: 'b' } }));
    expect(updated).toEqual({ ...created, Data: { ...created.Data, StreamStatus: 'UNKNOWN' } });
  });

  test('S15 any other change starts another stream and cancels the old one afterwards', async () => {
    const deployment = stack();
    await deployment.create(properties());
    const { Status, PhysicalResourceId } = await deployment.update(properties({ StreamName: 'unpacked', AggregationEnabled: false }));
    expect(Status).toBe('SUCCESS');
    expect(PhysicalResourceId).toContain(streams()[1].StreamId);
    expect(statuses()).toEqual({ 'to-kinesis': 'CANCELED', 'unpacked': 'ACTIVE' });
  });

  test('S16 a change under the same name is refused, because the old stream still runs', async () => {
    const deployment = stack();
    await deployment.create(properties());
    const { Status, Reason } = await deployment.update(properties({ AggregationEnabled: false }));
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('give the changed stream another streamName, or leave streamName out');
    expect(statuses()).toEqual({ 'to-kinesis': 'ACTIVE' });
    expect(deployment.responses.at(-1)?.Status).toBe('SUCCESS');
  });

  test('S17 a replacement that is rolled back returns to the old stream and cancels the new one', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    expect(await deployment.updateAndRollBack(properties({ StreamName: 'new' }))).toMatchObject({ Status: 'SUCCESS', Data: created.Data });
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(statuses()).toEqual({ 'to-kinesis': 'ACTIVE', 'new': 'CANCELED' });
  });

  test('S18 a rollback to a stream that is impaired meanwhile succeeds and leaves it running', async () => {
    const deployment = stack();
    const created = await deployment.create(properties());
    streams()[0].Status = 'IMPAIRED';
    await deployment.updateAndRollBack(properties({ StreamName: 'new' }));
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(statuses()).toEqual({ 'to-kinesis': 'IMPAIRED', 'new': 'CANCELED' });
  });

  test.each(['old id', 'reported id'] as const)('S19 a replacement that fails is cancelled and rolled back (CloudFormation goes on with the %s)', async from => {
    const deployment = stack({ beforePoll: () => { if (streams()[1]?.Status === 'ACTIVE') { streams()[1].Status = 'FAILED'; } } });
    const created = await deployment.create(properties());
    expect(await deployment.update(properties({ StreamName: 'new' }), from)).toMatchObject({ Status: 'FAILED' });
    expect(deployment.responses.at(-1)?.Status).toBe('SUCCESS');
    expect(deployment.physicalId).toBe(created.PhysicalResourceId);
    expect(statuses()).toEqual({ 'to-kinesis': 'ACTIVE', 'new': 'FAILED' });
  });
});

describe('Delete', () => {
  test('S20 cancels the stream and waits until it has ended, invoked twice or not', async () => {
    const deployment = stack({ invokesTwice: true });
    await deployment.create(properties());
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: deployment.physicalId });
    expect(statuses()).toEqual({ 'to-kinesis': 'CANCELED' });
    expect(world.service.count('CancelJournalKinesisStream')).toBe(1);
  });

  test.each(['COMPLETED', 'FAILED', 'CANCELED', 'forgotten', 'without its ledger'])('S21 a stream that is %s is deleted', async status => {
    const deployment = stack();
    await deployment.create(properties());
    streams()[0].Status = status;
    if (status === 'forgotten') { streams().splice(0); }
    if (status === 'without its ledger') { world.service.ledgers.clear(); streams().splice(0); }
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
  });

  test('S22 a service that stumbles is waited for', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.fail('CancelJournalKinesisStream', { status: 503, times: 3 });
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(statuses()).toEqual({ 'to-kinesis': 'CANCELED' });
  });

  test('S23 a service that is gone fails with a way out', async () => {
    const deployment = stack();
    await deployment.create(properties());
    world.service.isDown = true;
    expect((await deployment.delete()).Reason).toContain('--retain-resources AuditStream');
  });

  test('S24 a Create that never told its stream\'s id is cleaned up after, and nobody else\'s stream is touched', async () => {
    const deployment = stack();
    await deployment.create(properties());
    const other = stack({}, 'OtherStream');
    other.properties = properties();
    other.physicalId = 'a3b4c5d6-0000-0000-0000-000000000000';
    expect(await other.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(statuses()).toEqual({ 'to-kinesis': 'ACTIVE' });
    deployment.physicalId = 'a3b4c5d6-0000-0000-0000-000000000000';
    expect(await deployment.delete()).toMatchObject({ Status: 'SUCCESS' });
    expect(statuses()).toEqual({ 'to-kinesis': 'CANCELED' });
  });
});

describe('What the service says', () => {
  test('S25 a stream that stays impaired fails with the reason that the service tells, if it does', async () => {
    const StatusReason = 'Writing to events under the role r: AccessDeniedException kinesis:PutRecords. Check that the role may write to the Kinesis stream.';
    world.service.streamHealth = { Status: 'IMPAIRED', ErrorCause: 'IAM_PERMISSION_REVOKED', StatusReason };
    expect((await stack().create(properties())).Reason).toContain(`(IAM_PERMISSION_REVOKED) and was cancelled. ${StatusReason} Then deploy again.`);
  });
});
