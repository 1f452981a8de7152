import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { grantedStatements, listed, resourcesOf } from './full-stack';
import { BatchManifest, BatchOperation, BatchOperationsJob, BatchReport, JournalArchive, MailboxExport } from '../../src';
import { ORGANIZATION_ID, addEveryJob } from '../integ/every-job';

function jobsStack(): Stack {
  const jobs = new Stack(new App(), 'Jobs');
  addEveryJob(jobs);
  return jobs;
}

const stack = jobsStack();
const statements = grantedStatements(stack);

/** Every wildcard resource, by action. Nothing else may have one. */
const WILDCARD_RESOURCES: Record<string, string> = {
  'lambda:InvokeFunction': "CDK's Provider framework invokes its handlers in any version",
  's3:AbortMultipartUpload': 'an export writes objects below its one prefix',
  's3:CreateJob': 'has no resource before the job exists',
  's3:DescribeJob': 'ids of jobs are known only when they run',
  's3:GetObject': 'an operation works on objects below its one prefix',
  's3:GetObjectAcl': 'an operation works on objects below its one prefix',
  's3:GetObjectTagging': 'an operation works on objects below its one prefix',
  's3:GetObjectVersion': 'an operation works on objects below its one prefix',
  's3:GetObjectVersionAcl': 'an operation works on objects below its one prefix',
  's3:GetObjectVersionTagging': 'an operation works on objects below its one prefix',
  's3:ListJobs': 'has no resource-level permissions',
  's3:PutJobTagging': 'ids of jobs are known only when they run',
  's3:PutObject': 'exports, copies and reports are written below their one prefix',
  's3:PutObjectAcl': 'copies are written below their one prefix',
  's3:PutObjectLegalHold': 'an operation works on objects below its one prefix',
  's3:PutObjectRetention': 'an operation works on objects below its one prefix',
  's3:PutObjectTagging': 'an operation works on objects below its one prefix',
  's3:PutObjectVersionTagging': 'an operation works on objects below its one prefix',
  's3:RestoreObject': 'an operation works on objects below its one prefix',
  's3:UpdateJobStatus': 'ids of jobs are known only when they run',
};

test('no permission has a wildcard action, and none is denied or managed elsewhere', () => {
  expect(statements.flatMap(([, { Action }]) => listed(Action)).filter(action => action.includes('*'))).toEqual([]);
  expect(statements.filter(([, { Effect }]) => Effect !== 'Allow')).toEqual([]);
  expect(Object.values(resourcesOf(stack)).flatMap(({ Properties }) => Properties.ManagedPolicyArns ?? [])).toEqual([]);
});

test('only the listed permissions have a wildcard in their resource', () => {
  const wild = statements
    .filter(([, { Resource }]) => listed(Resource).some(resource => JSON.stringify(resource).includes('*')))
    .flatMap(([, { Action }]) => listed(Action));
  expect([...new Set(wild)].sort()).toEqual(Object.keys(WILDCARD_RESOURCES).sort());
});

test('objects are touched below a prefix only, never in a whole bucket', () => {
  const onObjects = statements.flatMap(([, { Resource }]) => listed(Resource)).map(resource => JSON.stringify(resource)).filter(text => /"\/[^"]*\*/.test(text));
  expect(onObjects).not.toEqual([]);
  expect(onObjects.filter(text => text.includes('"/*'))).toEqual([]);
});

test('only jobs that do not exist yet are asked for without a resource', () => {
  const all = statements.filter(([, { Resource }]) => listed(Resource).includes('*'));
  expect([...new Set(all.flatMap(([, { Action }]) => listed(Action)))]).toEqual(['s3:CreateJob', 's3:ListJobs']);
});

test('handlers hand over only roles of this stack, each to the one service that it is made for', () => {
  const passed = statements.filter(([, { Action }]) => Action === 'iam:PassRole').map(([, { Resource, Condition }]) =>
    [(Resource as any)['Fn::GetAtt'][0].replace(/Role[0-9A-F]{8}$/, ''), Condition!.StringEquals['iam:PassedToService']]);
  const workMail = ['export.workmail.amazonaws.com', 'workmail.amazonaws.com'];
  expect(Object.fromEntries(passed)).toEqual({
    Mailbox: workMail,
    Organization: workMail,
    ...Object.fromEntries(['Retention', 'Hold', 'Copy', 'Tags', 'Checksum', 'Restore', 'Invoke'].map(id => [id, 'batchoperations.s3.amazonaws.com'])),
  });
});

test('handlers may call the two services, write their log and the reports of an organization, nothing else', () => {
  const handlers = statements.filter(([policyId]) => /HandlerRole|HandlerAccess/.test(policyId));
  expect([...new Set(handlers.flatMap(([, { Action }]) => listed(Action)))].sort()).toEqual([
    'iam:PassRole', 'kms:GenerateDataKey', 'logs:CreateLogStream', 'logs:PutLogEvents',
    's3:CreateJob', 's3:DescribeJob', 's3:ListJobs', 's3:PutJobTagging', 's3:PutObject', 's3:UpdateJobStatus',
    'workmail:CancelMailboxExportJob', 'workmail:DescribeMailboxExportJob', 'workmail:ListMailboxExportJobs', 'workmail:ListResources',
    'workmail:ListUsers', 'workmail:StartMailboxExportJob',
  ]);
  const puts = handlers.filter(([, { Action }]) => listed(Action).includes('s3:PutObject'));
  expect(puts.map(([policyId, { Resource }]) => [policyId.replace(/[0-9A-F]{8}$/, ''), JSON.stringify(Resource).includes('/reports/*"')]))
    .toEqual([['OrganizationHandlerAccess', true]]);
});

