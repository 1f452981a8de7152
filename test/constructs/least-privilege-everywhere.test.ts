import { type Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { everyStack } from './every-stack';
import { grantedStatements, listed, resourcesOf, type Statement } from './full-stack';
import * as library from '../../src';

const stacks = everyStack();
const statements = stacks.flatMap(stack => grantedStatements(stack).map(([policyId, statement]) => ({ stack: stack.node.id, policyId, statement })));

interface Wildcard {
  readonly actions: RegExp;
  /** Of the resource as JSON. */
  readonly resource: RegExp;
  /** Of the logical id of the policy. */
  readonly policy: RegExp;
  readonly reason: string;
}

/** Every resource with a wildcard that the library can grant. Whatever is not listed names its resource by ARN, or fails. */
const WILDCARDS: readonly Wildcard[] = [
  { actions: /^dynamodb:ListStreams$/, resource: /^"\*"$/, policy: /^(DefaultLedger)?ServiceWorkerRole/, reason: 'has no resource-level permissions' },
  {
    actions: /^xray:Put(TraceSegments|TelemetryRecords)$/,
    resource: /^"\*"$/,
    policy: /^Service(Api|Session|Worker)Role/,
    reason: 'has no resource-level permissions',
  },
  {
    actions: /^s3:(ListJobs|CreateJob)$/,
    resource: /^"\*"$/,
    policy: /^JobsRunRole|HandlerAccess/,
    reason: 'has no resource-level permissions, or no job yet',
  },
  {
    actions: /^ec2:(AssignPrivateIpAddresses|UnassignPrivateIpAddresses|(Create|Delete|Describe)NetworkInterfaces?|DescribeSubnets)$/,
    resource: /^"\*"$/,
    policy: /^Qldb\w*Provider\w{8}HandlerRole/,
    reason: 'Lambda asks for it before there are interfaces; only for services that are reached from within a VPC',
  },
  {
    actions: /^lambda:InvokeFunction$/,
    resource: /"Arn"\]\},":\*"\]\]\}$/,
    policy: /FrameworkOnEventRole|FrameworkWaitRole|waiterstatemachineRole/,
    reason: "CDK's Provider framework invokes its handlers in any version",
  },
  {
    actions: /^s3:(DescribeJob|PutJobTagging|UpdateJobStatus)$/,
    resource: /:s3:.*:job\/\*"/,
    policy: /HandlerAccess/,
    reason: 'ids of jobs are known only when they run',
  },
  {
    actions: /^s3:(Put|Get|Restore)Object\w*$|^s3:AbortMultipartUpload$|^s3:DeleteObject(Version)?Tagging$/,
    resource: /"Arn"\]\},"\/[^*]+\*(\/attempt-\*\.json)?"\]\]\}$|"Prefix"\]\},"\*"\]\]\}$|ImportValue.*"\/[^*]+\*"\]\]\}$/,
    policy: /Role\w*DefaultPolicy|(Handler|Run)Access/,
    reason: 'many objects below one prefix of one bucket',
  },
  {
    actions: /^execute-api:Invoke$/,
    resource: /:execute-api:.*"\/v1\/\*"/,
    policy: /HandlerRole/,
    reason: 'administrators call every operation of one API',
  },
  {
    actions: /^qldb:PartiQL(Select|HistoryFunction)$/,
    resource: /"\/table\/\*"/,
    policy: /^(Reader|Auditor)/,
    reason: 'ids of tables are made up later; for endpoints that evaluate IAM themselves',
  },
  {
    actions: /^qldb:(\w+JournalKinesisStreams?\w*|StreamJournalToKinesis)$/,
    resource: /:stream\/.*"\/\*"/,
    policy: /^Auditor/,
    reason: 'ids of streams are made up later',
  },
];

const isWild = (resource: unknown): boolean => JSON.stringify(resource).includes('*');

test('every construct that the library exports is in the stacks that are looked at', () => {
  const made = new Set(stacks.flatMap(stack => stack.node.findAll().map(({ constructor }) => constructor)));
  const constructs = Object.entries(library).filter(([, exported]) => typeof exported === 'function' && exported.prototype instanceof Construct);
  expect(constructs.length).toBeGreaterThan(10);
  expect(constructs.filter(([, construct]) => !made.has(construct as Function)).map(([name]) => name)).toEqual([]);
});

