import { App, CfnParameter, CfnResource, Stack, aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { grantedStatements, onlyResource, resourcesOf } from './full-stack';
import { ILedger, Ledger, LedgerService, PartiqlAction } from '../../src';

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
      ServiceTimeout: '1200',
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

test('verify, exportJournal, streamJournal and restore are for administrators: they reach the control plane, and the service is told nothing', () => {
  expect(inIam((ledger, role) => ledger.grants.verify(role))).toEqual({
    reached: 'Api',
    actions: [{ Action: ['qldb:DescribeLedger', 'qldb:GetBlock', 'qldb:GetDigest', 'qldb:GetRevision'], Resource: ledgerArn }],
  });
  expect(inIam((ledger, role) => ledger.grants.exportJournal(role))).toEqual({
    reached: 'Api',
    actions: [{ Action: ['qldb:DescribeJournalS3Export', 'qldb:ExportJournalToS3', 'qldb:ListJournalS3ExportsForLedger'], Resource: ledgerArn }],
  });
  expect(inIam((ledger, role) => ledger.grants.restore(role))).toEqual({
    reached: 'Api',
    actions: [{ Action: ['qldb:DescribeLedger', 'qldb:DescribeLedgerRestore', 'qldb:RestoreLedger'], Resource: ledgerArn }],
  });
  const { reached, actions: [stream] } = inIam((ledger, role) => ledger.grants.streamJournal(role));
  expect(reached).toBe('Api');
  expect(stream.Action).toContain('qldb:StreamJournalToKinesis');
  expect(JSON.stringify(stream.Resource)).toMatch(/:stream\/",.*LedgerName.*\/\*/);

  const { stack, ledger, role } = stackOf();
  const grants = [ledger.grants.verify(role), ledger.grants.exportJournal(role), ledger.grants.streamJournal(role)];
  expect(grants.map(({ success }) => success)).toEqual([true, true, true]);
  Annotations.fromStack(stack).hasWarning('/Stack/Ledger', Match.stringLikeRegexp('make an administrator.*cdk-ledger:grantOpensControlPlane'));
  expect(Object.values(resourcesOf(stack)).map(({ Type }) => Type)).not.toContain('Custom::QldbLedgerGrant');
});
