import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { fullStack, resourcesOf } from './full-stack';
import { Ledger } from '../../src';

/** The types of the default tree that the local AWS of the demonstration can deploy. A type outside of it would make every deployment there fail. */
const DEPLOYABLE_LOCALLY = [
  'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::DynamoDB::Table', 'AWS::Events::EventBus', 'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::Kinesis::Stream', 'AWS::KMS::Alias', 'AWS::KMS::Key',
  'AWS::Lambda::Alias', 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Function', 'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission', 'AWS::Lambda::Url', 'AWS::Lambda::Version', 'AWS::Logs::LogGroup', 'AWS::Logs::ResourcePolicy',
  'AWS::Logs::SubscriptionFilter', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::Scheduler::Schedule', 'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::Secret', 'AWS::SNS::Subscription', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter', 'AWS::StepFunctions::StateMachine',
];

test('the default tree can be deployed to a local AWS', () => {
  const types = new Set(Object.values(resourcesOf(fullStack().stack)).map(resource => resource.Type));
  expect([...types].filter(type => !DEPLOYABLE_LOCALLY.includes(type) && !type.startsWith('Custom::'))).toEqual([]);
});

test('synthesis is deterministic', () => {
  const once = Template.fromStack(fullStack().stack).toJSON();
  expect(Template.fromStack(fullStack().stack).toJSON()).toEqual(once);
});

test('names of the custom resources and of their providers are what users\' templates contain', () => {
  const resources = resourcesOf(fullStack().stack);
  const custom = Object.values(resources).map(resource => resource.Type).filter(type => type.startsWith('Custom::'));
  expect([...new Set(custom)].sort()).toEqual([
    'Custom::QldbJournalExport', 'Custom::QldbJournalStream', 'Custom::QldbLedger', 'Custom::QldbLedgerDigest', 'Custom::QldbLedgerGrant',
  ]);
  for (const id of ['QldbProvider', 'QldbLedgerDigestProvider']) {
    expect(Object.keys(resources).filter(logicalId => logicalId.startsWith(id))).not.toEqual([]);
  }
});

test('ledgers of one stack share the default service and one provider', () => {
  const stack = new Stack(new App(), 'Stack');
  const [first, second] = [new Ledger(stack, 'First'), new Ledger(stack, 'Second')];
  expect(first.service).toBe(second.service);
  const resources = Object.values(resourcesOf(stack));
  expect(resources.filter(({ Type }) => Type === 'AWS::DynamoDB::Table')).toHaveLength(1);
  expect(resources.filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')).toHaveLength(1);
  expect(resources.filter(({ Type }) => Type === 'Custom::QldbLedger')).toHaveLength(2);
});

test('CloudFormation waits longer than the provider tries, and never beyond its own limit of an hour', () => {
  const resources = Object.values(resourcesOf(fullStack().stack));
  const waits = resources.filter(({ Type }) => Type.startsWith('Custom::')).map(({ Properties }) => Number(Properties.ServiceTimeout));
  expect([...new Set(waits)]).toEqual([3600]);
  const machines = resources.filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  const tries = machines.map(({ Properties }) => {
    const [, interval, attempts] = /IntervalSeconds\\*":(\d+),\\*"MaxAttempts\\*":(\d+)/.exec(JSON.stringify(Properties.DefinitionString))!;
    return Number(interval) * Number(attempts);
  });
  expect(tries.sort((a, b) => a - b)).toEqual([3300, 3300]);
});

test('a custom resource outlives none of what it needs: it depends on its provider and on the whole service', () => {
  const { stack } = fullStack();
  for (const { Type, DependsOn } of Object.values(resourcesOf(stack)).filter(resource => resource.Type.startsWith('Custom::'))) {
    const provider = Type === 'Custom::QldbLedgerDigest' ? 'QldbLedgerDigestProvider' : 'QldbProvider';
    expect(DependsOn).toEqual(expect.arrayContaining([
      expect.stringMatching(`^${provider}HandlerRoleDefaultPolicy`),
      expect.stringMatching('^ServiceApiFunctionUrl'),
      expect.stringMatching('^ServiceApiRoleDefaultPolicy'),
      expect.stringMatching('^ServiceWorkerTableStream'),
      expect.stringMatching('^ServiceTable'),
    ]));
  }
});
