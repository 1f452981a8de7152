import { fullStack, grantedStatements, listed, resourcesOf } from './full-stack';

/** Every wildcard resource, by action. Nothing else may have one. */
const WILDCARD_RESOURCES: Record<string, string> = {
  'dynamodb:ListStreams': 'has no resource-level permissions',
  's3:GetObject': 'digests are compared with those that were kept below their one prefix',
  's3:ListJobs': 'has no resource-level permissions',
  's3:PutObject': 'exports, digests, claims of windows and inventories of jobs are many objects below one prefix each',
  'lambda:InvokeFunction': "CDK's Provider framework invokes its handlers in any version",
};

const { stack } = fullStack();
const statements = grantedStatements(stack);

test('no permission has a wildcard action', () => {
  expect(statements.flatMap(([, statement]) => listed(statement.Action)).filter(action => action.includes('*'))).toEqual([]);
});

test('only the listed permissions have a wildcard in their resource', () => {
  const wild = statements
    .filter(([, statement]) => listed(statement.Resource).some(resource => JSON.stringify(resource).includes('*')))
    .flatMap(([, statement]) => listed(statement.Action));
  expect([...new Set(wild)].sort()).toEqual(Object.keys(WILDCARD_RESOURCES).sort());
});

test('only permissions that cannot name a resource cover all', () => {
  const all = statements.filter(([, statement]) => listed(statement.Resource).includes('*'));
  expect(all.flatMap(([, statement]) => listed(statement.Action))).toEqual(['dynamodb:ListStreams', 's3:ListJobs']);
});

test('nothing is denied by policy and no managed policy is used: what is not granted here is not granted', () => {
  expect(statements.filter(([, statement]) => statement.Effect !== 'Allow')).toEqual([]);
  const managed = Object.values(resourcesOf(stack)).flatMap(resource => resource.Properties.ManagedPolicyArns ?? []);
  expect(managed).toEqual([]);
});

test('the service may assume no role but those that name it in their trust, for one ledger each', () => {
  expect(statements.filter(([, statement]) => listed(statement.Action).includes('sts:AssumeRole'))).toEqual([]);
  const trusting = Object.entries(resourcesOf(stack)).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::IAM::Role' && /"Service(Api|Worker)Role/.test(JSON.stringify(Properties.AssumeRolePolicyDocument))
      ? [[id, Properties.AssumeRolePolicyDocument.Statement] as const] : []);
  expect(trusting.map(([id]) => id)).toEqual(['Export', 'Stream', 'Schedule'].map(id => expect.stringMatching(`^Payments${id}Role`)));
  const trust = (role: string) => ({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(role), 'Arn'] } },
    Condition: { StringEquals: { 'sts:ExternalId': { 'Fn::GetAtt': [expect.stringMatching(/^Payments/), 'LedgerArn'] } } },
  });
  for (const [, trusted] of trusting) expect(trusted).toEqual([trust('^ServiceApiRole'), trust('^ServiceWorkerRole')]);
});

test('the functions of the service touch only their table, through its key, and write only their own log', () => {
  const granted = (id: RegExp) => statements.filter(([policyId]) => id.test(policyId)).flatMap(([, { Action }]) => listed(Action)).sort();
  const every = [
    'dynamodb:BatchGetItem', 'dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query',
    'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'logs:CreateLogStream', 'logs:PutLogEvents',
  ];
  const readsItsStream = [
    'dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams', 'kms:Decrypt', 'kms:DescribeKey',
  ];
  expect(granted(/^ServiceApiRoleDefaultPolicy/)).toEqual(every);
  expect(granted(/^ServiceSessionRoleDefaultPolicy/)).toEqual(every);
  expect(granted(/^ServiceWorkerRoleDefaultPolicy/)).toEqual([...every, ...readsItsStream].sort());
});

test('our custom resource handlers may call the service and write their log, nothing else', () => {
  const handlers = statements.filter(([policyId]) => policyId.includes('HandlerRole') && !policyId.startsWith('QldbLedgerDigest'));
  expect([...new Set(handlers.flatMap(([, { Action }]) => listed(Action)))].sort()).toEqual([
    'lambda:InvokeFunction', 'lambda:InvokeFunctionUrl', 'logs:CreateLogStream', 'logs:PutLogEvents',
  ]);
  const invoke = handlers.map(([, statement]) => statement).filter(({ Action }) => Action === 'lambda:InvokeFunction');
  for (const { Condition, Resource } of invoke) {
    expect(Condition).toEqual({ Bool: { 'lambda:InvokedViaFunctionUrl': true } });
    expect(Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ServiceApi/), 'Arn'] });
  }
});

