import { readFileSync } from 'fs';
import * as path from 'path';
import {
  App, Aspects, CfnResource, Duration, NestedStack, RemovalPolicy, Stack, Stage, Validations,
  aws_dynamodb as dynamodb, aws_kinesis as kinesis, aws_s3 as s3,
} from 'aws-cdk-lib';
import {
  BatchManifest, BatchOperation, BatchOperationsJob, BatchReport, ExportEncryption, JournalArchive, Ledger, LedgerChecks, LedgerService,
  OrganizationMailboxExport, PermissionsMode,
} from '../../src';

const ORGANIZATION_ID = 'm-0123456789abcdef0123456789abcdef';

interface Made {
  readonly stack: Stack;
  readonly service: LedgerService;
  readonly ledger: Ledger;
  readonly archive: JournalArchive;
}

/** An app that no rule complains about. */
function compliantApp(app = new App()): Made & { app: App } {
  const stack = new Stack(app, 'Stack');
  const service = new LedgerService(stack, 'Service');
  const ledger = new Ledger(stack, 'Ledger', { service });
  const archive = new JournalArchive(stack, 'Archive', { objectLock: s3.ObjectLockRetention.compliance(Duration.days(365)) });
  ledger.exportJournal('Export', { archive });
  ledger.scheduleJournalExports('Daily', { archive });
  ledger.streamJournal('Stream', {
    kinesisStream: new kinesis.Stream(stack, 'Kinesis', { retentionPeriod: Duration.days(7), encryption: kinesis.StreamEncryption.KMS }),
  });
  new BatchOperationsJob(stack, 'Batch', {
    operation: BatchOperation.legalHold(), manifest: BatchManifest.generated(archive.archiveBucket), report: BatchReport.to(archive.archiveBucket),
  });
  new OrganizationMailboxExport(stack, 'Mail', { organizationId: ORGANIZATION_ID, archive });
  return { app, stack, service, ledger, archive };
}

const check = (app: App, ...excludedRules: string[]) => new LedgerChecks(app, { excludedRules }).validate({ templatePaths: [] });
const violated = (app: App) => check(app).violations
  .map(({ ruleName, violatingResources }) => [ruleName, ...violatingResources.map(({ constructPath }) => constructPath)]);

test('an app with default properties and a locked archive is compliant', () => {
  const { app } = compliantApp();
  expect(check(app)).toEqual({ success: true, violations: [] });
});

const NONCOMPLIANT: [rule: string, resource: string, make: (made: Made) => void][] = [
  ['LedgerDeletionProtection', 'Stack/Loose/Resource/Default', ({ stack, service }) => new Ledger(stack, 'Loose', { service, deletionProtection: false })],
  ['LedgerPermissionsMode', 'Stack/Open/Resource/Default', ({ stack, service }) => new Ledger(stack, 'Open', { service, permissionsMode: PermissionsMode.ALLOW_ALL })],
  ['ServiceDeletionProtection', 'Stack/Loose/Table/Resource', ({ stack }) => new LedgerService(stack, 'Loose', { deletionProtection: false })],
  ['ServicePointInTimeRecovery', 'Stack/Service/Table/Resource', ({ service }) => {
    (service.table.node.defaultChild as dynamodb.CfnTable).pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: false };
  }],
  ['ServiceCustomerKey', 'Stack/Service/Table/Resource', ({ service }) => {
    (service.table.node.defaultChild as dynamodb.CfnTable).addPropertyDeletionOverride('SSESpecification');
  }],
  ['ArchiveObjectLock', 'Stack/Unlocked/Bucket/Resource', ({ stack }) => new JournalArchive(stack, 'Unlocked')],
  ['ArchiveCustomerKey', 'Stack/Archive/Bucket/Resource', ({ archive }) => {
    (archive.archiveBucket.node.defaultChild as s3.CfnBucket).bucketEncryption = {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    };
  }],
  ['ArchiveRetained', 'Stack/Archive/Bucket/Resource', ({ archive }) => {
    (archive.archiveBucket.node.defaultChild as CfnResource).applyRemovalPolicy(RemovalPolicy.DESTROY);
  }],
  ['ExportEncryption', 'Stack/Ledger/Plain/Resource/Default', ({ ledger, archive }) =>
    ledger.exportJournal('Plain', { archive, encryption: ExportEncryption.s3Managed(), prefix: 'plain/' })],
  ['ExportEncryption', 'Stack/Ledger/PlainDaily/Run/Resource', ({ ledger, archive }) =>
    ledger.scheduleJournalExports('PlainDaily', { archive, encryption: ExportEncryption.none(), prefix: 'plain/' })],
  ['ExportEncryption', 'Stack/Final/Resource/Default', ({ stack, service, archive }) =>
    new Ledger(stack, 'Final', { service, finalExport: { archive, encryption: ExportEncryption.s3Managed() } })],
  ['StreamRetention', 'Stack/Ledger/Forgetful/Resource/Default', ({ stack, ledger }) =>
    ledger.streamJournal('Forgetful', { kinesisStream: new kinesis.Stream(stack, 'Short', { retentionPeriod: Duration.hours(167) }) })],
  ['StreamEncryption', 'Stack/Ledger/Readable/Resource/Default', ({ stack, ledger }) => ledger.streamJournal('Readable', {
    kinesisStream: new kinesis.Stream(stack, 'Open', { retentionPeriod: Duration.days(7), encryption: kinesis.StreamEncryption.UNENCRYPTED }),
  })],
  ['BatchCompletionReport', 'Stack/Silent/Resource/Default', ({ stack, archive }) => new BatchOperationsJob(stack, 'Silent', {
    operation: BatchOperation.legalHold(), manifest: BatchManifest.generated(archive.archiveBucket), report: BatchReport.none(),
  })],
  ['MailboxExportComplete', 'Stack/Partial/Resource/Default', ({ stack, archive }) =>
    new OrganizationMailboxExport(stack, 'Partial', { organizationId: ORGANIZATION_ID, archive, allowIncomplete: true })],
];

