import { App, Duration, Stack, aws_events as events, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { onlyResource, resourcesOf } from './full-stack';
import { JournalArchive, Ledger, type LedgerDigestOptions } from '../../src';

function digestStack(options: (stack: Stack) => LedgerDigestOptions = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const ledger = new Ledger(stack, 'Payments', { ledgerName: 'payments' });
  return { stack, ledger, digest: ledger.keepDigest('Digest', options(stack)) };
}

const locked = (stack: Stack) => new JournalArchive(stack, 'Archive', { objectLock: s3.ObjectLockRetention.compliance(Duration.days(3650)) });

test('without an archive it makes one that locks its objects', () => {
  const { stack } = digestStack();
  expect(onlyResource(stack, 'AWS::S3::Bucket').Properties).toMatchObject({
    ObjectLockEnabled: true, ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
  });
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test('the deployment waits for a digest and returns where it is', () => {
  const { stack, digest } = digestStack(scope => ({ archive: locked(scope), prefix: 'evidence', trigger: 'release 7' }));
  expect(onlyResource(stack, 'Custom::QldbLedgerDigest').Properties).toMatchObject({ Prefix: 'evidence/', Trigger: 'release 7', ServiceUrl: expect.anything() });
  for (const [attribute, name] of [[digest.digest, 'Digest'], [digest.digestTipSequenceNo, 'DigestTipSequenceNo'], [digest.digestKey, 'DigestKey']]) {
    expect(stack.resolve(attribute)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^PaymentsDigest/), name] });
  }
});

test('a digest is taken after each deployment of the stack, and on a schedule', () => {
  const { stack } = digestStack(() => ({ schedule: events.Schedule.rate(Duration.hours(6)) }));
  const rules = Object.entries(resourcesOf(stack)).filter(([id, { Type }]) => Type === 'AWS::Events::Rule' && id.startsWith('PaymentsDigest'));
  expect(rules.map(([, { Properties }]) => Properties.ScheduleExpression ?? Properties.EventPattern)).toEqual([
    'rate(6 hours)',
    {
      'source': ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      'detail': { 'stack-id': [{ Ref: 'AWS::StackId' }], 'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] } },
    },
  ]);
});

test.each([
  ['an archive that locks nothing', (stack: Stack) => new JournalArchive(stack, 'Archive')],
  ['a bucket that nothing is known about', (stack: Stack) => JournalArchive.fromBucket(stack, 'Archive', s3.Bucket.fromBucketName(stack, 'Bucket', 'elsewhere'))],
])('%s is warned of', (_case, archive) => {
  const { stack } = digestStack(scope => ({ archive: archive(scope) }));
  Annotations.fromStack(stack).hasWarning('/Stack/Payments/Digest', Match.stringLikeRegexp('use a JournalArchive with objectLock.*cdk-ledger:digestsNotLocked'));
});

test('alarms tell failures, silence and digests that contradict each other', () => {
  const { stack, digest } = digestStack();
  const alarms = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  expect(alarms.map(({ Properties }) => [Properties.MetricName, Properties.TreatMissingData, Properties.EvaluationPeriods])).toEqual([
    ['DigestsKept', 'missing', 25], ['DigestFailures', 'notBreaching', 1], ['DigestMismatches', 'notBreaching', 1],
  ]);
  expect(digest.metricDigestsKept().namespace).toBe('CdkLedger/Archive');
});

test('a ledger without its service has no digest, and a wrong prefix is told with it', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(() => Ledger.fromLedgerName(stack, 'Ledger', 'payments').keepDigest('Digest', { prefix: '/x' }))
    .toThrow(/has 2 problems[\s\S]*imported without its service[\s\S]*prefix '\/x' contains an empty folder name/);
});

test('the resource is there before its permissions go', () => {
  const { stack } = digestStack();
  Template.fromStack(stack).hasResource('Custom::QldbLedgerDigest', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('^PaymentsDigestHandlerAccess')]) });
});
