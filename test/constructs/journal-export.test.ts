import { App, CfnParameter, Duration, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import {
  ExportEncryption, ExportRole, JournalArchive, JournalExport, JournalExportOptions, JournalWindow, Ledger, LedgerService, OutputFormat,
} from '../../src';

const NOW = new Date('2026-06-01T00:00:00Z');
const MINUTE = 60_000;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

const stackOf = (options: (stack: Stack) => JournalExportOptions = () => ({})) => {
  const stack = new Stack(new App(), 'Stack');
  const ledger = new Ledger(stack, 'Ledger');
  return { stack, ledger, journalExport: ledger.exportJournal('Export', options(stack)) };
};
const exportIn = (stack: Stack) => onlyResource(stack, 'Custom::QldbJournalExport');
const ROLE = /^LedgerExportRole/;

test('how long the deployment waits can be said, up to what CloudFormation allows', () => {
  const exportWith = (timeout: Duration) => {
    const stack = new Stack(new App(), 'Stack');
    new Ledger(stack, 'Ledger').exportJournal('Export', { timeout });
    return onlyResource(stack, 'Custom::QldbJournalExport').Properties.TimeoutSeconds;
  };
  expect(exportWith(Duration.minutes(10))).toBe(600);
  expect(() => exportWith(Duration.minutes(55))).toThrow('timeout Duration.minutes(55) is not possible: use 1 to 54 minutes, or waitForCompletion: false');
});

test('an export without options takes the whole journal into a new archive, encrypted with its key, and waits', () => {
  const { stack } = stackOf();
  const ledgerName = { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerName'] };
  expect(exportIn(stack).Properties).toEqual({
    ServiceToken: expect.anything(),
    ServiceTimeout: '3600',
    ServiceUrl: { 'Fn::GetAtt': [expect.stringMatching(/^DefaultLedgerServiceApiFunctionUrl/), 'FunctionUrl'] },
    LedgerName: ledgerName,
    RoleArn: { 'Fn::GetAtt': [expect.stringMatching(ROLE), 'Arn'] },
    Bucket: { Ref: expect.stringMatching(/^LedgerExportArchiveBucket/) },
    Prefix: { 'Fn::Join': ['', ['journal/', ledgerName, '/']] },
    OutputFormat: 'ION_TEXT',
    ObjectEncryptionType: 'SSE_KMS',
    KmsKeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^LedgerExportArchiveKey/), 'Arn'] },
    InclusiveStartTime: 'LEDGER_CREATION',
    ExclusiveEndTime: 'NOW',
    WaitForCompletion: true,
  });
});

