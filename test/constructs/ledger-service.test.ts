import {
  App, Duration, RemovalPolicies, RemovalPolicy, Size, Stack, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, aws_lambda as lambda,
  aws_logs as logs,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import { JournalArchive, Ledger, LedgerService } from '../../src';

const stackOf = (props?: ConstructorParameters<typeof LedgerService>[2]) => {
  const stack = new Stack(new App(), 'Stack');
  return { stack, service: new LedgerService(stack, 'Service', props) };
};

test('the table keeps what it holds: retained, protected, recoverable, encrypted with its own rotating key', () => {
  const { stack } = stackOf();
  const table = onlyResource(stack, 'AWS::DynamoDB::Table');
  const key = onlyResource(stack, 'AWS::KMS::Key');
  expect([table.DeletionPolicy, table.UpdateReplacePolicy, key.DeletionPolicy]).toEqual(['Retain', 'Retain', 'Retain']);
  expect(key.Properties.EnableKeyRotation).toBe(true);
  expect(table.Properties).toMatchObject({
    KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }, { AttributeName: 's', KeyType: 'RANGE' }],
    TimeToLiveSpecification: { AttributeName: 't', Enabled: true },
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^ServiceKey/), 'Arn'] } },
    DeletionProtectionEnabled: true,
  });
});

test('only IAM principals reach the URLs, one of the control plane and one for sessions', () => {
  const { stack, service } = stackOf();
  const urls = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Url').map(({ Properties }) => Properties);
  expect(urls).toEqual(['^ServiceApi', '^ServiceSession'].map(functionId => ({
    AuthType: 'AWS_IAM', TargetFunctionArn: { 'Fn::GetAtt': [expect.stringMatching(functionId), 'Arn'] },
  })));
  expect(stack.resolve([service.serviceUrl, service.sessionUrl])).toEqual(['^ServiceApi', '^ServiceSession'].map(functionId =>
    ({ 'Fn::GetAtt': [expect.stringMatching(functionId), 'FunctionUrl'] })));
  const principals = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Permission').map(({ Properties }) => Properties.Principal);
  expect(principals).toEqual(['events.amazonaws.com']);
});

test('the functions know their table and nothing secret', () => {
  const { stack } = stackOf();
  const functions = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  expect(functions).toHaveLength(3);
  for (const { Properties } of functions) {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs22.x',
      Architectures: ['arm64'],
      MemorySize: 1024,
      Environment: { Variables: { LEDGER_TABLE_NAME: { Ref: expect.stringMatching(/^ServiceTable/) } } },
    });
    expect(Object.keys(Properties.Environment.Variables)).toEqual(['LEDGER_TABLE_NAME']);
  }
});

test('changed journal heads and jobs wake the worker; a record that fails is given up', () => {
  const { stack } = stackOf();
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: Match.stringLikeRegexp('^ServiceWorker') },
    FilterCriteria: {
      Filters: [
        { Pattern: '{"dynamodb":{"Keys":{"s":{"S":[{"prefix":"head"}]}}}}' },
        { Pattern: '{"dynamodb":{"Keys":{"s":{"S":[{"prefix":"job#"}]}}}}' },
      ],
    },
    BatchSize: 100,
    ParallelizationFactor: 10,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 60,
    MaximumBatchingWindowInSeconds: Match.absent(),
  });
});

test('the worker also looks for work every minute', () => {
  expect(onlyResource(stackOf().stack, 'AWS::Events::Rule').Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
});

test('key, memory and log retention can be chosen', () => {
  const stack = new Stack(new App(), 'Stack');
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k');
  new LedgerService(stack, 'Service', { encryptionKey, memory: Size.gibibytes(2), logRetention: logs.RetentionDays.ONE_WEEK });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::KMS::Key', 0);
  template.allResourcesProperties('AWS::Lambda::Function', { MemorySize: 2048 });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
});

test('a service that is to be destroyed deletes its table, key and logs', () => {
  const { stack } = stackOf({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: false });
  expect(Object.values(resourcesOf(stack)).map(({ DeletionPolicy }) => DeletionPolicy).filter(policy => policy === 'Retain')).toEqual([]);
  expect(onlyResource(stack, 'AWS::DynamoDB::Table').Properties.DeletionProtectionEnabled).toBe(false);
});

test('a service that is to be destroyed must not be protected from it', () => {
  expect(() => stackOf({ removalPolicy: RemovalPolicy.DESTROY })).toThrow(
    "LedgerService 'Stack/Service' has 1 problem:\n  - removalPolicy 'destroy' contradicts deletion protection, which is on by default: "
    + 'set deletionProtection: false and deploy that before you destroy, or use RemovalPolicy.RETAIN');
});

test('a protected service is not made destroyable afterwards either', () => {
  const app = new App();
  new LedgerService(new Stack(app, 'Stack'), 'Service');
  RemovalPolicies.of(app).destroy();
  expect(() => app.synth()).toThrow(/Stack\/Service\] removalPolicy 'destroy' contradicts deletion protection/);
});