test('synthesis is deterministic', () => {
  expect(Template.fromStack(jobsStack()).toJSON()).toEqual(Template.fromStack(stack).toJSON());
});

test('names of the custom resources and of their providers are what users\' templates contain', () => {
  const resources = resourcesOf(stack);
  const custom = new Set(Object.values(resources).map(({ Type }) => Type).filter(type => type.startsWith('Custom::')));
  expect([...custom].sort()).toEqual(['Custom::S3BatchOperationsJob', 'Custom::WorkMailMailboxExport', 'Custom::WorkMailOrganizationExport']);
  for (const id of ['S3BatchOperationsJobProvider', 'WorkMailMailboxExportProvider', 'WorkMailOrganizationExportProvider']) {
    expect(Object.keys(resources).filter(logicalId => logicalId.startsWith(id))).not.toEqual([]);
  }
});

test('jobs of one kind share one provider, which tries for less time than CloudFormation waits', () => {
  const machines = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  const tries = machines.map(({ Properties }) => {
    const [, interval, attempts] = /IntervalSeconds\\*":(\d+),\\*"MaxAttempts\\*":(\d+)/.exec(JSON.stringify(Properties.DefinitionString))!;
    return Number(interval) * Number(attempts);
  });
  expect(tries).toEqual([3300, 3300, 3300]);
  const waits = Object.values(resourcesOf(stack)).filter(({ Type }) => Type.startsWith('Custom::')).map(({ Properties }) => Properties.ServiceTimeout);
  expect(new Set(waits)).toEqual(new Set(['3600']));
});

test('a job and its archive in two stacks have no cycle', () => {
  const app = new App();
  const archive = new JournalArchive(new Stack(app, 'ArchiveStack'), 'Archive');
  const jobs = new Stack(app, 'JobStack');
  new MailboxExport(jobs, 'Mailbox', { organizationId: ORGANIZATION_ID, entityId: 'alice', archive });
  new BatchOperationsJob(jobs, 'Job', {
    operation: BatchOperation.computeChecksum(),
    manifest: BatchManifest.generated(archive.archiveBucket),
    report: BatchReport.to(archive.archiveBucket),
  });
  app.synth();
  expect(Stack.of(archive).dependencies).toEqual([]);
  expect(jobs.dependencies).toEqual([Stack.of(archive)]);
});

/** What AwsSolutions finds and we keep, with the reason. An entry that nothing matches any more must go. */
const ACCEPTED: { rule: RegExp; path: RegExp; reason: string }[] = [
  { rule: /-L1$/, path: /./, reason: 'The bundles are built and tested for the runtime named; the framework functions follow CDK.' },
  {
    rule: /-IAM5\[Resource::<ArchiveBucket\w+\.Arn>\/[\w/-]+\*\]$/,
    path: /\/Role\/DefaultPolicy/,
    reason: 'A job works on many objects below its one prefix.',
  },
  {
    rule: /-IAM5\[Resource::<ArchiveBucket\w+\.Arn>\/workmail\/m-[0-9a-f]+\/reports\/\*\]$/,
    path: /HandlerAccess/,
    reason: 'Each run of an organization writes a report of its own, below one prefix.',
  },
  { rule: /-IAM5\[Resource::\*\]$/, path: /HandlerAccess/, reason: 's3:CreateJob and s3:ListJobs have no resource-level permissions.' },
  { rule: /-IAM5\[Resource::arn:.*:job\/\*\]$/, path: /HandlerAccess/, reason: 'Ids of jobs are known only when they run.' },
  { rule: /-IAM5\[Resource::<\w+\.Arn>:\*\]$/, path: /Provider\//, reason: "CDK's Provider framework invokes our handlers in any version." },
  { rule: /-S1$/, path: /Archive\/Bucket/, reason: 'Access logs need a bucket of the user: JournalArchiveProps.serverAccessLogsBucket.' },
  { rule: /-SF[12]$/, path: /waiter-state-machine/, reason: 'The history of the waiter contains the pre-signed answer URL.' },
];

test('AwsSolutions finds nothing but what is accepted with a reason', () => {
  const { violations } = new AwsSolutionsChecks().validateScope(jobsStack());
  const errors = violations.filter(({ severity }) => severity === 'error').flatMap(violation =>
    violation.violatingResources.map(resource => ({ rule: violation.ruleName, path: resource.constructPath ?? '' })));
  const matches = (entry: typeof ACCEPTED[number], error: typeof errors[number]) => entry.rule.test(error.rule) && entry.path.test(error.path);
  expect(errors.filter(error => !ACCEPTED.some(entry => matches(entry, error)))).toEqual([]);
  expect(ACCEPTED.filter(entry => !errors.some(error => matches(entry, error)))).toEqual([]);
});
