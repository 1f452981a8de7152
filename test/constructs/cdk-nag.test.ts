import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, type NagPack } from 'cdk-nag';
import { everyStack } from './every-stack';

interface Accepted {
  readonly rule: RegExp;
  readonly path: RegExp;
  readonly reason: string;
}

/** Functions of the library: the service's, the handlers of custom resources with CDK's framework around them, and those that run on a schedule. */
const FUNCTION = new RegExp(`/(${[
  '(DefaultLedger)?Service/(Api|Session|Worker)', '\\w+Provider(\\w{8})?/(OnEvent|IsComplete|Provider/framework-(onEvent|isComplete|onTimeout))',
  '(Jobs|Schedule|Daily(Export)?|Digest)/Run',
].join('|')})/Resource$`);
const LOG_GROUP = /\/(\w+Provider(\w{8})?\/Logs|(DefaultLedger)?Service\/(Api|Session|Worker)Logs|(Jobs|Schedule|Daily(Export)?|Digest)\/Logs)\/Resource$/;
const ARCHIVE = /Archive\/Bucket\/Resource$/;
const PRIVATE_API = /\/Service\/Private(Api|Session)\//;
const ENDPOINT_GROUP = /\/Service\/VpcEndpoint\/SecurityGroup\/Resource$/;
const VPC_OF_THE_USER = /^PrivateService\/Vpc\//;
const POLICY = /\/(DefaultPolicy|HandlerAccess|RunAccess|ControlPlaneAccess)\/Resource$/;
const HANDLERS = /Provider(\w{8})?\//;

