import { App, CfnParameter, CfnResource, Stack, aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { grantedStatements, onlyResource, resourcesOf } from './full-stack';
import { ControlPlaneAction, ILedger, Ledger, LedgerService, PartiqlAction } from '../../src';
import { OPERATIONS } from '../../src/service/operations';
import { OWN_OPERATIONS } from '../../src/service/operations/own-operations';

const ASSUMED_BY_LAMBDA = { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') };
const ledgerArn = { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerArn'] };
const table = (end: string) => ({ 'Fn::Join': ['', [ledgerArn, end]] });

function stackOf() {
  const stack = new Stack(new App(), 'Stack');
  return { stack, ledger: new Ledger(stack, 'Ledger'), role: new iam.Role(stack, 'Caller', ASSUMED_BY_LAMBDA) };
}

/** What IAM allows a new role by a grant: whose URL it reaches, and QLDB's actions. */
function inIam(grant: (ledger: Ledger, role: iam.Role) => void) {
  const { stack, ledger, role } = stackOf();
  grant(ledger, role);
  const statements = grantedStatements(stack).filter(([id]) => id.startsWith('Caller')).map(([, { Action, Resource }]) => ({ Action, Resource }));
  const reach = statements.filter(({ Action }) => String(Action).startsWith('lambda:'));
  expect(reach.map(({ Action }) => Action)).toEqual(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']);
  const [reached] = new Set(reach.map(({ Resource }) => /Service(Api|Session)[A-F0-9]+/.exec(JSON.stringify(Resource))![1]));
  return { reached, actions: statements.filter(({ Action }) => !String(Action).startsWith('lambda:')) };
}

/** What the service is told by a grant. */
function inService(grant: (ledger: Ledger, role: iam.Role) => void) {
  const { stack, ledger, role } = stackOf();
  grant(ledger, role);
  return onlyResource(stack, 'Custom::QldbLedgerGrant').Properties;
}

const READ = ['PartiQLHistoryFunction', 'PartiQLSelect'];
const READ_WRITE = ['PartiQLDelete', 'PartiQLHistoryFunction', 'PartiQLInsert', 'PartiQLSelect', 'PartiQLUpdate'];

describe('a grant to an application', () => {
  test('lets IAM pass it to the session URL, and names the actions for endpoints that evaluate them', () => {
    expect(inIam((ledger, role) => ledger.grants.read(role))).toEqual({
      reached: 'Session',
      actions: [
        { Action: 'qldb:SendCommand', Resource: ledgerArn },
        { Action: ['qldb:PartiQLHistoryFunction', 'qldb:PartiQLSelect'], Resource: [table('/table/*'), table('/information_schema/user_tables')] },
      ],
    });
    expect(inIam((ledger, role) => ledger.grants.readWrite(role)).actions[1].Action).toEqual(READ_WRITE.map(action => `qldb:${action}`));
  });

  test('tells the service who may run which statements on what', () => {
    expect(inService((ledger, role) => ledger.grants.read(role))).toEqual({
      ServiceToken: expect.anything(),
      ServiceTimeout: '3600',
      ServiceUrl: { 'Fn::GetAtt': [expect.stringMatching(/^DefaultLedgerServiceApi/), 'FunctionUrl'] },
      LedgerName: { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] },
      GrantId: expect.stringMatching(/^[A-Za-z0-9-]{1,47}$/),
      PrincipalArn: { 'Fn::GetAtt': [expect.stringMatching(/^Caller/), 'Arn'] },
      Actions: READ,
      Tables: ['*'],
    });
    expect(inService((ledger, role) => ledger.grants.readWrite(role)).Actions).toEqual(READ_WRITE);
  });

  test('may name tables, which IAM cannot, and actions', () => {
    const grant = (ledger: Ledger, role: iam.Role) => ledger.grants.actions(role, {
      actions: [PartiqlAction.SELECT, PartiqlAction.CREATE_TABLE, PartiqlAction.SELECT],
      tables: ['Transfers', 'Accounts', 'information_schema.user_tables'],
    });
    expect(inService(grant)).toMatchObject({
      Actions: ['PartiQLCreateTable', 'PartiQLSelect'],
      Tables: ['Accounts', 'Transfers', 'information_schema.user_tables'],
    });
    expect(inIam(grant)).toEqual({ reached: 'Session', actions: [{ Action: 'qldb:SendCommand', Resource: ledgerArn }] });
    expect(inService((ledger, role) => ledger.grants.read(role, { tables: ['Transfers'] }))).toMatchObject({ Actions: READ, Tables: ['Transfers'] });
    expect(inService((ledger, role) => ledger.grants.readWrite(role, { tables: ['Transfers'] }))).toMatchObject({ Actions: READ_WRITE });
  });

  test('takes names of tables that are known only at deployment', () => {
    const { stack, ledger, role } = stackOf();
    ledger.grants.read(role, { tables: [new CfnParameter(stack, 'Table').valueAsString] });
    expect(onlyResource(stack, 'Custom::QldbLedgerGrant').Properties.Tables).toEqual([{ Ref: 'Table' }]);
  });

  test('given twice is one, given differently is another', () => {
    const { stack, ledger, role } = stackOf();
    ledger.grants.read(role, { tables: ['A', 'B'] });
    ledger.grants.read(role, { tables: ['B', 'A'] });
    ledger.grants.read(role, { tables: ['C'] });
    new Ledger(stack, 'Ledger2').grants.read(role, { tables: ['C'] });
    const grants = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'Custom::QldbLedgerGrant').map(({ Properties }) => Properties);
    expect(grants).toHaveLength(3);
    expect(new Set(grants.map(({ GrantId }) => GrantId)).size).toBe(3);
  });

  test('is in force, on both sides, before what waits for it', () => {
    const { stack, ledger, role } = stackOf();
    const seeding = new CfnResource(stack, 'Seeding', { type: 'Custom::Seeding' });
    ledger.grants.readWrite(role).applyBefore(seeding);
    expect(onlyResource(stack, 'Custom::Seeding').DependsOn).toEqual(expect.arrayContaining([
      expect.stringMatching(/^CallerDefaultPolicy/), expect.stringMatching(/^CallerLedgerGrant/),
    ]));
  });

  test.each<[string, (stack: Stack) => iam.IGrantable, unknown]>([
    ['a user', stack => new iam.User(stack, 'Clerk'), { 'Fn::GetAtt': [expect.stringMatching(/^Clerk/), 'Arn'] }],
    ['a function', stack => new lambda.Function(stack, 'Clerk', {
      runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => {};'),
    }), { 'Fn::GetAtt': [expect.stringMatching(/^ClerkServiceRole/), 'Arn'] }],
    ['an imported role', stack => iam.Role.fromRoleArn(stack, 'Clerk', 'arn:aws:iam::111122223333:role/clerk'), 'arn:aws:iam::111122223333:role/clerk'],
    ['a role whose policies are managed elsewhere', stack => new iam.Role(stack, 'Clerk', ASSUMED_BY_LAMBDA).withoutPolicyUpdates(),
      { 'Fn::GetAtt': [expect.stringMatching(/^Clerk/), 'Arn'] }],
  ])('may be given to %s', (_, grantee, principalArn) => {
    const { stack, ledger } = stackOf();
    ledger.grants.read(grantee(stack));
    expect(onlyResource(stack, 'Custom::QldbLedgerGrant').Properties.PrincipalArn).toEqual(principalArn);
  });

  test.each<[string, (stack: Stack) => iam.IGrantable]>([
    ['ServicePrincipal', () => new iam.ServicePrincipal('lambda.amazonaws.com')],
    ['AccountPrincipal', () => new iam.AccountPrincipal('111122223333')],
    ['ArnPrincipal', () => new iam.ArnPrincipal('arn:aws:iam::111122223333:role/clerk')],
    ["'Stack/Clerks'", stack => new iam.Group(stack, 'Clerks')],
    ['UnknownPrincipal', stack => lambda.Function.fromFunctionArn(stack, 'Clerk', 'arn:aws:lambda:eu-west-1:111122223333:function:clerk')],
  ])('is refused to %s, by which no caller can be recognised', (name, grantee) => {
    const { stack, ledger } = stackOf();
    expect(() => ledger.grants.read(grantee(stack))).toThrow(
      `Grant on ledger 'Stack/Ledger' has 1 problem:\n  - the grantee, ${name}, is neither a role nor a user, and the service recognises callers by no other: grant to an iam.Role`);
  });

  test('is refused with all that is wrong at once', () => {
    const { ledger, role } = stackOf();
    expect(() => ledger.grants.actions(role, { actions: [], tables: [] })).toThrow(`Grant on ledger 'Stack/Ledger' has 2 problems:
  - actions is empty: name what the statements may do, such as PartiqlAction.SELECT
  - tables is empty: name the tables, or leave it out to mean all of them`);
    expect(() => ledger.grants.read(role, { tables: ['Transfers', '*', 'not a table'] })).toThrow(
      /has 2 problems:\n {2}- tables has '\*', which names no table: .*leave tables out to mean all of them\n {2}- tables has 'not a table'/);
  });
});

describe('a ledger whose service does not check statements itself', () => {
  const withoutService = (stack: Stack): ILedger => Ledger.fromLedgerName(stack, 'Ledger', 'payments');
  const atEndpoint = (stack: Stack): ILedger => Ledger.fromLedgerAttributes(stack, 'Ledger', {
    ledgerName: 'payments', service: LedgerService.fromEndpoint(stack, 'Endpoint', { serviceUrl: 'https://qldb.example.com' }),
  });

  test.each([['without a service', withoutService], ['at another endpoint', atEndpoint]])('%s is granted in IAM alone, to anybody', (_, ledgerIn) => {
    const stack = new Stack(new App(), 'Stack');
    const ledger = ledgerIn(stack);
    ledger.grants.read(new iam.Role(stack, 'Caller', ASSUMED_BY_LAMBDA));
    ledger.grants.read(new iam.ServicePrincipal('lambda.amazonaws.com'));
    expect(grantedStatements(stack).map(([, { Action }]) => Action)).toEqual([
      'qldb:SendCommand', ['qldb:PartiQLHistoryFunction', 'qldb:PartiQLSelect'],
    ]);
    expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).sort()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role']);
  });

  test('is not granted by table, because IAM would allow them all', () => {
    const stack = new Stack(new App(), 'Stack');
    const role = new iam.Role(stack, 'Caller', ASSUMED_BY_LAMBDA);
    expect(() => withoutService(stack).grants.read(role, { tables: ['Transfers'] })).toThrow(
      /tables are named, but nothing there checks .* Leave tables out .*import it with Ledger.fromLedgerAttributes\(\{ ledgerName, service \}\)/);
    expect(() => atEndpoint(new Stack(new App(), 'Stack')).grants.read(role, { tables: ['Transfers'] })).toThrow(/Leave tables out to mean all of them$/);
  });
});

const VERIFY = ['DescribeLedger', 'GetBlock', 'GetDigest', 'GetRevision'];
const EXPORT = ['DescribeJournalS3Export', 'ExportJournalToS3', 'ListJournalS3ExportsForLedger'];
const STREAM = ['CancelJournalKinesisStream', 'DescribeJournalKinesisStream', 'ListJournalKinesisStreamsForLedger', 'StreamJournalToKinesis'];
const inQldb = (actions: string[]) => actions.map(action => `qldb:${action}`);
const grantsOf = (stack: Stack) => Object.entries(resourcesOf(stack)).filter(([, { Type }]) => Type === 'Custom::QldbLedgerGrant');

describe('a grant on the control plane', () => {
  test.each<[string, (ledger: Ledger, role: iam.Role) => iam.Grant, string[]]>([
    ['verify', (ledger, role) => ledger.grants.verify(role), VERIFY],
    ['exportJournal', (ledger, role) => ledger.grants.exportJournal(role), EXPORT],
    ['streamJournal', (ledger, role) => ledger.grants.streamJournal(role), STREAM],
    ['restore', (ledger, role) => ledger.grants.restore(role), ['DescribeLedger', 'DescribeLedgerRestore', 'RestoreLedger']],
    ['controlPlane', (ledger, role) => ledger.grants.controlPlane(role, ControlPlaneAction.GET_DIGEST, ControlPlaneAction.DESCRIBE_LEDGER), ['DescribeLedger', 'GetDigest']],
  ])('%s lets IAM pass its grantee to the control plane, and tells the service which operations it means', (_, grant, actions) => {
    const { reached, actions: [named, ...others] } = inIam(grant);
    expect(reached).toBe('Api');
    expect(others).toEqual([]);
    expect([...named.Action as string[]].sort()).toEqual(inQldb(actions));
    expect(JSON.stringify(named.Resource)).toMatch(actions === STREAM ? /:stream\/",.*LedgerName.*"\/\*"/ : /LedgerArn/);
    expect(inService(grant)).toEqual({
      ServiceToken: expect.anything(),
      ServiceTimeout: '3600',
      ServiceUrl: { 'Fn::GetAtt': [expect.stringMatching(/^DefaultLedgerServiceApi/), 'FunctionUrl'] },
      LedgerName: { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] },
      GrantId: expect.stringMatching(/^[A-Za-z0-9-]{1,47}$/),
      PrincipalArn: { 'Fn::GetAtt': [expect.stringMatching(/^Caller/), 'Arn'] },
      Actions: actions,
    });
  });

  test('is there before IAM lets its grantee in, and until IAM has shut it out', () => {
    const { stack, ledger, role } = stackOf();
    ledger.grants.verify(role);
    new Ledger(stack, 'Ledger2').grants.exportJournal(role);
    const opening = Object.entries(resourcesOf(stack)).filter(([, { Type, Properties }]) =>
      Type === 'AWS::IAM::Policy' && /^"Caller/.test(JSON.stringify(Properties.Roles?.[0]?.Ref)) && JSON.stringify(Properties.PolicyDocument).includes('lambda:'));
    expect(opening.map(([id]) => id)).toEqual([expect.stringMatching(/^CallerControlPlaneAccess/)]);
    expect(opening[0][1].DependsOn).toEqual(expect.arrayContaining(grantsOf(stack).map(([id]) => id)));
    expect(grantsOf(stack)).toHaveLength(2);
  });

  test('is in force, on both sides, before what waits for it', () => {
    const { stack, ledger, role } = stackOf();
    const verifying = new CfnResource(stack, 'Verifying', { type: 'Custom::Verifying' });
    const grant = ledger.grants.verify(role);
    expect(grant.success).toBe(true);
    grant.applyBefore(verifying);
    expect(onlyResource(stack, 'Custom::Verifying').DependsOn).toEqual(expect.arrayContaining([
      expect.stringMatching(/^CallerControlPlaneAccess/), expect.stringMatching(/^CallerControlPlaneGrant/),
    ]));
  });

  test('to one grantee is one for each ledger, however often it is given', () => {
    const { stack, ledger, role } = stackOf();
    ledger.grants.verify(role);
    ledger.grants.verify(role);
    ledger.grants.exportJournal(role);
    new Ledger(stack, 'Ledger2').grants.verify(role);
    const told = grantsOf(stack).map(([, { Properties }]) => Properties);
    expect(told.map(({ Actions }) => Actions)).toEqual([[...VERIFY, ...EXPORT].sort(), VERIFY]);
    expect(new Set(told.map(({ GrantId }) => GrantId)).size).toBe(2);
  });

  test('warns of nothing, because it opens nothing else', () => {
    const { stack, ledger, role } = stackOf();
    [ledger.grants.verify(role), ledger.grants.exportJournal(role), ledger.grants.streamJournal(role), ledger.grants.restore(role)]
      .forEach(({ success }) => expect(success).toBe(true));
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('leaves an administrator one, in whichever order both are granted', () => {
    for (const isFirst of [true, false]) {
      const { stack, ledger, role } = stackOf();
      if (isFirst) ledger.service!.grants.invoke(role);
      ledger.grants.verify(role);
      if (!isFirst) ledger.service!.grants.invoke(role);
      const told = grantsOf(stack).map(([, { Properties: { LedgerName, Actions } }]) => ({ LedgerName, Actions }));
      expect(told).toHaveLength(2);
      expect(told).toContainEqual({ LedgerName: '*', Actions: ['*'] });
    }
  });

  test.each<[string, (stack: Stack) => iam.IGrantable, number]>([
    ['an imported role of the account', stack => iam.Role.fromRoleArn(stack, 'Clerk', 'arn:aws:iam::111122223333:role/clerk'), 1],
    ['an imported user', stack => iam.User.fromUserName(stack, 'Clerk', 'clerk'), 1],
    ['a role of another account, whose policies are written there', stack => iam.Role.fromRoleArn(stack, 'Clerk', 'arn:aws:iam::999988887777:role/clerk'), 0],
    ['a role whose policies are managed elsewhere', stack => new iam.Role(stack, 'Clerk', ASSUMED_BY_LAMBDA).withoutPolicyUpdates(), 0],
  ])('may be given to %s', (_, grantee, policies) => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
    const ledger = new Ledger(stack, 'Ledger');
    ledger.grants.verify(grantee(stack));
    expect(grantsOf(stack)).toHaveLength(1);
    const opening = Object.entries(resourcesOf(stack)).filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.includes('ControlPlaneAccess'));
    expect(opening).toHaveLength(policies);
  });

  test.each<[string, string | undefined, boolean]>([
    ['the service\'s own stack', '111122223333', false],
    ['a stack of no account in particular', undefined, false],
    ['a stack that imports the service', '111122223333', true],
  ])('opens the door to a role of another account once the service holds that to its grants (%s)', (_, account, isImported) => {
    const stack = new Stack(new App(), 'Stack', account ? { env: { account, region: 'eu-west-1' } } : {});
    const arn = (kind: string, name: string) => `arn:aws:${kind}:111122223333:${name}`;
    const service = isImported ? LedgerService.fromLedgerServiceAttributes(stack, 'Service', {
      serviceUrl: 'https://api.lambda-url.eu-west-1.on.aws/',
      sessionUrl: 'https://session.lambda-url.eu-west-1.on.aws/',
      apiFunctionArn: arn('lambda:eu-west-1', 'function:api'),
      sessionFunctionArn: arn('lambda:eu-west-1', 'function:session'),
      apiRoleArn: arn('iam:', 'role/api'),
      workerRoleArn: arn('iam:', 'role/worker'),
    }) : new LedgerService(stack, 'Service');
    const clerk = iam.Role.fromRoleArn(stack, 'Clerk', 'arn:aws:iam::999988887777:role/clerk');
    const ledgers = [1, 2].map(number => new Ledger(stack, `Ledger${number}`, { service }));
    const grants = ledgers.map(ledger => ledger.grants.verify(clerk));
    grants.forEach(({ success }) => expect(success).toBe(true));
    const doors = Object.values(resourcesOf(stack)).filter(({ Type, Properties }) => Type === 'AWS::Lambda::Permission' && /999988887777/.test(Properties.Principal));
    expect(doors.map(({ Properties }) => Properties.Action)).toEqual(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']);
    const held = grantsOf(stack).map(([id]) => id);
    expect(held).toHaveLength(2);
    for (const { DependsOn } of doors) {
      expect(DependsOn).toEqual(expect.arrayContaining(held));
    }
  });

  test('of two stacks to one imported role have a policy each, and one does not end with the other', () => {
    const app = new App();
    const stacks = ['First', 'Second'].map(id => new Stack(app, id, { env: { account: '111122223333', region: 'eu-west-1' } }));
    for (const stack of stacks) {
      new Ledger(stack, 'Ledger').grants.verify(iam.Role.fromRoleArn(stack, 'Clerk', 'arn:aws:iam::111122223333:role/clerk'));
    }
    const names = stacks.flatMap(stack => Object.entries(resourcesOf(stack))
      .filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.includes('ControlPlaneAccess')).map(([, { Properties }]) => Properties.PolicyName));
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(2);
    names.forEach(name => expect(name).toMatch(/^[\w+=,.@-]{1,128}$/));
  });

  test('is refused to whom the service cannot recognise, and for nothing', () => {
    const { ledger } = stackOf();
    expect(() => ledger.grants.controlPlane(new iam.AccountPrincipal('111122223333'))).toThrow(/has 2 problems:\n {2}- actions is empty: .*GET_DIGEST\n {2}- the grantee, AccountPrincipal, is neither/);
  });

  test.each([['without a service', false], ['at another endpoint', true]])('of a ledger %s is one in IAM alone, to anybody', (_, hasEndpoint) => {
    const stack = new Stack(new App(), 'Stack');
    const service = hasEndpoint ? LedgerService.fromEndpoint(stack, 'Endpoint', { serviceUrl: 'https://qldb.example.com' }) : undefined;
    const ledger = service ? Ledger.fromLedgerAttributes(stack, 'Ledger', { ledgerName: 'payments', service }) : Ledger.fromLedgerName(stack, 'Ledger', 'payments');
    ledger.grants.verify(new iam.Role(stack, 'Caller', ASSUMED_BY_LAMBDA));
    ledger.grants.verify(new iam.ServicePrincipal('lambda.amazonaws.com'));
    expect(grantedStatements(stack).map(([, { Action }]) => Action)).toEqual([inQldb(VERIFY)]);
    expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type).sort()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role']);
  });

  test('lives in the stack of its grantee', () => {
    const app = new App();
    const ledger = new Ledger(new Stack(app, 'Ledgers'), 'Ledger');
    const stack = new Stack(app, 'Auditors');
    ledger.grants.verify(new iam.Role(stack, 'Auditor', ASSUMED_BY_LAMBDA));
    expect(grantsOf(stack)).toHaveLength(1);
    expect(grantsOf(Stack.of(ledger))).toEqual([]);
  });
});

test('every action that a ledger can be granted is an operation of the service', () => {
  const operations = [...OPERATIONS, ...OWN_OPERATIONS].filter(({ administrators }) => !administrators).map(({ name }) => name);
  expect(Object.values(ControlPlaneAction).sort()).toEqual(operations.filter(name => !['ListLedgers', 'ListJournalS3Exports'].includes(name)).sort());
});
