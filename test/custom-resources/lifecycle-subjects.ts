import { type BundledWorld } from './bundled-world';
import { type DeploymentOptions, type CloudFormationSimulator } from './cloudformation-simulator';
import { ACCOUNT_ID } from '../fakes/fake-s3-control';
import { ORGANIZATION_ID } from '../fakes/fake-workmail';
import { type Fault } from '../fakes/faults';

type Change = Readonly<Record<string, unknown>>;

/** What every case needs to know of a custom resource. */
export interface LifecycleSubject {
  /** As the page calls it. */
  readonly resourceType: string;
  /** The world before the resource. */
  prepare?(world: BundledWorld): void;
  stack(world: BundledWorld, options?: DeploymentOptions): CloudFormationSimulator<unknown>;
  properties(world: BundledWorld): Change;
  /** What the stack has and uses at the moment, in words. */
  state(world: BundledWorld): readonly string[];
  /** The state after a Create. */
  readonly made: readonly string[];
  /** A change that keeps the physical id, and the state after it. */
  readonly inPlace: { readonly change: Change; readonly state: readonly string[] };
  /** A change that gives another physical id, and the states after it and after its rollback. */
  readonly replacement: { readonly change: Change; readonly state: readonly string[]; readonly rolledBack: readonly string[] };
  /** Has that Update last until it is cancelled. @default - it lasts as it is */
  lingers?(world: BundledWorld): { readonly change: Change };
  /** The state after a Delete. */
  readonly left: readonly string[];
  /** The call that makes the thing, and the services' ways to fail it. */
  readonly making: string;
  /** The call without which no Delete is done; undefined where a Delete makes no call. */
  readonly deleting?: string;
  fail(world: BundledWorld, operation: string, fault: Fault): void;
  setDown(world: BundledWorld, isDown: boolean): void;
  /** Lets the thing be made, and its Create fail all the same. */
  failHalfWay?(world: BundledWorld): void;
  /** Has jobs fail that are asked for from now on, and says by which words a deployment tells it. */
  jobsFail?(world: BundledWorld): { readonly reason: RegExp; readonly change?: Change };
  /** The service forgets every job that has ended, as it does after days. */
  jobsExpire?(world: BundledWorld): void;
  /** Has jobs go on for ever. */
  jobsNeverEnd?(world: BundledWorld): { readonly change?: Change };
  /** What may go on after a Create that waited in vain was deleted. */
  readonly goesOn?: readonly string[];
}

const SERVICE_TOKEN = 'arn:aws:lambda:eu-central-1:111122223333:function:provider';
const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
const ENDLESS = 100_000;
const onLedgers = {
  fail: ({ ledgers }: BundledWorld, operation: string, fault: Fault) => ledgers.fail(operation, fault),
  setDown: ({ ledgers }: BundledWorld, isDown: boolean) => { ledgers.isDown = isDown; },
};
const onJobs = {
  fail: ({ jobs }: BundledWorld, operation: string, fault: Fault) => jobs.fail(operation, fault),
  setDown: ({ jobs }: BundledWorld, isDown: boolean) => { jobs.isDown = isDown; },
};
const common = ({ ledgers }: BundledWorld) => ({ ServiceToken: SERVICE_TOKEN, ServiceUrl: ledgers.url, LedgerName: 'audit' });
const withLedger = ({ ledgers }: BundledWorld): void => void ledgers.addLedger('audit');

