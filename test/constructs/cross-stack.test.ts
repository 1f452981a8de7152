import { App, RemovalPolicy, Stack, aws_iam as iam, aws_kinesis as kinesis, aws_lambda as lambda } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
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

test('an export adds nothing to the service\'s stack: its role says itself whom it trusts', () => {
  const app = new App();
  const serviceStack = new Stack(app, 'ServiceStack');
  const service = new LedgerService(serviceStack, 'Service');
  const stack = new Stack(app, 'LedgerStack');
  new Ledger(stack, 'Ledger', { service }).exportJournal('Export');

  const alone = new Stack(new App(), 'ServiceStack');
  new LedgerService(alone, 'Service');
  expect(Object.keys(resourcesOf(serviceStack))).toEqual(Object.keys(resourcesOf(alone)));
  const role = Object.entries(resourcesOf(stack)).find(([id, { Type }]) => /^LedgerExportRole/.test(id) && Type === 'AWS::IAM::Role')![1];
  expect(role.Properties.AssumeRolePolicyDocument.Statement.map(({ Principal }: any) => Principal.AWS)).toEqual([
    { 'Fn::ImportValue': expect.stringMatching(/ServiceApiRole/) },
    { 'Fn::ImportValue': expect.stringMatching(/ServiceWorkerRole/) },
  ]);
});

describe('a role of another account', () => {
  const env = { account: '111122223333', region: 'eu-west-1' };
  const foreign = 'arn:aws:iam::444455556666:role/journal';

  test('needs a permission of the service besides its trust, given where the service is deployed', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const service = new LedgerService(stack, 'Service');
    service.allowAssumeRole(stack, iam.Role.fromRoleArn(stack, 'Foreign', foreign));
    const assumes = grantedStatements(stack).filter(([, { Action }]) => listed(Action).includes('sts:AssumeRole'));
    expect(assumes.map(([, { Resource }]) => Resource)).toEqual([foreign]);
  });

  test('may be one of several that are allowed in one place', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const service = new LedgerService(stack, 'Service');
    const roles = ['a', 'b', 'c'].map(name => iam.Role.fromRoleArn(stack, name, `${foreign}-${name}`));
    roles.forEach(role => service.allowAssumeRole(stack, role));
    const assumes = grantedStatements(stack).filter(([, { Action }]) => listed(Action).includes('sts:AssumeRole'));
    expect(assumes.map(([, { Resource }]) => Resource)).toEqual([`${foreign}-a`, `${foreign}-b`, `${foreign}-c`]);
  });

  test.each([['that imports', true], ['of an app with', false]])('may be allowed in each stack %s the service, without an end to what the others allowed', (_, isImported) => {
    const app = new App();
    const service = isImported ? undefined : new LedgerService(new Stack(app, 'Service', { env }), 'Service');
    const stacks = ['First', 'Second'].map(id => new Stack(app, id, { env }));
    for (const stack of stacks) {
      (service ?? importedFrom(stack, env.account)).allowAssumeRole(stack, iam.Role.fromRoleArn(stack, 'Foreign', `${foreign}-${stack.node.id}`));
    }
    const names = stacks.flatMap(stack => Object.values(resourcesOf(stack))
      .filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument ?? {}).includes('sts:AssumeRole')).map(({ Properties }) => Properties.PolicyName));
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
  });

  test('is told apart where the service is imported: a warning says what to do', () => {
    const stack = new Stack(new App(), 'Stack', { env: { ...env, account: '444455556666' } });
    const service = importedFrom(stack, env.account);
    new Ledger(stack, 'Ledger', { service }).exportJournal('Export');
    expect(grantedStatements(stack).filter(([, { Action }]) => listed(Action).includes('sts:AssumeRole'))).toEqual([]);
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('call allowAssumeRole of the service.*cdk-ledger:assumeRoleOfAnotherAccount'));
  });

  test('trusts a ledger under the ARN that its service gives it, which is of the service\'s account', () => {
    const stack = new Stack(new App(), 'Stack', { env: { ...env, account: '444455556666' } });
    const service = importedFrom(stack, env.account);
    const archive = new JournalArchive(stack, 'Archive');
    Ledger.fromLedgerAttributes(stack, 'Known', { ledgerName: 'known', service }).exportJournal('Export', { archive });
    new Ledger(stack, 'Ledger', {
      service, ledgerName: 'payments', deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY, finalExport: { archive },
    });
    const trusted = Object.values(resourcesOf(stack)).filter(({ Properties }) => /Writes journal exports/.test(Properties?.Description ?? ''))
      .flatMap(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement.map(({ Condition }: any) => JSON.stringify(Condition)));
    expect(trusted).toHaveLength(4);
    for (const condition of trusted) {
      expect(condition).toMatch(/:qldb:eu-west-1:111122223333:ledger\/(known|payments)/);
    }
  });

  test('calls an imported service under its own policy; the service\'s account must let it in', () => {
    const stack = new Stack(new App(), 'Stack', { env: { ...env, account: '444455556666' } });
    new Ledger(stack, 'Ledger', { service: importedFrom(stack, env.account) });
    const invokes = grantedStatements(stack).filter(([, { Action }]) => Action === 'lambda:InvokeFunctionUrl').map(([, { Resource }]) => Resource);
    expect(invokes).toEqual(['arn:aws:lambda:eu-west-1:111122223333:function:api']);
    expect(Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Permission')).toEqual([]);

    const serviceStack = new Stack(new App(), 'Service', { env });
    new LedgerService(serviceStack, 'Service').grants.invoke(new iam.AccountPrincipal('444455556666'));
    const permissions = Object.values(resourcesOf(serviceStack)).filter(({ Type, Properties }) =>
      Type === 'AWS::Lambda::Permission' && JSON.stringify(Properties.Principal).includes('444455556666'));
    expect(permissions.map(({ Properties }) => Properties.Action).sort()).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
  });
});