/** What the packs find and we keep, with the reason. An entry that nothing matches any more must go. */
const ACCEPTED: readonly Accepted[] = [
  { rule: /-L1$/, path: FUNCTION, reason: 'The bundles are built and tested for the runtime named; the framework functions follow CDK.' },
  {
    rule: /-IAM5\[Resource::\*\]$/,
    path: /\/(DefaultLedger)?Service\/WorkerRole\/DefaultPolicy/,
    reason: 'dynamodb:ListStreams has no resource-level permissions; nor have the actions of X-Ray, when it is switched on.',
  },
  {
    rule: /-IAM5\[Resource::\*\]$/,
    path: /TunedService\/Service\/(Api|Session)Role|PrivateService\/Service\/(Api|Session)Role/,
    reason: 'Actions of X-Ray have no resource-level permissions.',
  },
  {
    rule: /-IAM5\[Resource::\*\]$/,
    path: /PrivateService\/\w+Provider\w{8}\/HandlerRole/,
    reason: 'Lambda asks for the actions on network interfaces before there are any.',
  },
  {
    rule: /-IAM5\[Resource::\*\]$/,
    path: /(Jobs\/RunRole\/DefaultPolicy|HandlerAccess)/,
    reason: 's3:CreateJob and s3:ListJobs have no resource-level permissions.',
  },
  { rule: /-IAM5\[Resource::arn:.*:s3:.*:job\/\*\]$/, path: /HandlerAccess/, reason: 'Ids of jobs are known only when they run.' },
  {
    rule: /-IAM5\[Resource::<\w+\.Arn>\/[^*\]]+\*(\/attempt-\*\.json)?\]$/,
    path: /Role\/DefaultPolicy|(Handler|Run)Access/,
    reason: 'Many objects are written or read below one prefix.',
  },
  { rule: /-IAM5\[Resource::<\w+\.Arn>:\*\]$/, path: HANDLERS, reason: "CDK's Provider framework invokes our handlers in any version." },
  { rule: /-IAM5\[Resource::.*execute-api:.*\/v1\/\*\]$/, path: HANDLERS, reason: 'Handlers call several operations of the one API.' },
  {
    rule: /-IAM5\[Resource::.*(LedgerArn>\/table|:stream\/.*)\/\*\]$/,
    path: /(Reader|Auditor)\/DefaultPolicy/,
    reason: 'Ids of tables and streams are known only when they are made.',
  },
  {
    rule: /-S1$|S3BucketLoggingEnabled$/,
    path: ARCHIVE,
    reason: 'Access logs need a bucket of the user: JournalArchiveProps.serverAccessLogsBucket.',
  },
  { rule: /S3BucketReplicationEnabled$/, path: ARCHIVE, reason: 'A replica needs another region or account, which is the user\'s to choose.' },
  {
    rule: /-SF[12]$/,
    path: /waiter-state-machine/,
    reason: 'The history of the waiter contains the pre-signed answer URL, which does not belong into logs or traces.',
  },
  { rule: /IAMNoInlinePolicy$/, path: POLICY, reason: 'A policy lives and goes with its one role; a managed one would invite others to use it.' },
  {
    rule: /LambdaConcurrency$/,
    path: FUNCTION,
    reason: 'A share of the account is the user\'s to reserve: LedgerServiceProps.reservedConcurrency. Handlers run during deployments only.',
  },
  {
    rule: /LambdaDLQ$/,
    path: FUNCTION,
    reason: 'Requests and deployments wait for their answer; what a lost wake-up would have started, the schedule starts a minute later.',
  },
  {
    rule: /LambdaInsideVPC$/,
    path: FUNCTION,
    reason: 'The functions call AWS and are called through IAM; a VPC would add no boundary. LedgerServiceProps.privateAccess closes the way in.',
  },
  {
    rule: /CloudWatchLogGroupEncrypted$/,
    path: LOG_GROUP,
    reason: 'CloudWatch encrypts logs with a key of its own; ours name operations and ledgers, and no statement, document or secret.',
  },
  {
    rule: /DynamoDBInBackupPlan$/,
    path: /\/(DefaultLedger)?Service\/Table\/Resource$/,
    reason: 'The table can be restored to any second of up to 35 days; a backup plan is the account\'s.',
  },
  { rule: /CloudWatchAlarmAction$/, path: /Alarm\/Resource$|\/Alarms\//, reason: 'Whom an alarm wakes is the user\'s to say: alarmActions.' },
  { rule: /-COG4$/, path: PRIVATE_API, reason: 'Callers are IAM principals, as those of QLDB were.' },
  { rule: /-APIG2$/, path: PRIVATE_API, reason: 'The service judges requests as QLDB did, error names included.' },
  {
    rule: /-APIG[16]$|APIGWExecutionLoggingEnabled$/,
    path: PRIVATE_API,
    reason: 'It needs a role set for the whole account; the functions log each request.',
  },
  { rule: /APIGWCacheEnabledAndEncrypted$/, path: PRIVATE_API, reason: 'Answers of a ledger must never be stale.' },
  { rule: /APIGWSSLEnabled$/, path: PRIVATE_API, reason: 'A client certificate is for HTTP backends; this one is a function, invoked through IAM.' },
  { rule: /APIGWAssociatedWithWAF$/, path: PRIVATE_API, reason: 'Only IAM principals of the account within one VPC reach it.' },
  {
    rule: /-EC23$|EC2RestrictedSSH$|EC2RestrictedCommonPorts$/,
    path: ENDPOINT_GROUP,
    reason: 'The rule cannot tell what the VPC\'s own addresses are before deployment; port 443 is open to these alone.',
  },
];

const PACKS: readonly NagPack[] = [new AwsSolutionsChecks(), new HIPAASecurityChecks(), new NIST80053R5Checks()];

test('AwsSolutions, HIPAA and NIST 800-53 find nothing in any construct but what is accepted with a reason', () => {
  const stacks = everyStack();
  const errors = PACKS.flatMap(pack => stacks.flatMap(stack => pack.validateScope(stack).violations))
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ ruleName: rule, violatingResources }) => violatingResources.map(({ constructPath: path = '' }) => ({ rule, path })))
    .filter(({ path }) => !VPC_OF_THE_USER.test(path));

  const matches = (entry: Accepted, error: typeof errors[number]) => entry.rule.test(error.rule) && entry.path.test(error.path);
  expect(errors.filter(error => !ACCEPTED.some(entry => matches(entry, error)))).toEqual([]);
  expect(ACCEPTED.filter(entry => !errors.some(error => matches(entry, error)))).toEqual([]);
}, 120_000);