test('everything that can be said about an export reaches the custom resource', () => {
  const { stack } = stackOf(scope => ({
    archive: new JournalArchive(scope, 'Archive'),
    prefix: 'evidence/2026',
    window: JournalWindow.between(new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')),
    outputFormat: OutputFormat.JSON,
    encryption: ExportEncryption.s3Managed(),
    trigger: 'again',
    waitForCompletion: false,
  }));
  expect(exportIn(stack).Properties).toMatchObject({
    Prefix: 'evidence/2026/',
    InclusiveStartTime: '2026-01-01T00:00:00.000Z',
    ExclusiveEndTime: '2026-02-01T00:00:00.000Z',
    OutputFormat: 'JSON',
    ObjectEncryptionType: 'SSE_S3',
    Trigger: 'again',
    WaitForCompletion: false,
  });
  expect(exportIn(stack).Properties).not.toHaveProperty('KmsKeyArn');
});

test('what the export produced can be used by other resources', () => {
  const { stack, journalExport } = stackOf();
  const { exportId, prefix, startedManifestKey, completedManifestKey, exportCreationTime } = journalExport;
  const attribute = (name: string) => ({ 'Fn::GetAtt': [expect.stringMatching(/^LedgerExport/), name] });
  expect(stack.resolve([exportId, prefix, startedManifestKey, completedManifestKey, exportCreationTime]))
    .toEqual(['ExportId', 'Prefix', 'StartedManifestKey', 'CompletedManifestKey', 'ExportCreationTime'].map(attribute));
});

test('an export starts only when its role can be assumed and can write', () => {
  expect(exportIn(stackOf().stack).DependsOn).toEqual(expect.arrayContaining([
    expect.stringMatching(/^LedgerExportRole[0-9A-F]{8}$/),
    expect.stringMatching(/^LedgerExportRoleDefaultPolicy/),
    expect.stringMatching(/^LedgerExportArchiveBucketPolicy/),
  ]));
});

describe('the role of an export', () => {
  test('is assumed by the functions of the service only, and only in the name of the ledger', () => {
    const { stack } = stackOf();
    const [, role] = Object.entries(resourcesOf(stack)).find(([id, { Type }]) => ROLE.test(id) && Type === 'AWS::IAM::Role')!;
    const condition = { StringEquals: { 'sts:ExternalId': { 'Fn::GetAtt': [expect.stringMatching(/^Ledger/), 'LedgerArn'] } } };
    const trusted = (roleId: RegExp) => ({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(roleId), 'Arn'] } },
      Condition: condition,
    });
    expect(role.Properties.AssumeRolePolicyDocument.Statement)
      .toEqual([trusted(/^DefaultLedgerServiceApiRole/), trusted(/^DefaultLedgerServiceWorkerRole/)]);
  });

  test('writes objects below the prefix and uses the key, nothing else', () => {
    const { stack } = stackOf(() => ({ prefix: 'evidence' }));
    const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^LedgerExportArchiveBucket/), 'Arn'] };
    expect(grantedStatements(stack).filter(([id]) => /^LedgerExportRoleDefaultPolicy/.test(id)).map(([, statement]) => statement)).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: { 'Fn::Join': ['', [bucketArn, '/evidence/*']] } },
      { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^LedgerExportArchiveKey/), 'Arn'] } },
    ]);
  });

  test('has no key without KMS encryption', () => {
    const { stack } = stackOf(() => ({ encryption: ExportEncryption.none() }));
    const actions = grantedStatements(stack).filter(([id]) => /^LedgerExportRoleDefaultPolicy/.test(id)).map(([, { Action }]) => Action);
    expect(actions).toEqual(['s3:PutObject']);
  });

  test('may be made once and shared by exports', () => {
    const { stack } = stackOf();
    const ledger = new Ledger(stack, 'Second');
    const archive = new JournalArchive(stack, 'Archive');
    const role = new ExportRole(stack, 'Shared', { ledger, bucket: archive.archiveBucket, encryptionKey: archive.encryptionKey });
    for (const id of ['A', 'B']) {
      new JournalExport(stack, id, { ledger, archive, role });
    }
    const exports = Object.values(resourcesOf(stack)).filter(({ Type, Properties }) =>
      Type === 'Custom::QldbJournalExport' && JSON.stringify(Properties.RoleArn).includes('Shared'));
    expect(exports).toHaveLength(2);
  });

  test('may be yours: it is left alone, and trusts the service by itself', () => {
    const { stack } = stackOf(scope => ({ role: new iam.Role(scope, 'Mine', { assumedBy: new iam.AccountRootPrincipal() }) }));
    expect(grantedStatements(stack).filter(([id, { Action }]) => id.startsWith('Mine') || listed(Action).includes('sts:AssumeRole'))).toEqual([]);
    expect(exportIn(stack).Properties.RoleArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Mine/), 'Arn'] });
    expect(exportIn(stack).DependsOn).toContainEqual(expect.stringMatching(/^Mine/));
  });

  test('of a bad prefix is rejected', () => {
    const stack = new Stack(new App(), 'Stack');
    const ledger = new Ledger(stack, 'Ledger');
    expect(() => new ExportRole(stack, 'Role', { ledger, bucket: new s3.Bucket(stack, 'Bucket'), prefix: 'a/*' }))
      .toThrow("ExportRole 'Stack/Role' has 1 problem:\n  - prefix 'a/*' contains \"*\"");
  });
});

