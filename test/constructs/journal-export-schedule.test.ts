import { App, Duration, Stack, aws_events as events, aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import { ExportRole, JournalArchive, JournalExportSchedule, type JournalExportScheduleOptions, Ledger, LedgerService, OutputFormat } from '../../src';

function scheduleStack(options: JournalExportScheduleOptions = {}) {
  const stack = new Stack(new App(), 'Stack');
  const ledger = new Ledger(stack, 'Payments', { ledgerName: 'payments' });
  const schedule = ledger.scheduleJournalExports('Daily', { archive: new JournalArchive(stack, 'Archive'), ...options });
  return { stack, ledger, schedule };
}

/** The declaration that the function gets, with `?` for what is known only at deployment. */
function declarationOf(stack: Stack): Record<string, unknown> {
  const run = Object.values(resourcesOf(stack)).find(({ Properties }) => Properties.Environment?.Variables.EXPORT_SCHEDULE)!;
  const [, parts] = run.Properties.Environment.Variables.EXPORT_SCHEDULE['Fn::Join'];
  return JSON.parse((parts as unknown[]).map(part => typeof part === 'string' ? part : '?').join(''));
}

const problemsOf = (options: JournalExportScheduleOptions): string => {
  try {
    scheduleStack(options);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

test('by default a day is a window, every hour is a run, and everything from the ledger\'s beginning on is exported', () => {
  const { stack, schedule } = scheduleStack();
  expect(onlyRule(stack)).toMatchObject({ ScheduleExpression: 'rate(1 hour)' });
  expect(declarationOf(stack)).toEqual({
    ServiceUrl: '?',
    LedgerName: '?',
    ScheduleName: 'Stack-Payments-Daily-ABB211C4',
    RoleArn: '?',
    Bucket: '?',
    Prefix: 'journal/?/',
    OutputFormat: 'ION_TEXT',
    ObjectEncryptionType: 'SSE_KMS',
    KmsKeyArn: '?',
    InclusiveStartTime: 'LEDGER_CREATION',
    WindowSeconds: 86400,
    WindowsPerRun: 24,
  });
  expect(schedule.windowLength.toDays()).toBe(1);
});

test('what is declared is what each run gets', () => {
  const { stack } = scheduleStack({
    prefix: 'evidence', windowLength: Duration.minutes(15), start: new Date('2026-03-01T00:00:00Z'), windowsPerRun: 96, outputFormat: OutputFormat.JSON,
  });
  expect(declarationOf(stack)).toMatchObject({
    Prefix: 'evidence/', WindowSeconds: 900, InclusiveStartTime: '2026-03-01T00:00:00.000Z', WindowsPerRun: 96, OutputFormat: 'JSON',
  });
  expect(onlyRule(stack)).toMatchObject({ ScheduleExpression: 'rate(15 minutes)' });
});

test('a schedule can be a cron expression', () => {
  const { stack } = scheduleStack({ schedule: events.Schedule.cron({ hour: '3', minute: '17' }) });
  expect(onlyRule(stack)).toMatchObject({ ScheduleExpression: 'cron(17 3 * * ? *)' });
});

test('without an archive it makes one', () => {
  const stack = new Stack(new App(), 'Stack');
  const { archive } = new Ledger(stack, 'Payments').scheduleJournalExports('Daily');
  expect(archive.node.path).toBe('Stack/Payments/Daily/Archive');
  onlyResource(stack, 'AWS::S3::Bucket');
});

test('a role of one\'s own is used as it is', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service');
  const ledger = new Ledger(stack, 'Payments', { service });
  const role = new iam.Role(stack, 'Own', { assumedBy: service.journalPrincipal(ledger.ledgerArn) });
  expect(ledger.scheduleJournalExports('Daily', { role }).role).toBe(role);
  expect(Object.keys(resourcesOf(stack)).filter(id => /^PaymentsDailyRole/.test(id))).toEqual([]);
});

test.each([
  ['a start', { start: new Date('2026-03-01T00:00:00Z') }, []],
  ['none, which the ledger has to tell', {}, ['DescribeLedger']],
])('its runs may export the one ledger and follow that, in a stack that imports the service, too; with %s', (_, options, more) => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
  const service = LedgerService.fromLedgerServiceAttributes(stack, 'Service', {
    serviceUrl: 'https://id.lambda-url.eu-west-1.on.aws/',
    sessionUrl: 'https://session.lambda-url.eu-west-1.on.aws/',
    apiFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:api',
    sessionFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:session',
    apiRoleArn: 'arn:aws:iam::111122223333:role/api',
    workerRoleArn: 'arn:aws:iam::111122223333:role/worker',
  });
  Ledger.fromLedgerAttributes(stack, 'Payments', { ledgerName: 'payments', service }).scheduleJournalExports('Daily', options);
  expect(onlyResource(stack, 'Custom::QldbLedgerGrant').Properties).toMatchObject({
    ServiceUrl: 'https://id.lambda-url.eu-west-1.on.aws/',
    LedgerName: 'payments',
    PrincipalArn: { 'Fn::GetAtt': [expect.stringMatching(/^PaymentsDailyRunRole/), 'Arn'] },
    Actions: ['DescribeJournalS3Export', ...more, 'ExportJournalToS3', 'ListJournalS3ExportsForLedger'],
  });
});

test('its runs at an endpoint that evaluates IAM itself have its permissions, and nobody is told', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = LedgerService.fromEndpoint(stack, 'Endpoint', { serviceUrl: 'https://qldb.example.com' });
  Ledger.fromLedgerAttributes(stack, 'Payments', { ledgerName: 'payments', service }).scheduleJournalExports('Daily');
  const granted = grantedStatements(stack).flatMap(([, { Action }]) => listed(Action)).filter(action => /^(qldb|lambda):/.test(action));
  expect(granted).toEqual(['DescribeJournalS3Export', 'ExportJournalToS3', 'ListJournalS3ExportsForLedger', 'DescribeLedger'].map(action => `qldb:${action}`));
  expect(Object.values(resourcesOf(stack)).filter(({ Type }) => Type.startsWith('Custom::Qldb'))).toEqual([]);
});