test.each(NONCOMPLIANT)('%s is violated by %s', (rule, resource, make) => {
  const { app, ...made } = compliantApp();
  make(made);
  expect(violated(app)).toEqual([[`CdkLedger-${rule}`, resource]]);
});

test('LedgerRetained is violated together with protection, which CDK lets nobody leave on', () => {
  const { app, stack, service } = compliantApp();
  new Ledger(stack, 'Gone', { service, deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY });
  expect(violated(app)).toEqual([
    ['CdkLedger-LedgerDeletionProtection', 'Stack/Gone/Resource/Default'], ['CdkLedger-LedgerRetained', 'Stack/Gone/Resource/Default'],
  ]);
});

test('a ledger that only goes when the deployment that made it is undone counts as retained', () => {
  const { app, stack, service, archive } = compliantApp();
  new Ledger(stack, 'New', { service, removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, finalExport: { archive } });
  expect(violated(app)).toEqual([]);
});

test('every rule is violated by some test, and says what to do', () => {
  const { app } = compliantApp();
  const tested = [...new Set([...NONCOMPLIANT.map(([rule]) => `CdkLedger-${rule}`), 'CdkLedger-LedgerRetained'])];
  expect([...new LedgerChecks(app).ruleIds!].sort()).toEqual(tested.sort());
  new Ledger(app.node.findChild('Stack'), 'Open', { permissionsMode: PermissionsMode.ALLOW_ALL });
  expect(check(app).violations).toEqual([{
    ruleName: 'CdkLedger-LedgerPermissionsMode',
    description: 'Everyone with any grant on a ledger may run every statement on every table of it.',
    fix: 'Leave out permissionsMode of the Ledger, or set it to PermissionsMode.STANDARD, and grant statements by table.',
    severity: 'error',
    violatingResources: [{ constructPath: 'Stack/Open/Resource/Default', locations: ['Properties/PermissionsMode'] }],
  }]);
});

test('a value that is known at deployment only is a violation, since nobody can see it', () => {
  const { app, ledger } = compliantApp();
  (ledger.node.findChild('Resource').node.defaultChild as CfnResource).addPropertyOverride('DeletionProtection', { Ref: 'Protected' });
  expect(violated(app)).toEqual([['CdkLedger-LedgerDeletionProtection', 'Stack/Ledger/Resource/Default']]);
});

test('stages, nested stacks and what aspects change are checked too', () => {
  const app = new App();
  const { archive } = compliantApp(app);
  const staged = new Stack(new Stage(app, 'Production'), 'Inner');
  new JournalArchive(new NestedStack(staged, 'Nested'), 'Unlocked');
  Aspects.of(archive).add({ visit: node => { if (node instanceof s3.CfnBucket) node.applyRemovalPolicy(RemovalPolicy.DESTROY); } });
  app.synth();
  expect(violated(app)).toEqual([
    ['CdkLedger-ArchiveObjectLock', 'Production/Inner/Nested/Unlocked/Bucket/Resource'], ['CdkLedger-ArchiveRetained', 'Stack/Archive/Bucket/Resource'],
  ]);
});

test('buckets and tables of others are nobody\'s business here', () => {
  const { app, stack } = compliantApp();
  new s3.Bucket(stack, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY });
  new dynamodb.Table(stack, 'Table', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
  expect(check(app).success).toBe(true);
});

describe('a rule is left out', () => {
  const id = 'CdkLedger-ArchiveObjectLock';

  test('for what acknowledges it, with everything below, and for nothing else', () => {
    const { app, stack } = compliantApp();
    const unlocked = new JournalArchive(stack, 'Unlocked');
    new JournalArchive(stack, 'AlsoUnlocked');
    Validations.of(unlocked).acknowledge({ id, reason: 'Drafts.' });
    expect(violated(app)).toEqual([[id, 'Stack/AlsoUnlocked/Bucket/Resource']]);
    Validations.of(stack).acknowledge({ id, reason: 'A stack of drafts.' });
    expect(check(app).success).toBe(true);
  });

  test('for everything when it is excluded', () => {
    const { app, stack } = compliantApp();
    new JournalArchive(stack, 'Unlocked');
    expect(check(app, id).success).toBe(true);
    expect(() => new LedgerChecks(app, { excludedRules: ['CdkLedger-Typo'] })).toThrow("excludedRules has 'CdkLedger-Typo', which is no rule: use CdkLedger-");
  });
});

describe('synthesis', () => {
  const exitCode = process.exitCode;
  afterEach(() => { process.exitCode = exitCode; });

  test.each([[false, undefined], [true, 1]])('with a violation (%s) ends with exit code %s, and the report names resource and remedy', (isViolated, expected) => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {});
    const app = new App({ analyticsReporting: false });
    Validations.of(app).addPlugins(new LedgerChecks(app));
    const { stack } = compliantApp(app);
    if (isViolated) {
      new JournalArchive(stack, 'Unlocked');
    }
    process.exitCode = undefined;
    const { directory } = app.synth();
    expect(process.exitCode).toBe(expected);
    const report = JSON.parse(readFileSync(path.join(directory, 'policy-validation-report.json'), 'utf8'));
    expect(report.pluginReports.map(({ summary }: any) => summary.status)).toEqual(isViolated ? ['failure'] : []);
    const text = printed.mock.calls.flat().join('\n');
    expect(text.includes('Stack/Unlocked/Bucket/Resource') && text.includes('s3.ObjectLockRetention.compliance')).toBe(isViolated);
    printed.mockRestore();
  });
});