test('every wildcard in a resource is one of those that cannot be avoided', () => {
  const wild = statements.flatMap(({ stack, policyId, statement }) => listed(statement.Resource).filter(isWild).flatMap(resource =>
    listed(statement.Action).map(action => ({ stack, policyId, action, resource: JSON.stringify(resource) }))));
  const allows = (entry: Wildcard, { action, resource, policyId }: typeof wild[number]) =>
    entry.actions.test(action) && entry.resource.test(resource) && entry.policy.test(policyId);
  expect(wild.filter(found => !WILDCARDS.some(entry => allows(entry, found)))).toEqual([]);
  expect(WILDCARDS.filter(entry => !wild.some(found => allows(entry, found)))).toEqual([]);
});

test('no permission has a wildcard action, names what it does not cover, or is denied', () => {
  expect(statements.filter(({ statement }) => listed(statement.Action).some(action => action === undefined || action.includes('*')))).toEqual([]);
  expect(statements.filter(({ statement: { Effect, ...rest } }) => Effect !== 'Allow' || 'NotAction' in rest || 'NotResource' in rest)).toEqual([]);
});

test('no role has a managed policy', () => {
  const managed = stacks.flatMap(stack =>
    Object.entries(resourcesOf(stack)).filter(([, { Properties }]) => Properties?.ManagedPolicyArns).map(([id]) => id));
  expect(managed).toEqual([]);
});

/** Statements of the policies that resources have: buckets, keys, APIs, and the trust of roles. */
function resourceStatements(stack: Stack): [id: string, type: string, statement: Statement][] {
  return Object.entries(resourcesOf(stack)).flatMap(([id, { Type, Properties }]) => {
    const { PolicyDocument, KeyPolicy, AssumeRolePolicyDocument, Policy } = Properties ?? {};
    const documents = [Type === 'AWS::IAM::Policy' ? undefined : PolicyDocument, KeyPolicy, AssumeRolePolicyDocument, Policy];
    return documents.flatMap(document => (document?.Statement ?? []).map((statement: Statement) => [id, Type, statement] as const));
  });
}

test('no resource lets everybody in: whoever is anybody is only ever denied', () => {
  const allowed = stacks.flatMap(resourceStatements).filter(([, , { Effect }]) => Effect === 'Allow');
  expect(allowed.length).toBeGreaterThan(50);
  expect(allowed.filter(([, , { Principal }]) => /^("\*"|\{"AWS":"\*"\})$/.test(JSON.stringify(Principal)))).toEqual([]);
});

test('no role trusts a service that serves all accounts without saying for whom', () => {
  const trusts = stacks.flatMap(resourceStatements).filter(([, , { Action }]) => Action === 'sts:AssumeRole');
  /** Lambda, events and Step Functions assume a role for the account that handed it to them, which iam:PassRole guards. */
  const guarded = /"(lambda|states|events|scheduler)\.amazonaws\.com"/;
  const open = trusts.filter(([, , { Principal, Condition }]) =>
    /"Service"/.test(JSON.stringify(Principal)) && !guarded.test(JSON.stringify(Principal)) && !Condition);
  expect(open.map(([id]) => id)).toEqual([]);
});

test('nothing secret is in a template: no output, no parameter, and variables that name resources', () => {
  for (const stack of stacks) {
    const functions = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const variables = functions.flatMap(({ Properties }) => Object.keys(Properties.Environment?.Variables ?? {}));
    expect(variables.filter(name => /SECRET|PASSWORD|TOKEN|CREDENTIAL|ACCESS_KEY/i.test(name))).toEqual([]);
  }
  const text = JSON.stringify(stacks.map(resourcesOf));
  expect(text).not.toMatch(/AKIA[0-9A-Z]{16}|"NoEcho"|resolve:(secretsmanager|ssm-secure)/);
});

test('synthesis is deterministic, whatever the variant', () => {
  expect(everyStack().map(resourcesOf)).toEqual(stacks.map(resourcesOf));
});
