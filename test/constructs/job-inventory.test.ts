import { App, CfnParameter, Duration, Stack, aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_sns as sns } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import { JobInventory, JobInventoryProps, JobKind, JobState, JournalArchive, LedgerService } from '../../src';
import { JOB_KINDS, JOB_STATES } from '../../src/client/jobs';
import { metricLines } from '../../src/custom-resources/job-inventory-metrics';

const ORGANIZATION_ID = 'm-0123456789abcdef0123456789abcdef';

function inventoryOf(props: JobInventoryProps = {}) {
  const stack = new Stack(new App(), 'Stack');
  const archive = new JournalArchive(stack, 'Archive');
  const inventory = new JobInventory(stack, 'Jobs', { archive, ...props });
  return { stack, archive, inventory };
}

function functionOf(stack: Stack) {
  return Object.values(resourcesOf(stack)).find(({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Description === 'Lists jobs and reports on them')!;
}

test('an inventory without options lists the batch operations of the account, once an hour', () => {
  const { stack } = inventoryOf();
  expect(onlyResource(stack, 'AWS::Events::Rule').Properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)' });
  expect(functionOf(stack).Properties.Environment.Variables).toEqual({
    INVENTORY_NAME: 'StackJobs254EC2FF',
    ARCHIVE_BUCKET: { Ref: expect.stringMatching(/^ArchiveBucket/) },
    ARCHIVE_KEY_ARN: { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveKey/), 'Arn'] },
    REPORT_PREFIX: 'job-inventory/',
    STUCK_AFTER_SECONDS: '86400',
    FAILURE_WINDOW_SECONDS: '86400',
    BATCH_OPERATIONS_ACCOUNT: { Ref: 'AWS::AccountId' },
  });
});

test('what is to be listed, and when a job is stuck, reaches the function', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = LedgerService.fromEndpoint(stack, 'Service', { serviceUrl: 'https://ledgers.example.com/' });
  new JobInventory(stack, 'Jobs', {
    service,
    mailboxOrganizations: [ORGANIZATION_ID, ORGANIZATION_ID.replace('0', 'f')],
    batchOperations: false,
    prefix: 'all/jobs',
    stuckAfter: Duration.hours(6),
    failureWindow: Duration.days(2),
  });
  const { Variables } = functionOf(stack).Properties.Environment;
  expect(Variables).toMatchObject({
    LEDGER_SERVICE_URL: 'https://ledgers.example.com/',
    MAILBOX_ORGANIZATIONS: `${ORGANIZATION_ID},${ORGANIZATION_ID.replace('0', 'f')}`,
    REPORT_PREFIX: 'all/jobs/',
    STUCK_AFTER_SECONDS: '21600',
    FAILURE_WINDOW_SECONDS: '172800',
  });
  expect(Variables.BATCH_OPERATIONS_ACCOUNT).toBeUndefined();
});

test('the function may list what it is told to list, write reports below its prefix, and nothing else', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service');
  const archive = new JournalArchive(stack, 'Archive');
  new JobInventory(stack, 'Jobs', { archive, service, mailboxOrganizations: [ORGANIZATION_ID] });
  const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveBucket/), 'Arn'] };
  const api = { 'Fn::GetAtt': [expect.stringMatching(/^ServiceApi/), 'Arn'] };
  expect(grantedStatements(stack).filter(([policyId]) => policyId.startsWith('JobsRunRole')).map(([, { Action, Resource }]) => [Action, Resource])).toEqual([
    [['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [expect.stringMatching(/^JobsLogs/), 'Arn'] }],
    ['workmail:ListMailboxExportJobs', {
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':workmail:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:organization/${ORGANIZATION_ID}`]],
    }],
    ['s3:ListJobs', '*'],
    ['s3:PutObject', { 'Fn::Join': ['', [bucketArn, '/job-inventory/*']] }],
    ['kms:GenerateDataKey', { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveKey/), 'Arn'] }],
    ['lambda:InvokeFunctionUrl', api],
    ['lambda:InvokeFunction', api],
  ]);
});

test('exports of an endpoint that evaluates IAM itself are listed by its permission, and nobody is told', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = LedgerService.fromEndpoint(stack, 'Endpoint', { serviceUrl: 'https://qldb.example.com' });
  new JobInventory(stack, 'Jobs', { service, batchOperations: false });
  const granted = grantedStatements(stack).filter(([, { Action }]) => listed(Action).some(action => /^(qldb|lambda):/.test(action)));
  expect(granted.map(([, { Action, Resource }]) => [Action, Resource])).toEqual([['qldb:ListJournalS3Exports', '*']]);
  expect(Object.values(resourcesOf(stack)).filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
});

test('its function can be made an administrator all the same', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service');
  const inventory = new JobInventory(stack, 'Jobs', { service });
  service.grants.invoke(inventory.runFunction);
  expect(onlyResource(stack, 'Custom::QldbLedgerGrant').Properties).toMatchObject({ LedgerName: '*', Actions: ['*'] });
});