function importedFrom(stack: Stack, account: string) {
  return LedgerService.fromLedgerServiceAttributes(stack, 'Service', {
    serviceUrl: 'https://id.lambda-url.eu-west-1.on.aws/',
    sessionUrl: 'https://session.lambda-url.eu-west-1.on.aws/',
    apiFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:api`,
    sessionFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:session`,
    apiRoleArn: `arn:aws:iam::${account}:role/api`,
    workerRoleArn: `arn:aws:iam::${account}:role/worker`,
  });
}

test('three hundred exports and streams stay within IAM\'s limits: no role grows with their number', () => {
  const app = new App();
  const service = new LedgerService(new Stack(app, 'Service'), 'Service');
  const stacks = [0, 1, 2, 3, 4, 5].map(number => {
    const stack = new Stack(app, `Stack${number}`);
    const ledger = Ledger.fromLedgerAttributes(stack, 'Ledger', { ledgerName: 'payments', service });
    const archive = new JournalArchive(stack, 'Archive');
    const kinesisStream = new kinesis.Stream(stack, 'Kinesis');
    for (let count = 0; count < 25; count++) {
      ledger.exportJournal(`Export${count}`, { archive });
      ledger.streamJournal(`Stream${count}`, { kinesisStream });
    }
    return stack;
  });
  const inlineCharacters: Record<string, number> = {};
  let roles = 0;
  for (const stack of [Stack.of(service), ...stacks]) {
    for (const { Type, Properties } of Object.values(resourcesOf(stack))) {
      if (Type === 'AWS::IAM::Role') {
        roles++;
        expect(JSON.stringify(Properties.AssumeRolePolicyDocument).length).toBeLessThan(2_048);
      }
      if (Type === 'AWS::IAM::Policy') {
        for (const role of Properties.Roles) {
          const key = `${'Fn::ImportValue' in role ? 'Service' : stack.node.id} ${JSON.stringify(role)}`;
          inlineCharacters[key] = (inlineCharacters[key] ?? 0) + JSON.stringify(Properties.PolicyDocument).length;
        }
      }
    }
  }
  expect(roles).toBeGreaterThan(300);
  expect(Math.max(...Object.values(inlineCharacters))).toBeLessThan(10_240 / 2);
}, 60_000);

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
  service.encryptionKey!.grantDecrypt(role);
  new Ledger(stack, 'Ledger', { service }).grants.read(role);
  expect(() => app.synth()).not.toThrow();
});