test.each<[string, (service: LedgerService, role: iam.Role) => void, RegExp]>([
  ['invoke may call the control plane', (service, role) => service.grants.invoke(role), /^ServiceApi/],
  ['connect may open sessions', (service, role) => service.grants.connect(role), /^ServiceSession/],
])('who is granted to %s through its URL only', (_, grant, functionId) => {
  const { stack, service } = stackOf();
  grant(service, new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() }));
  const called = { 'Fn::GetAtt': [expect.stringMatching(functionId), 'Arn'] };
  expect(grantedStatements(stack).filter(([id]) => id.startsWith('Caller')).map(([, statement]) => statement)).toEqual([
    {
      Effect: 'Allow',
      Action: 'lambda:InvokeFunctionUrl',
      Resource: called,
      Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    },
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: called, Condition: { Bool: { 'lambda:InvokedViaFunctionUrl': true } } },
  ]);
});

test('who is granted to invoke is told to the service as an administrator, if it is a role or a user', () => {
  const { stack, service } = stackOf();
  service.grants.invoke(new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() }));
  service.grants.invoke(new iam.AccountPrincipal('444455556666'));
  expect(onlyResource(stack, 'Custom::QldbLedgerGrant').Properties).toMatchObject({
    PrincipalArn: { 'Fn::GetAtt': [expect.stringMatching(/^Caller/), 'Arn'] }, LedgerName: '*', Actions: ['*'],
  });
});

describe('a service imported by its attributes', () => {
  const imported = (stack: Stack) => LedgerService.fromLedgerServiceAttributes(stack, 'Service', {
    serviceUrl: 'https://id.lambda-url.eu-west-1.on.aws/',
    sessionUrl: 'https://session.lambda-url.eu-west-1.on.aws/',
    apiFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:api',
    sessionFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:session',
    apiRoleArn: 'arn:aws:iam::111122223333:role/api',
    workerRoleArn: 'arn:aws:iam::111122223333:role/worker',
  });

  test('holds ledgers, whose roles trust it', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    new Ledger(stack, 'Ledger', { service: imported(stack) }).exportJournal('Export');
    expect(onlyResource(stack, 'Custom::QldbLedger').Properties.ServiceUrl).toBe('https://id.lambda-url.eu-west-1.on.aws/');
    const trusted = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::IAM::Role')
      .flatMap(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement).flatMap(({ Principal }) => Principal.AWS ?? []);
    expect(trusted).toEqual(['arn:aws:iam::111122223333:role/api', 'arn:aws:iam::111122223333:role/worker']);
    const invokes = grantedStatements(stack).filter(([, { Action }]) => listed(Action).includes('lambda:InvokeFunctionUrl'));
    expect(new Set(invokes.map(([, { Resource }]) => Resource))).toEqual(new Set(['arn:aws:lambda:eu-west-1:111122223333:function:api']));
  });

  test('takes grants: callers reach its session URL, handlers its control plane', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    const role = new iam.Role(stack, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    Ledger.fromLedgerAttributes(stack, 'Ledger', { ledgerName: 'payments', service: imported(stack) }).grants.read(role);
    expect(onlyResource(stack, 'Custom::QldbLedgerGrant').Properties).toMatchObject({
      ServiceUrl: 'https://id.lambda-url.eu-west-1.on.aws/', LedgerName: 'payments',
    });
    const reaches = (policyId: string) => new Set(grantedStatements(stack)
      .filter(([id, { Action }]) => id.startsWith(policyId) && Action === 'lambda:InvokeFunctionUrl').map(([, { Resource }]) => Resource));
    expect(reaches('Caller')).toEqual(new Set(['arn:aws:lambda:eu-west-1:111122223333:function:session']));
    expect(reaches('QldbProviderHandlerRole')).toEqual(new Set(['arn:aws:lambda:eu-west-1:111122223333:function:api']));
  });

  test('adds no service to the stack', () => {
    const stack = new Stack(new App(), 'Stack');
    imported(stack);
    expect(resourcesOf(stack) ?? {}).toEqual({});
  });
});