test('alarms are raised by failed jobs, stuck jobs and gaps, and by silence', () => {
  const { stack, inventory } = inventoryOf({ failedJobsThreshold: 3, stuckJobsThreshold: 2, interval: Duration.minutes(10) });
  const alarms = Object.fromEntries(Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
    .map(({ Properties }) => [Properties.MetricName, Properties]));
  const shared = {
    Namespace: 'CdkLedger/Jobs',
    Dimensions: [{ Name: 'Inventory', Value: inventory.inventoryName }],
    Statistic: 'Maximum',
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  };
  expect(alarms.FailedJobs).toMatchObject({ ...shared, Threshold: 3, Period: 600, TreatMissingData: 'ignore' });
  expect(alarms.StuckJobs).toMatchObject({ ...shared, Threshold: 2, Period: 600, TreatMissingData: 'ignore' });
  expect(alarms.Gaps).toMatchObject({ ...shared, Threshold: 1, Period: 1200, TreatMissingData: 'missing' });
});

test('alarms act on what they are told to', () => {
  const stack = new Stack(new App(), 'Stack');
  const topic = new sns.Topic(stack, 'Topic');
  new JobInventory(stack, 'Jobs', { alarmActions: [new actions.SnsAction(topic)] });
  const alarms = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  expect(alarms.map(({ Properties }) => Properties.AlarmActions)).toEqual(Array(3).fill([{ Ref: expect.stringMatching(/^Topic/) }]));
});

test('the metrics of the construct are those that the function tells', () => {
  const { stack, inventory } = inventoryOf();
  expect(Object.values(JobKind).sort()).toEqual([...JOB_KINDS].sort());
  expect(Object.values(JobState).sort()).toEqual([...JOB_STATES].sort());
  const listings = JOB_KINDS.map(kind => ({ kind, source: kind, jobs: [], pageCount: 1 }));
  const told = metricLines({ takenAt: new Date(), listings, jobs: [], failed: [], stuck: [], gaps: [] }, inventory.inventoryName, true)
    .map(line => JSON.parse(line));
  const jobs = inventory.metricJobs(JobKind.MAILBOX_EXPORT, JobState.RUNNING);
  const read = [inventory.metricFailedJobs(), inventory.metricStuckJobs(), inventory.metricGaps(), jobs];
  for (const { namespace, metricName, dimensions = {} } of read) {
    expect(told.filter(({ _aws: { CloudWatchMetrics: [{ Namespace, Dimensions: [names], Metrics }] }, ...members }) =>
      Namespace === namespace
      && Metrics.some(({ Name }: { Name: string }) => Name === metricName)
      && names.length === Object.keys(dimensions).length
      && Object.entries(dimensions).every(([name, value]) => members[name] === value))).toHaveLength(1);
  }
  expect(stack.resolve(inventory.metricJobs(JobKind.BATCH_OPERATION, JobState.FAILED).dimensions))
    .toEqual({ Inventory: inventory.inventoryName, Kind: 'BatchOperation', State: 'FAILED' });
});

test('exports of a private service are listed from within its VPC, and nothing else is', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service', { privateAccess: { vpc: new ec2.Vpc(stack, 'Vpc') } });
  new JobInventory(stack, 'Jobs', { service });
  const { Environment, VpcConfig } = functionOf(stack).Properties;
  expect(VpcConfig.SubnetIds.length).toBeGreaterThan(0);
  expect(Environment.Variables.BATCH_OPERATIONS_ACCOUNT).toBeUndefined();
  expect(() => new JobInventory(stack, 'Others', { service, batchOperations: true })).toThrow('list these with another JobInventory');
});

test('an inventory without an archive makes one', () => {
  const stack = new Stack(new App(), 'Stack');
  new JobInventory(stack, 'Jobs');
  Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 1);
});

test('numbers that are known only at deployment pass untouched, except for the interval', () => {
  const stack = new Stack(new App(), 'Stack');
  const failedJobsThreshold = new CfnParameter(stack, 'Threshold', { type: 'Number' }).valueAsNumber;
  const stuckAfter = Duration.seconds(new CfnParameter(stack, 'Stuck', { type: 'Number' }).valueAsNumber);
  new JobInventory(stack, 'Jobs', { failedJobsThreshold, stuckAfter });
  const thresholds = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.Threshold);
  expect(thresholds).toEqual([{ Ref: 'Threshold' }, 1, 1]);
  expect(() => new JobInventory(stack, 'Late', { interval: Duration.minutes(failedJobsThreshold) })).toThrow('is known at deployment only');
});

test('all problems are heard at once', () => {
  expect(() => inventoryOf({
    batchOperations: false,
    interval: Duration.seconds(90),
    prefix: '',
    stuckAfter: Duration.seconds(1),
    failureWindow: Duration.seconds(0),
    failedJobsThreshold: 0,
    stuckJobsThreshold: 1.5,
  })).toThrow(
    // eslint-disable-next-line max-len
    /^JobInventory 'Stack\/Jobs' has 7 problems:\n {2}- there is nothing to list.*\n {2}- prefix ''.*\n {2}- interval of .*\n {2}- stuckAfter.*\n {2}- failureWindow.*\n {2}- failedJobsThreshold 0.*\n {2}- stuckJobsThreshold 1.5/,
  );
  expect(() => inventoryOf({ mailboxOrganizations: ['alice@example.com'] })).toThrow("mailboxOrganizations has 'alice@example.com'");
});