test('an ExportRole can be shared with other exports', () => {
  const stack = new Stack(new App(), 'Stack');
  const ledger = new Ledger(stack, 'Payments');
  const archive = new JournalArchive(stack, 'Archive');
  const role = new ExportRole(stack, 'Role', { ledger, bucket: archive.archiveBucket, encryptionKey: archive.encryptionKey });
  ledger.scheduleJournalExports('Daily', { archive, role });
  expect(Object.keys(resourcesOf(stack)).filter(id => /^PaymentsDailyRole/.test(id))).toEqual([]);
});

test('alarms tell failed windows, late windows and silence', () => {
  const { stack, schedule } = scheduleStack();
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ExportFailures', Namespace: 'CdkLedger/Archive', Threshold: 1, TreatMissingData: 'notBreaching',
  });
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ExportLag', Threshold: 3 * 3600, TreatMissingData: 'missing', EvaluationPeriods: 2, DatapointsToAlarm: 2,
  });
  expect(stack.resolve(schedule.metricWindowsPending().dimensions)).toEqual({
    LedgerName: { 'Fn::GetAtt': [expect.stringMatching(/^Payments/), 'LedgerName'] }, ScheduleName: schedule.scheduleName,
  });
});

test.each([
  [{ schedule: events.Schedule.rate(Duration.days(1)) }, 3 * 86400, 25],
  [{ schedule: events.Schedule.cron({ hour: '3' }), lateAfter: Duration.hours(5) }, 5 * 3600, 25],
])('the alarm of late windows allows for the time between runs: %#', (options, threshold, hours) => {
  Template.fromStack(scheduleStack(options).stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ExportLag', Threshold: threshold, EvaluationPeriods: hours,
  });
});

test('all problems are told at once, each with value, rule and remedy', () => {
  expect(problemsOf({
    prefix: 'x'.repeat(90), windowLength: Duration.seconds(90), windowsPerRun: 0, start: new Date(NaN), lateAfter: Duration.seconds(1),
  }).split('\n')).toEqual([
    "JournalExportSchedule 'Stack/Payments/Daily' has 5 problems:",
    expect.stringMatching(/prefix 'x+' has 91 characters with its final slash: shorten it to at most 86/),
    '  - windowLength Duration.seconds(90) is no length for windows: use whole minutes, at most 366 days, such as Duration.days(1)',
    '  - windowsPerRun 0 is not a number of windows: use a whole number from 1 to 1000',
    "  - start 'Invalid Date' is not a moment: use a valid Date, or leave it out to begin with the ledger",
    '  - lateAfter Duration.seconds(1) is shorter than a window takes to settle: use at least Duration.minutes(1)',
  ]);
});

test('a schedule that could never catch up is refused', () => {
  expect(problemsOf({ windowLength: Duration.minutes(15), schedule: events.Schedule.rate(Duration.days(1)) }))
    .toContain('schedule rate(1 day) runs too rarely: 24 windows of Duration.minutes(15) a run never catch up; run more often, or raise windowsPerRun');
});

test('a ledger without its service cannot be exported, and a bucket without a known key needs a choice', () => {
  const stack = new Stack(new App(), 'Stack');
  const archive = JournalArchive.fromBucket(stack, 'Archive', s3.Bucket.fromBucketName(stack, 'Bucket', 'elsewhere'));
  expect(() => new JournalExportSchedule(stack, 'Daily', { ledger: Ledger.fromLedgerName(stack, 'Ledger', 'payments'), archive }))
    .toThrow(/imported without its service[\s\S]*encryption SSE_KMS has no key/);
});

function onlyRule(stack: Stack): Record<string, unknown> {
  const rules = Object.entries(resourcesOf(stack)).filter(([id, { Type }]) => Type === 'AWS::Events::Rule' && id.startsWith('Payments'));
  expect(rules).toHaveLength(1);
  return rules[0][1].Properties;
}