const LEDGER: LifecycleSubject = {
  resourceType: 'Ledger',
  ...onLedgers,
  stack: (world, options) => world.stack({ bundle: 'qldb', resourceType: 'Custom::QldbLedger' }, options),
  properties: world => ({
    ...common(world), PermissionsMode: 'STANDARD', DeletionProtection: false, RemovalPolicy: 'Destroy', Tables: [{ Name: 'Vehicle', Indexes: ['VIN'] }],
  }),
  state: ({ ledgers }) => [...ledgers.ledgers.values()].map(ledger => `${ledger.Name} ${ledger.PermissionsMode} with ${[...ledger.tables.keys()].join(' and ')}`),
  made: ['audit STANDARD with Vehicle'],
  inPlace: { change: { PermissionsMode: 'ALLOW_ALL' }, state: ['audit ALLOW_ALL with Vehicle'] },
  replacement: { change: { LedgerName: 'audit-2' }, state: ['audit-2 STANDARD with Vehicle'], rolledBack: ['audit STANDARD with Vehicle'] },
  lingers({ ledgers }) {
    ledgers.polls = ENDLESS;
    ledgers.beforeDeletion = () => { ledgers.polls = 1; };
    return { change: { LedgerName: 'audit-2', RestoreFrom: { Bucket: 'archive', Prefix: 'journal/', RoleArn: role('restore') } } };
  },
  left: [],
  making: 'CreateLedger',
  deleting: 'DeleteLedger',
  failHalfWay: ({ ledgers }) => ledgers.fail('UntagResource', { status: 400, name: 'InvalidParameterException', message: 'no', times: 1000 }),
  jobsFail({ ledgers }) {
    ledgers.restoreRefusal = { Outcome: 'TAMPERED', Findings: ['Block 7 was changed.'], FindingCount: 1 };
    return { reason: /could not be restored from .* tampered with: Block 7 was changed\./, change: { RestoreFrom: { Bucket: 'archive', Prefix: 'journal/', RoleArn: role('restore') } } };
  },
  jobsExpire: ({ ledgers }) => ledgers.restores.clear(),
  jobsNeverEnd({ ledgers }) {
    ledgers.polls = ENDLESS;
    ledgers.beforeDeletion = () => { ledgers.polls = 1; };
    return { change: { RestoreFrom: { Bucket: 'archive', Prefix: 'journal/', RoleArn: role('restore') } } };
  },
};

const GRANT: LifecycleSubject = {
  resourceType: 'LedgerGrant',
  ...onLedgers,
  prepare: withLedger,
  stack: (world, options) => world.stack({ bundle: 'qldb', resourceType: 'Custom::QldbLedgerGrant' }, options),
  properties: world => ({ ...common(world), GrantId: 'Stack-Clerk', PrincipalArn: role('clerk'), Actions: ['PartiQLSelect'], Tables: ['Orders'] }),
  state: ({ ledgers }) => [...ledgers.grants.values()].map(({ PrincipalArn, Actions, Tables }) => `${PrincipalArn.split('/').at(-1)} ${Actions.join()} on ${Tables.join()}`),
  made: ['clerk PartiQLSelect on Orders'],
  inPlace: { change: { Tables: ['*'] }, state: ['clerk PartiQLSelect on *'] },
  replacement: { change: { PrincipalArn: role('auditor') }, state: ['auditor PartiQLSelect on Orders'], rolledBack: ['clerk PartiQLSelect on Orders'] },
  left: [],
  making: 'PutLedgerGrant',
  deleting: 'DeleteLedgerGrant',
  failHalfWay: ({ ledgers }) => ledgers.fail('PutLedgerGrant', { status: 500, afterTheFact: true, times: ENDLESS }),
};

const EXPORT: LifecycleSubject = {
  resourceType: 'JournalExport',
  ...onLedgers,
  prepare: withLedger,
  stack: (world, options) => world.stack({ bundle: 'qldb', resourceType: 'Custom::QldbJournalExport' }, options),
  properties: world => ({
    ...common(world),
    RoleArn: role('export'),
    Bucket: 'archive',
    Prefix: 'journal',
    OutputFormat: 'ION_TEXT',
    ObjectEncryptionType: 'SSE_S3',
    InclusiveStartTime: 'LEDGER_CREATION',
    ExclusiveEndTime: '2026-03-01T11:00:00Z',
    WaitForCompletion: true,
  }),
  state: ({ ledgers }) => ledgers.exports.map(job => `${job.S3ExportConfiguration.Prefix} ${job.Status}`).reverse(),
  made: ['journal COMPLETED'],
  inPlace: { change: { RoleArn: role('another') }, state: ['journal COMPLETED'] },
  // An export cannot be undone: what is there is evidence.
  replacement: { change: { Prefix: 'other' }, state: ['journal COMPLETED', 'other COMPLETED'], rolledBack: ['journal COMPLETED', 'other COMPLETED', 'journal COMPLETED'] },
  left: ['journal COMPLETED'],
  making: 'ExportJournalToS3',
  failHalfWay: ({ ledgers }) => ledgers.fail('GetDigest', { status: 400, name: 'InvalidParameterException', message: 'no', times: 1000 }),
  jobsFail({ ledgers }) {
    cancelled(ledgers.exports);
    return { reason: /was cancelled by the service before it was complete/ };
  },
  jobsExpire: ({ ledgers }) => { ledgers.exports.length = 0; },
  jobsNeverEnd({ ledgers }) {
    ledgers.polls = ENDLESS;
    return {};
  },
  goesOn: ['journal IN_PROGRESS'],
};

/** Whatever comes into the list is cancelled at once. */
function cancelled(exports: { Status: string }[]): void {
  const unshift = exports.unshift.bind(exports);
  exports.unshift = (...jobs) => unshift(...jobs.map(job => ({ ...job, Status: 'CANCELLED' })));
}

