import { App, Stack, aws_kinesis as kinesis } from 'aws-cdk-lib';
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
