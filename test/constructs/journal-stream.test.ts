import { App, CfnParameter, Stack, Tags, aws_iam as iam, aws_kinesis as kinesis } from 'aws-cdk-lib';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import { JournalStream, JournalStreamOptions, JournalWindow, Ledger } from '../../src';

const NOW = new Date('2026-06-01T00:00:00Z');

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

type Options = Partial<JournalStreamOptions>;
const stackOf = (options: (stack: Stack) => Options = () => ({})) => {
  const stack = new Stack(new App(), 'Stack');
  const ledger = new Ledger(stack, 'Ledger');
  const kinesisStream = new kinesis.Stream(stack, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS });
  return { stack, ledger, journalStream: ledger.streamJournal('Stream', { kinesisStream, ...options(stack) }) };
};
const streamIn = (stack: Stack) => onlyResource(stack, 'Custom::QldbJournalStream');
const nameWith = (options?: (stack: Stack) => Options) => streamIn(stackOf(options).stack).Properties.StreamName as string;

test('a stream without options sends the whole journal, aggregated, for ever', () => {
  expect(streamIn(stackOf().stack).Properties).toEqual({
    ServiceToken: expect.anything(),
    ServiceTimeout: '3600',
    ServiceUrl: expect.anything(),
    LedgerName: { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] },
    StreamName: expect.stringMatching(/^(?!.*--)[A-Za-z][A-Za-z0-9-]{1,30}[a-z0-9]$/),
    RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^LedgerStreamRole/), 'Arn'] },
    KinesisStreamArn: { 'Fn::GetAtt': [expect.stringMatching(/^Kinesis/), 'Arn'] },
    AggregationEnabled: true,
    InclusiveStartTime: 'LEDGER_CREATION',
  });
});

test('everything that can be said about a stream reaches the custom resource', () => {
  const { stack } = stackOf(() => ({
    streamName: 'audit',
    window: JournalWindow.between(new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')),
    aggregationEnabled: false,
    tags: { team: 'ledger' },
  }));
  Tags.of(stack).add('cost-center', '42');
  expect(streamIn(stack).Properties).toMatchObject({
    StreamName: 'audit',
    InclusiveStartTime: '2026-01-01T00:00:00.000Z',
    ExclusiveEndTime: '2027-01-01T00:00:00.000Z',
    AggregationEnabled: false,
    Tags: { 'team': 'ledger', 'cost-center': '42' },
  });
});

describe('a generated name', () => {
  const otherStream = (stack: Stack) => ({ kinesisStream: new kinesis.Stream(stack, 'Other') });
  const otherRole = (stack: Stack) => ({ role: new iam.Role(stack, 'Mine', { assumedBy: new iam.AccountRootPrincipal() }) });

  test.each<[string, (stack: Stack) => Options]>([
    ['target', otherStream],
    ['role', otherRole],
    ['aggregation', () => ({ aggregationEnabled: false })],
    ['start', () => ({ window: JournalWindow.since(new Date('2026-01-01T00:00:00Z')) })],
    ['end', () => ({ window: JournalWindow.until(new Date('2027-01-01T00:00:00Z')) })],
  ])('changes with the %s, because the new stream begins before the old one ends', (_, options) => {
    expect(nameWith(options)).not.toBe(nameWith());
  });

  test('stays while only tags change, and from synthesis to synthesis', () => {
    expect(nameWith(() => ({ tags: { a: 'b' } }))).toBe(nameWith());
  });
});

describe('the role of a stream', () => {
  test('writes to the one Kinesis stream and uses its key, nothing else', () => {
    const { stack } = stackOf();
    expect(grantedStatements(stack).filter(([id]) => /^LedgerStreamRoleDefaultPolicy/.test(id)).map(([, statement]) => statement)).toEqual([
      {
        Effect: 'Allow',
        Action: ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary', 'kinesis:ListShards', 'kinesis:PutRecord', 'kinesis:PutRecords'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Kinesis/), 'Arn'] },
      },
      { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^KinesisKey/), 'Arn'] } },
    ]);
  });

  test('has no key when the Kinesis stream has none', () => {
    const { stack } = stackOf(scope => ({ kinesisStream: new kinesis.Stream(scope, 'Plain') }));
    const actions = grantedStatements(stack).filter(([id]) => /^LedgerStreamRoleDefaultPolicy/.test(id)).flatMap(([, { Action }]) => listed(Action));
    expect(actions.filter(action => action.startsWith('kms:'))).toEqual([]);
  });

  test('is assumed by the functions of the service only, and only in the name of the ledger', () => {
    const { stack } = stackOf();
    const [, role] = Object.entries(resourcesOf(stack)).find(([id, { Type }]) => /^LedgerStreamRole/.test(id) && Type === 'AWS::IAM::Role')!;
    for (const { Principal, Condition } of role.Properties.AssumeRolePolicyDocument.Statement) {
      expect(Principal.AWS).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^DefaultLedgerService(Api|Worker)Role/), 'Arn'] });
      expect(Condition).toEqual({ StringEquals: { 'sts:ExternalId': { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerArn'] } } });
    }
  });

  test('may be yours: it is left alone', () => {
    const { stack } = stackOf(scope => ({ role: iam.Role.fromRoleArn(scope, 'Mine', 'arn:aws:iam::111122223333:role/mine') }));
    expect(grantedStatements(stack).filter(([id, { Action }]) => id.startsWith('Mine') || listed(Action).includes('sts:AssumeRole'))).toEqual([]);
    expect(streamIn(stack).Properties.RoleArn).toBe('arn:aws:iam::111122223333:role/mine');
  });
});