describe('any other endpoint', () => {
  test('is trusted as QLDB, for this account\'s QLDB resources only, and gets no permission of ours', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    const service = LedgerService.fromEndpoint(stack, 'Endpoint', { serviceUrl: 'https://qldb.example.com' });
    const archive = new JournalArchive(stack, 'Archive');
    new Ledger(stack, 'Ledger', { service }).exportJournal('Export', { archive });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Principal: { Service: 'qldb.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':qldb:eu-west-1:111122223333:*']] } },
          },
        }],
      },
    });
    const actions = grantedStatements(stack).flatMap(([, { Action }]) => listed(Action));
    expect(actions).not.toContain('sts:AssumeRole');
    expect(actions).not.toContain('lambda:InvokeFunctionUrl');
  });

  test('answers sessions where it answers everything, unless told otherwise, and checks permissions itself', () => {
    const stack = new Stack(new App(), 'Stack');
    const serviceUrl = 'https://qldb.example.com';
    const one = LedgerService.fromEndpoint(stack, 'One', { serviceUrl });
    const two = LedgerService.fromEndpoint(stack, 'Two', { serviceUrl, sessionUrl: 'https://session.qldb.example.com' });
    expect([one.sessionUrl, two.sessionUrl]).toEqual([serviceUrl, 'https://session.qldb.example.com']);
    expect([one.checksGrants, two.checksGrants]).toEqual([false, false]);
  });

  test('may be run by a principal of its own', () => {
    const stack = new Stack(new App(), 'Stack');
    const service = LedgerService.fromEndpoint(stack, 'Endpoint', {
      serviceUrl: 'https://qldb.example.com',
      journalPrincipal: new iam.AccountPrincipal('444455556666'),
    });
    new Ledger(stack, 'Ledger', { service }).exportJournal('Export');
    const trust = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::IAM::Role')
      .flatMap(({ Properties }) => Properties.AssumeRolePolicyDocument.Statement).map(({ Principal }) => JSON.stringify(Principal));
    expect(trust).toContainEqual(expect.stringContaining(':iam::444455556666:root'));
  });
});

test('quotas reach every function, and are checked at synthesis', () => {
  const { stack } = stackOf({ quotas: { activeLedgers: 20, runningExportsPerLedger: 4 } });
  const environments = Object.values(resourcesOf(stack)).flatMap(({ Type, Properties }) =>
    Type === 'AWS::Lambda::Function' && Properties.Environment.Variables.LEDGER_TABLE_NAME ? [Properties.Environment.Variables] : []);
  expect(environments).toHaveLength(3);
  for (const environment of environments) expect(environment).toMatchObject({ LEDGER_QUOTA_ACTIVE_LEDGERS: '20', LEDGER_QUOTA_RUNNING_EXPORTS: '4' });
  expect(() => stackOf({ quotas: { activeLedgers: 0, activeStreamsPerLedger: 1.5 } }))
    .toThrow(/quotas\.activeLedgers is 0: use a whole number from 1 to 999999[^]*quotas\.activeStreamsPerLedger is 1\.5/);
});