const STREAM: LifecycleSubject = {
  resourceType: 'JournalStream',
  ...onLedgers,
  prepare: withLedger,
  stack: (world, options) => world.stack({ bundle: 'qldb', resourceType: 'Custom::QldbJournalStream' }, options),
  properties: world => ({
    ...common(world),
    StreamName: 'one',
    RoleArn: role('stream'),
    KinesisStreamArn: 'arn:aws:kinesis:eu-central-1:111122223333:stream/events',
    AggregationEnabled: true,
    InclusiveStartTime: 'LEDGER_CREATION',
    Tags: { team: 'a' },
  }),
  state: ({ ledgers }) => ledgers.streams.filter(({ Status }) => ['ACTIVE', 'IMPAIRED'].includes(Status))
    .map(({ StreamName, Arn }) => `${StreamName} of team ${ledgers.tagsOf(Arn).team}`),
  made: ['one of team a'],
  inPlace: { change: { Tags: { team: 'b' } }, state: ['one of team b'] },
  replacement: { change: { StreamName: 'two' }, state: ['two of team a'], rolledBack: ['one of team a'] },
  left: [],
  making: 'StreamJournalToKinesis',
  deleting: 'CancelJournalKinesisStream',
  failHalfWay: ({ ledgers }) => ledgers.fail('UntagResource', { status: 400, name: 'InvalidParameterException', message: 'no', times: 1000 }),
  jobsFail({ ledgers }) {
    ledgers.streamHealth = { Status: 'FAILED', ErrorCause: 'KINESIS_STREAM_NOT_FOUND' };
    return { reason: /failed \(KINESIS_STREAM_NOT_FOUND\)/ };
  },
  jobsExpire: ({ ledgers }) => { ledgers.streams.length = 0; },
  jobsNeverEnd({ ledgers }) {
    ledgers.streamHealth = { Status: 'IMPAIRED', ErrorCause: 'IAM_PERMISSION_REVOKED' };
    return {};
  },
};

const DIGEST: LifecycleSubject = {
  resourceType: 'LedgerDigest',
  ...onLedgers,
  prepare: withLedger,
  stack: (world, options) => world.stack({ bundle: 'ledger-digest' }, options),
  properties: world => ({ ...common(world), DigestName: 'Stack-Digest', Bucket: 'archive', Prefix: 'digests/' }),
  state: ({ s3 }) => s3.keys().map(key => key.split('/')[0]),
  made: ['digests'],
  inPlace: { change: { DigestName: 'Stack-Other' }, state: ['digests'] },
  // Digests that were kept are evidence and stay.
  replacement: { change: { Prefix: 'elsewhere/' }, state: ['digests', 'elsewhere'], rolledBack: ['digests', 'elsewhere'] },
  left: ['digests'],
  making: 'GetDigest',
};

const mailbox = () => ({
  ServiceToken: SERVICE_TOKEN,
  OrganizationId: ORGANIZATION_ID,
  RoleArn: role('export'),
  KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
  Bucket: 'archive',
  Prefix: 'workmail/',
});
const onWorkMail = {
  ...onJobs,
  state: ({ jobs: { workMail } }: BundledWorld) => workMail.jobs.map(job => `${job.EntityId} ${job.S3Prefix} ${job.State}`),
  making: 'StartMailboxExportJob',
  jobsFail({ jobs: { workMail } }: BundledWorld) {
    workMail.ending = { State: 'FAILED', ErrorInfo: 'The key is disabled' };
    return { reason: /The key is disabled|1 of 1 mailboxes .* 1 failed/ };
  },
  jobsExpire: ({ jobs: { workMail } }: BundledWorld) => { workMail.jobs.length = 0; },
  jobsNeverEnd({ jobs: { workMail } }: BundledWorld) {
    workMail.polls = ENDLESS;
    return {};
  },
};

const MAILBOX: LifecycleSubject = {
  resourceType: 'MailboxExport',
  ...onWorkMail,
  stack: (world, options) => world.stack({ bundle: 'mailbox-export' }, options),
  properties: () => ({ ...mailbox(), EntityId: 'alice', WaitForCompletion: true }),
  made: ['alice workmail/ COMPLETED'],
  inPlace: { change: { RoleArn: role('another') }, state: ['alice workmail/ COMPLETED'] },
  // WorkMail exports a mailbox once a day, so a rollback returns to the export that is there.
  replacement: {
    change: { Prefix: 'other/' }, state: ['alice workmail/ COMPLETED', 'alice other/ COMPLETED'], rolledBack: ['alice workmail/ COMPLETED', 'alice other/ COMPLETED'],
  },
  left: ['alice workmail/ COMPLETED'],
  failHalfWay: ({ jobs }) => jobs.fail('DescribeMailboxExportJob', { status: 400, name: 'InvalidParameterException', message: 'no', times: 2 }),
};