test('a stream is cancelled while its role and its target still exist', () => {
  expect(streamIn(stackOf().stack).DependsOn).toEqual(expect.arrayContaining([
    expect.stringMatching(/^LedgerStreamRole[0-9A-F]{8}$/),
    expect.stringMatching(/^LedgerStreamRoleDefaultPolicy/),
    expect.stringMatching(/^Kinesis/),
  ]));
});

test('a stream hears all its problems at once', () => {
  expect(() => stackOf(() => ({ streamName: 'a--b', window: JournalWindow.since(new Date('2026-06-01T00:00:00.001Z')) }))).toThrow(
    /^JournalStream 'Stack\/Ledger\/Stream' has 2 problems:\n {2}- streamName 'a--b' is not a valid name: .*\n {2}- window start .* is in the future/);
});

test('values that are known only at deployment pass untouched', () => {
  const { stack } = stackOf(scope => {
    const [streamName, start] = ['Name', 'Start'].map(id => new CfnParameter(scope, id).valueAsString);
    return { streamName, window: JournalWindow.fromTimestamps({ inclusiveStartTime: start }) };
  });
  expect(streamIn(stack).Properties).toMatchObject({ StreamName: { Ref: 'Name' }, InclusiveStartTime: { Ref: 'Start' } });
});

test('id, ARN and reference of a stream come from the service', () => {
  const { stack, journalStream } = stackOf();
  expect(stack.resolve(journalStream.streamRef)).toEqual({
    ledgerName: { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] },
    streamId: { 'Fn::GetAtt': [expect.stringMatching(/^LedgerStream/), 'StreamId'] },
    streamArn: { 'Fn::GetAtt': [expect.stringMatching(/^LedgerStream/), 'StreamArn'] },
  });
});

describe('an imported stream', () => {
  const ARN = 'arn:aws:qldb:eu-west-1:111122223333:stream/payments/8UyXulxccYLAsbN1aon7e4';

  test('is known by its ARN or its attributes', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    const byArn = JournalStream.fromJournalStreamArn(stack, 'ByArn', ARN);
    expect([byArn.ledgerName, byArn.streamId, byArn.streamArn]).toEqual(['payments', '8UyXulxccYLAsbN1aon7e4', ARN]);
    const byAttributes = JournalStream.fromJournalStreamAttributes(stack, 'ByAttributes', { ledgerName: 'payments', streamId: '8UyXulxccYLAsbN1aon7e4' });
    expect(stack.resolve(byAttributes.streamArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ARN.slice('arn:aws'.length)]] });
  });

  test('needs the ARN of a journal stream', () => {
    expect(() => JournalStream.fromJournalStreamArn(new Stack(), 'Stream', 'arn:aws:kinesis:eu-west-1:111122223333:stream/audit'))
      .toThrow('does not end in stream/<ledgerName>/<streamId>');
  });
});
