import { App, Stack, aws_iam as iam, aws_kinesis as kinesis, aws_lambda as lambda } from 'aws-cdk-lib';
import { grantedStatements, listed, resourcesOf } from './full-stack';
import { JournalArchive, JournalExport, JournalStream, Ledger, LedgerService } from '../../src';

test('a service, an archive, a ledger, an export and a stream in five stacks have no cycle', () => {
  const app = new App();
  const stacks = Object.fromEntries(['Service', 'Archive', 'Ledger', 'Export', 'Stream'].map(name => [name, new Stack(app, name)]));
  const service = new LedgerService(stacks.Service, 'Service');
  const archive = new JournalArchive(stacks.Archive, 'Archive');
  const ledger = new Ledger(stacks.Ledger, 'Ledger', { service });
  new JournalExport(stacks.Export, 'Export', { ledger, archive });
  new JournalStream(stacks.Stream, 'Stream', {
    ledger,
    kinesisStream: new kinesis.Stream(stacks.Stream, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS }),
  });

  app.synth();

  const dependencies = Object.fromEntries(Object.entries(stacks).map(([name, stack]) =>
    [name, stack.dependencies.map(other => other.node.id).sort()]));
  expect(dependencies).toEqual({
    Service: [],
    Archive: [],
    Ledger: ['Service'],
    Export: ['Archive', 'Ledger', 'Service'],
    Stream: ['Ledger', 'Service'],
  });
});

test('the permission to assume a role lives beside the role, not in the service\'s stack', () => {
  const app = new App();
  const service = new LedgerService(new Stack(app, 'ServiceStack'), 'Service');
  const stack = new Stack(app, 'LedgerStack');
  new Ledger(stack, 'Ledger', { service }).exportJournal('Export');

  const assumes = (of: Stack) => grantedStatements(of).filter(([, { Action }]) => listed(Action).includes('sts:AssumeRole'));
  expect(assumes(Stack.of(service))).toEqual([]);
  expect(assumes(stack)).toHaveLength(1);
  const policy = Object.values(resourcesOf(stack)).find(({ Type, Properties }) =>
    Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.PolicyDocument).includes('sts:AssumeRole'))!;
  expect(policy.Properties.Roles).toEqual([
    { 'Fn::ImportValue': expect.stringMatching(/ServiceApiRole/) },
    { 'Fn::ImportValue': expect.stringMatching(/ServiceWorkerRole/) },
  ]);
});

test('a grant lives beside its grantee: the ledger and its service depend on none of their callers', () => {
  const app = new App();
  const [serviceStack, ledgerStack, appStack] = ['Service', 'Ledger', 'App'].map(name => new Stack(app, name));
  const ledger = new Ledger(ledgerStack, 'Ledger', { service: new LedgerService(serviceStack, 'Service') });
  const caller = new lambda.Function(appStack, 'Caller', {
    runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => {};'),
  });

  ledger.grants.readWrite(caller, { tables: ['Transfers'] });

  app.synth();
  expect([serviceStack, ledgerStack, appStack].map(stack => stack.dependencies.map(other => other.node.id).sort()))
    .toEqual([[], ['Service'], ['Ledger', 'Service']]);
  const grants = (stack: Stack) => Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'Custom::QldbLedgerGrant');
  expect([serviceStack, ledgerStack, appStack].map(stack => grants(stack).length)).toEqual([0, 0, 1]);
});

test('a role may be used by the ledger\'s stack and be granted its ledger', () => {
  const app = new App();
  const stack = new Stack(app, 'Ledger');
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  const service = new LedgerService(stack, 'Service');
  service.encryptionKey.grantDecrypt(role);
  new Ledger(stack, 'Ledger', { service }).grants.read(role);
  expect(() => app.synth()).not.toThrow();
});