const ORGANIZATION: LifecycleSubject = {
  resourceType: 'OrganizationMailboxExport',
  ...onWorkMail,
  prepare: ({ jobs: { workMail } }) => { workMail.users = [{ Id: 'alice', Email: 'alice@example.com', State: 'ENABLED', UserRole: 'USER' }]; },
  stack: (world, options) => world.stack({ bundle: 'mailbox-export', onEvent: 'onOrganizationEvent', isComplete: 'isOrganizationComplete' }, options),
  properties: () => ({ ...mailbox(), Concurrency: 10, IncludeResources: true, SkipExportedWithinSeconds: 86400, AllowIncomplete: false }),
  made: ['alice workmail/alice/ COMPLETED'],
  inPlace: { change: { Concurrency: 5 }, state: ['alice workmail/alice/ COMPLETED'] },
  // What is exported within the declared time is not exported again, so a rollback finds everything.
  replacement: {
    change: { Trigger: 'again', SkipExportedWithinSeconds: 60 },
    state: ['alice workmail/alice/ COMPLETED', 'alice workmail/alice/ COMPLETED'],
    rolledBack: ['alice workmail/alice/ COMPLETED', 'alice workmail/alice/ COMPLETED'],
  },
  failHalfWay({ jobs }) {
    jobs.workMail.users.push({ Id: 'bob', Email: 'bob@example.com', State: 'ENABLED', UserRole: 'USER' });
    jobs.fail('StartMailboxExportJob', { status: 400, name: 'InvalidParameterException', message: 'no', nth: 2, times: 1000 });
  },
  left: ['alice workmail/alice/ COMPLETED'],
};

const BATCH: LifecycleSubject = {
  resourceType: 'BatchOperationsJob',
  ...onJobs,
  stack: (world, options) => world.stack({ bundle: 'batch-operations-job' }, options),
  properties: () => ({
    ServiceToken: SERVICE_TOKEN,
    AccountId: ACCOUNT_ID,
    RoleArn: role('batch'),
    Operation: JSON.stringify({ S3PutObjectLegalHold: { LegalHold: { Status: 'ON' } } }),
    Manifest: JSON.stringify({ ManifestGenerator: { S3JobManifestGenerator: { SourceBucket: 'arn:aws:s3:::evidence', EnableManifestOutput: false } } }),
    Report: JSON.stringify({ Enabled: false }),
    Priority: 10,
    FailedTasksMax: 0,
    WaitForCompletion: true,
  }),
  state: ({ jobs: { s3Control } }) => s3Control.jobs.map(({ request, Status }) => `${request.Operation.S3PutObjectLegalHold.LegalHold.Status} ${Status}`),
  made: ['ON Complete'],
  inPlace: { change: { Priority: 20 }, state: ['ON Complete'] },
  replacement: {
    change: { Operation: JSON.stringify({ S3PutObjectLegalHold: { LegalHold: { Status: 'OFF' } } }) },
    state: ['ON Complete', 'OFF Complete'],
    // The former operation runs once more: only that restores what the Update has undone.
    rolledBack: ['ON Complete', 'OFF Complete', 'ON Complete'],
  },
  left: ['ON Complete'],
  making: 'CreateJob',
  failHalfWay: ({ jobs }) => jobs.fail('DescribeJob', { status: 400, name: 'BadRequestException', message: 'no', times: 2 }),
  jobsFail({ jobs: { s3Control } }) {
    s3Control.states = ['New', 'Failed'];
    s3Control.ending = { FailureReasons: { member: [{ FailureCode: 'ManifestNotFound', FailureReason: 'The ETag does not match' }] } };
    return { reason: /failed: ManifestNotFound: The ETag does not match/ };
  },
  jobsExpire: ({ jobs: { s3Control } }) => { s3Control.jobs.length = 0; },
  jobsNeverEnd({ jobs: { s3Control } }) {
    s3Control.states = ['New', 'Active'];
    return {};
  },
};

export const LIFECYCLE_SUBJECTS: readonly LifecycleSubject[] = [LEDGER, GRANT, EXPORT, STREAM, DIGEST, MAILBOX, ORGANIZATION, BATCH];