describe('encryption', () => {
  const bucketWithoutKey = (stack: Stack) => JournalArchive.fromBucket(stack, 'Archive', s3.Bucket.fromBucketName(stack, 'Bucket', 'evidence'));

  test('is with the key named, if one is', () => {
    const { stack } = stackOf(scope => ({
      archive: bucketWithoutKey(scope),
      encryption: ExportEncryption.kms(kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k')),
    }));
    expect(exportIn(stack).Properties).toMatchObject({ ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k' });
  });

  test('with KMS but no key is rejected', () => {
    expect(() => stackOf(scope => ({ archive: bucketWithoutKey(scope) }))).toThrow(
      'encryption SSE_KMS has no key, and the archive knows none: use ExportEncryption.kms(key), '
      + 'import the bucket with its encryptionKey, or choose ExportEncryption.s3Managed()');
  });

  test('can be left to the bucket', () => {
    const { stack } = stackOf(scope => ({ archive: bucketWithoutKey(scope), encryption: ExportEncryption.none() }));
    expect(exportIn(stack).Properties.ObjectEncryptionType).toBe('NO_ENCRYPTION');
  });
});

describe('a prefix that is rejected', () => {
  test.each([
    ['a'.repeat(128), 'has 129 characters with its final slash: shorten it to at most 128'],
    ['/a', 'contains an empty folder name: remove the leading or doubled slash'],
    ['a//b', 'contains an empty folder name'],
    ['a/../b', "contains the folder name '..', which URLs leave out: use another name"],
    ['./', "contains the folder name '.'"],
    ['a*', 'contains "*", which would widen the role\'s permission or break the key'],
    ['a?', 'contains "?"'],
    ['${aws:username}', 'contains "$"'],
    ['a\nb', 'contains "\\n"'],
  ])('%j', (prefix, message) => {
    expect(() => stackOf(() => ({ prefix }))).toThrow(/^JournalExport 'Stack\/Ledger\/Export' has 1 problem:/);
    expect(() => stackOf(() => ({ prefix }))).toThrow(message);
  });
});

test.each([['a'.repeat(127), `${'a'.repeat(127)}/`], ['', ''], ['year=2026/', 'year=2026/']])('the prefix %j is accepted as %j', (prefix, used) => {
  expect(exportIn(stackOf(() => ({ prefix })).stack).Properties.Prefix).toBe(used);
});

describe('a window', () => {
  const at = (offsetMilliseconds: number) => new Date(NOW.getTime() + offsetMilliseconds);
  const withWindow = (window: JournalWindow) => () => stackOf(() => ({ window }));

  test.each<[string, JournalWindow, string]>([
    ['ends in the future', JournalWindow.until(at(1)),
      'window end 2026-06-01T00:00:00.001Z is in the future: an export covers only what is written; use a moment that has passed, '
      + 'or leave the end out with JournalWindow.since() to export up to the moment of deployment'],
    ['starts in the future', JournalWindow.since(at(1)), 'window start 2026-06-01T00:00:00.001Z is in the future: use a moment that has passed'],
    ['starts after its end', JournalWindow.between(at(-MINUTE), at(-2 * MINUTE)),
      'window start 2026-05-31T23:59:00.000Z is not before its end 2026-05-31T23:58:00.000Z: swap them, or move the end later'],
    ['is empty', JournalWindow.between(at(-MINUTE), at(-MINUTE)), 'is not before its end'],
    ['starts at no moment', JournalWindow.since(new Date('yesterday')), "window start 'Invalid Date' is not a moment: use a valid Date"],
    ['ends at no moment', JournalWindow.fromTimestamps({ exclusiveEndTime: '2026-01-01' }), "window end '2026-01-01' is not a moment"],
    ['has no time zone', JournalWindow.fromTimestamps({ inclusiveStartTime: '2026-01-01T00:00:00' }), 'with a time zone such as 2026-01-01T00:00:00Z'],
    ['has a day that does not exist', JournalWindow.fromTimestamps({ inclusiveStartTime: '2026-01-32T00:00:00Z' }), 'is not a moment'],
  ])('that %s is rejected', (_, window, message) => {
    expect(withWindow(window)).toThrow(message);
  });

  test.each<[string, JournalWindow, string, string]>([
    ['everything', JournalWindow.wholeJournal(), 'LEDGER_CREATION', 'NOW'],
    ['since', JournalWindow.since(at(-MINUTE)), '2026-05-31T23:59:00.000Z', 'NOW'],
    ['until this very moment', JournalWindow.until(NOW), 'LEDGER_CREATION', '2026-06-01T00:00:00.000Z'],
    ['timestamps', JournalWindow.fromTimestamps({ inclusiveStartTime: '2026-01-01T01:00+01:00' }), '2026-01-01T01:00+01:00', 'NOW'],
  ])('of %s is accepted', (_, window, start, end) => {
    expect(exportIn(withWindow(window)().stack).Properties).toMatchObject({ InclusiveStartTime: start, ExclusiveEndTime: end });
  });
});

test('values that are known only at deployment pass untouched', () => {
  const { stack } = stackOf(scope => {
    const [prefix, start, end] = ['Prefix', 'Start', 'End'].map(id => new CfnParameter(scope, id).valueAsString);
    return { prefix, window: JournalWindow.fromTimestamps({ inclusiveStartTime: start, exclusiveEndTime: end }) };
  });
  expect(exportIn(stack).Properties).toMatchObject({ Prefix: { Ref: 'Prefix' }, InclusiveStartTime: { Ref: 'Start' }, ExclusiveEndTime: { Ref: 'End' } });
});

test('an export hears all its problems at once', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(() => new JournalExport(stack, 'Export', {
    ledger: Ledger.fromLedgerName(stack, 'Ledger', 'payments'),
    archive: JournalArchive.fromBucket(stack, 'Archive', s3.Bucket.fromBucketName(stack, 'Bucket', 'evidence')),
    prefix: '/',
    window: JournalWindow.since(new Date('2027-01-01T00:00:00Z')),
  })).toThrow(/^JournalExport 'Stack\/Export' has 4 problems:\n {2}- ledger .*\n {2}- prefix .*\n {2}- window start .*\n {2}- encryption /);
});

test('an export that ran before is known by its id', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(JournalExport.fromExportId(stack, 'Export', '8UyXulxccYLAsbN1aon7e4').exportId).toBe('8UyXulxccYLAsbN1aon7e4');
  expect(resourcesOf(stack) ?? {}).toEqual({});
});

test('an export waits for the bucket policy of a bucket of the stack that was made into an archive', () => {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket', { enforceSSL: true });
  const ledger = new Ledger(stack, 'Ledger', { service: new LedgerService(stack, 'Service') });
  ledger.exportJournal('Export', { archive: JournalArchive.fromBucket(stack, 'Archive', bucket), encryption: ExportEncryption.none() });
  expect(exportIn(stack).DependsOn).toContainEqual(expect.stringMatching(/^BucketPolicy/));
});