test('runs that look after the archive may list and create below their prefix, read digests, and call the service; none may delete', () => {
  const granted = (id: RegExp) =>
    [...new Set(statements.filter(([policyId]) => id.test(policyId)).flatMap(([, { Action }]) => listed(Action)))].sort();
  const callsAndLogs = ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl', 'logs:CreateLogStream', 'logs:PutLogEvents'];
  const exports = ['DescribeJournalS3Export', 'DescribeLedger', 'ExportJournalToS3', 'ListJournalS3ExportsForLedger'].map(action => `qldb:${action}`);
  expect(granted(/^PaymentsScheduleRunRole/)).toEqual(['kms:GenerateDataKey', ...callsAndLogs, ...exports, 's3:ListBucket', 's3:PutObject']);
  const keepsDigests = ['kms:Decrypt', 'kms:GenerateDataKey', ...callsAndLogs, 's3:GetObject', 's3:PutObject'];
  expect(granted(/^PaymentsDigestRun(Role|Access)/)).toEqual([...keepsDigests, 'qldb:GetDigest'].sort());
  expect(granted(/^(QldbLedgerDigestProviderHandlerRole|PaymentsDigestHandlerAccess)/)).toEqual(keepsDigests);
  const listing = statements.find(([, { Action }]) => Action === 's3:ListBucket')![1];
  expect(listing.Condition).toEqual({ StringLike: { 's3:prefix': { 'Fn::Join': ['', ['journal/', expect.anything(), '/*']] } } });
  const claims = statements.filter(([policyId, { Action }]) => policyId.startsWith('PaymentsScheduleRunRole') && Action === 's3:PutObject');
  expect(JSON.stringify(claims.map(([, { Resource }]) => Resource))).toContain('/*/attempt-*.json');
});

test('an application granted statements on a table reaches the sessions of the service and nothing else', () => {
  const granted = statements.filter(([policyId]) => policyId.startsWith('Caller')).map(([, { Action, Resource }]) => [Action, Resource]);
  const sessionFunction = { 'Fn::GetAtt': [expect.stringMatching(/^ServiceSession/), 'Arn'] };
  expect(granted).toEqual([
    ['qldb:SendCommand', { 'Fn::GetAtt': [expect.stringMatching(/^Payments/), 'LedgerArn'] }],
    ['lambda:InvokeFunctionUrl', sessionFunction],
    ['lambda:InvokeFunction', sessionFunction],
  ]);
});

const reached = statements.filter(([, { Resource }]) => /ServiceApi/.test(JSON.stringify(Resource))).map(([policyId]) => policyId);

test('only administrators, handlers of custom resources and who is held to grants reach the control plane', () => {
  const others = reached.filter(policyId => !/^(Qldb\w*ProviderHandlerRoleDefaultPolicy|ServiceApiRole)/.test(policyId));
  expect([...new Set(others)]).toEqual(['PaymentsSchedule', 'PaymentsDigest', 'Jobs'].map(run => expect.stringMatching(`^${run}RunRoleControlPlaneAccess`)));
});

test.each([
  ['the schedule', 'PaymentsSchedule', 'PaymentsScheduleRule', ['DescribeJournalS3Export', 'DescribeLedger', 'ExportJournalToS3', 'ListJournalS3ExportsForLedger'], undefined],
  ['the digest', 'PaymentsDigest', 'PaymentsDigest(Deployment)?Rule', ['GetDigest'], undefined],
  ['the inventory', 'Jobs', 'JobsSchedule', ['ListJournalS3Exports'], '*'],
])('%s runs under a grant that is there before IAM lets it call, and before it runs', (_, id, ruleId, actions, everyLedger) => {
  const resources = Object.entries(resourcesOf(stack));
  const startingWith = (start: string, type: string) => resources.filter(([logicalId, { Type }]) => Type === type && RegExp(`^${start}[0-9A-F]{8}`).test(logicalId));
  const [[grantId, grant], ...otherGrants] = startingWith(`${id}RunRoleControlPlaneGrant[0-9A-F]{8}`, 'Custom::QldbLedgerGrant');
  expect(otherGrants).toEqual([]);
  expect(grant.Properties).toMatchObject({
    PrincipalArn: { 'Fn::GetAtt': [expect.stringMatching(`^${id}RunRole`), 'Arn'] },
    LedgerName: everyLedger ?? { 'Fn::GetAtt': [expect.stringMatching(/^Payments/), 'LedgerName'] },
    Actions: actions,
  });
  const [[accessId, access]] = startingWith(`${id}RunRoleControlPlaneAccess`, 'AWS::IAM::Policy');
  expect(access.DependsOn).toContain(grantId);
  const [[runId, run]] = startingWith(`${id}Run`, 'AWS::Lambda::Function');
  expect(run.DependsOn).toEqual(expect.arrayContaining([grantId, accessId]));
  const rules = startingWith(ruleId, 'AWS::Events::Rule');
  expect(rules.length).toBeGreaterThan(0);
  rules.forEach(([, { Properties: { Targets } }]) => expect(Targets[0].Arn).toEqual({ 'Fn::GetAtt': [runId, 'Arn'] }));
});
