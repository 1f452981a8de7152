import { App, Duration, Stack, aws_cloudwatch_actions as actions, aws_kinesis as kinesis, aws_s3 as s3, aws_sns as sns } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { onlyResource, resourcesOf } from './full-stack';
import { AuditedLedger, AuditedLedgerProps, LedgerChecks, LedgerService } from '../../src';

function audited(props: (stack: Stack) => AuditedLedgerProps = () => ({})) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  return { app, stack, payments: new AuditedLedger(stack, 'Payments', props(stack)) };
}

const ofType = (stack: Stack, type: string) =>
  Object.values(resourcesOf(stack)).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);

test('without properties there are a ledger, a locked archive, daily exports, digests, a stream of changes, alarms and a dashboard', () => {
  const { stack, payments } = audited();
  expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).filter(type => type.startsWith('Custom::')).sort())
    .toEqual(['Custom::QldbJournalStream', 'Custom::QldbLedger', 'Custom::QldbLedgerDigest', 'Custom::QldbLedgerGrant', 'Custom::QldbLedgerGrant']);
  expect(onlyResource(stack, 'AWS::S3::Bucket').Properties.ObjectLockConfiguration)
    .toEqual({ ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } });
  const { Properties: stream } = onlyResource(stack, 'AWS::Kinesis::Stream');
  expect(stream).toMatchObject({ RetentionPeriodHours: 168, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  expect(payments.exportSchedule.windowLength.toDays()).toBe(1);
  expect(ofType(stack, 'AWS::CloudWatch::Alarm')).toHaveLength(payments.alarms.length);
  expect(ofType(stack, 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
});

test('exports and digests are in the one archive, each below a prefix of its own', () => {
  const { payments: { archive, exportSchedule, digest } } = audited();
  expect([exportSchedule.archive, digest.archive]).toEqual([archive, archive]);
  expect([exportSchedule.prefix, digest.prefix].map(prefix => prefix.split('/')[0])).toEqual(['journal', 'digests']);
});

test('it complies with the rules of this library without exception', () => {
  const { app } = audited();
  expect(new LedgerChecks(app).validate({ templatePaths: [] })).toEqual({ success: true, violations: [] });
});

test('AwsSolutions finds nothing but access logs, wildcards below prefixes, and CDK\'s own framework', () => {
  const { stack } = audited();
  const accepted = [/-L1$/, /-S1$/, /-SF[12]$/, /-IAM5\[Resource::\*\]$/, /-IAM5\[Resource::.*\/(\*|attempt-\*\.json)\]$/, /-IAM5\[Resource::<\w+\.Arn>:\*\]$/];
  const { violations } = new AwsSolutionsChecks().validateScope(stack);
  const errors = violations.filter(({ severity }) => severity === 'error').map(({ ruleName }) => ruleName);
  expect(errors.filter(rule => !accepted.some(pattern => pattern.test(rule)))).toEqual([]);
});

test('all alarms do what they are told to', () => {
  const { stack } = audited(scope => ({ alarmActions: [new actions.SnsAction(new sns.Topic(scope, 'Operators'))] }));
  const alarms = ofType(stack, 'AWS::CloudWatch::Alarm');
  expect(alarms.map(({ AlarmActions }) => AlarmActions)).toEqual(alarms.map(() => [{ Ref: expect.stringMatching(/^Operators/) }]));
  expect(alarms.map(({ MetricName }) => MetricName)).toEqual(expect.arrayContaining(['IsImpaired', 'FailedExports', 'ExportLag', 'Session5xxExceptions']));
});

test('what is given is used: service, name, tables, lock, stream and the dashboard\'s name', () => {
  const { stack, payments } = audited(scope => ({
    service: new LedgerService(scope, 'Service'),
    ledgerName: 'payments',
    tables: [{ name: 'Transfers', indexes: ['transferId'] }],
    objectLock: s3.ObjectLockRetention.compliance(Duration.days(3650)),
    kinesisStream: kinesis.Stream.fromStreamArn(scope, 'Changes', 'arn:aws:kinesis:eu-central-1:111122223333:stream/changes'),
    dashboardName: 'Payments',
  }));
  const { Properties: ledger } = onlyResource(stack, 'Custom::QldbLedger');
  expect(ledger).toMatchObject({ LedgerName: 'payments', Tables: [{ Name: 'Transfers', Indexes: ['transferId'] }] });
  expect(onlyResource(stack, 'AWS::S3::Bucket').Properties.ObjectLockConfiguration.Rule.DefaultRetention).toEqual({ Mode: 'COMPLIANCE', Days: 3650 });
  expect(ofType(stack, 'AWS::Kinesis::Stream')).toEqual([]);
  expect(onlyResource(stack, 'Custom::QldbJournalStream').Properties.KinesisStreamArn).toBe('arn:aws:kinesis:eu-central-1:111122223333:stream/changes');
  expect(onlyResource(stack, 'AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('Payments');
  expect(payments.ledger.service?.node.path).toBe('Stack/Service');
});

test('two of them in one stack share the service and the handlers', () => {
  const { stack, payments } = audited();
  const receipts = new AuditedLedger(stack, 'Receipts');
  expect(receipts.ledger.service).toBe(payments.ledger.service);
  expect(ofType(stack, 'AWS::DynamoDB::Table')).toHaveLength(1);
});