test('concurrency, tracing and the recovery period can be chosen', () => {
  const { stack } = stackOf({
    reservedConcurrency: { api: 10, session: 200, worker: 5 }, tracing: lambda.Tracing.ACTIVE, recoveryPeriod: Duration.days(7),
  });
  const functions = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Function').map(({ Properties }) => Properties);
  expect(functions.map(({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions)).toEqual([10, 200, 5]);
  for (const { TracingConfig } of functions) expect(TracingConfig).toEqual({ Mode: 'Active' });
  expect(onlyResource(stack, 'AWS::DynamoDB::Table').Properties.PointInTimeRecoverySpecification)
    .toEqual({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 });
});

test('every problem of a service is told at once', () => {
  expect(() => stackOf({ reservedConcurrency: { api: 0, worker: 1.5 }, recoveryPeriod: Duration.hours(36), quotas: { activeLedgers: -1 } })).toThrow(
    "LedgerService 'Stack/Service' has 4 problems:\n"
    + '  - recoveryPeriod is 1 day 12 hours: use whole days, from 1 to 35\n'
    + '  - quotas.activeLedgers is -1: use a whole number from 1 to 999999\n'
    + "  - reservedConcurrency.api is 0: use a whole number of at least 1, or leave it out to share the account's\n"
    + "  - reservedConcurrency.worker is 1.5: use a whole number of at least 1, or leave it out to share the account's");
});

describe('an existing table', () => {
  const tableArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/restored';
  const attributes = {
    tableArn,
    tableStreamArn: `${tableArn}/stream/2026-01-01T00:00:00.000`,
  };

  test('takes the place of a new one: functions, stream and key are its own', () => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k');
    const table = dynamodb.Table.fromTableAttributes(stack, 'Restored', { ...attributes, encryptionKey });
    const service = new LedgerService(stack, 'Service', { table });
    expect([service.table, service.encryptionKey]).toEqual([table, encryptionKey]);
    const resources = Object.values(resourcesOf(stack));
    expect(resources.filter(({ Type }) => Type === 'AWS::DynamoDB::Table' || Type === 'AWS::KMS::Key')).toEqual([]);
    const variables = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function').map(({ Properties }) => Properties.Environment.Variables);
    expect(variables).toEqual([{ LEDGER_TABLE_NAME: 'restored' }, { LEDGER_TABLE_NAME: 'restored' }, { LEDGER_TABLE_NAME: 'restored' }]);
    expect(onlyResource(stack, 'AWS::Lambda::EventSourceMapping').Properties.EventSourceArn).toBe(attributes.tableStreamArn);
    const touched = grantedStatements(stack).filter(([id]) => /^Service(Api|Session|Worker)Role/.test(id))
      .flatMap(([, { Action, Resource }]) => listed(Action).filter(action => /^(dynamodb|kms):/.test(action)).map(() => Resource));
    expect(new Set(touched)).toEqual(new Set([tableArn, attributes.tableStreamArn, 'arn:aws:kms:eu-west-1:111122223333:key/k', '*']));
  });

  test('needs no key when DynamoDB owns it', () => {
    const stack = new Stack(new App(), 'Stack');
    const service = new LedgerService(stack, 'Service', { table: dynamodb.Table.fromTableAttributes(stack, 'Restored', attributes) });
    expect(service.encryptionKey).toBeUndefined();
    expect(grantedStatements(stack).flatMap(([, { Action }]) => listed(Action)).filter(action => action.startsWith('kms:'))).toEqual([]);
  });

  test('must have a stream, the keys of a ledger table, and settings of its own', () => {
    const stack = new Stack(new App(), 'Stack');
    const table = new dynamodb.Table(stack, 'Mine', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
    expect(() => new LedgerService(stack, 'Service', { table, deletionProtection: true, encryptionKey: new kms.Key(stack, 'Key') })).toThrow(
      /has 4 problems:\n {2}- table 'Stack\/Mine' has no stream.*\n {2}- table 'Stack\/Mine' has partition key 'id' and no sort key: .*'p' and 's', both strings\n {2}- encryptionKey is set together with table.*\n {2}- deletionProtection is set together with table/);
  });

  test('does not keep the logs from being destroyed: its protection is its own', () => {
    const stack = new Stack(new App(), 'Stack');
    const table = dynamodb.Table.fromTableAttributes(stack, 'Restored', attributes);
    new LedgerService(stack, 'Service', { table, removalPolicy: RemovalPolicy.DESTROY });
    const groups = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
    expect(groups.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Delete', 'Delete', 'Delete']);
  });

  test('made by the app with the right keys and a stream is taken', () => {
    const stack = new Stack(new App(), 'Stack');
    const table = new dynamodb.Table(stack, 'Mine', {
      partitionKey: { name: 'p', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 's', type: dynamodb.AttributeType.STRING },
      stream: dynamodb.StreamViewType.KEYS_ONLY,
    });
    expect(new LedgerService(stack, 'Service', { table }).table).toBe(table);
  });
});
