import { App, CfnParameter, Duration, Size, Stack, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_s3 as s3 } from 'aws-cdk-lib';
import { Statement, grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import {
  BatchChecksumAlgorithm, BatchManifest, BatchManifestField, BatchOperation, BatchOperationsJob, BatchOperationsJobProps, BatchReport,
  BatchRestoreTier, Ledger,
} from '../../src';

const ETAG = 'd41d8cd98f00b204e9800998ecf8427e';
const FUTURE = new Date('2036-01-01T00:00:00Z');

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-06-01T00:00:00Z') }));
afterEach(() => jest.useRealTimers());

/** A stack with a job over an encrypted bucket, and whatever the options make of it. */
const stackOf = (options: (stack: Stack, objects: s3.Bucket) => Partial<BatchOperationsJobProps> = () => ({})) => {
  const stack = new Stack(new App(), 'Stack');
  const objects = new s3.Bucket(stack, 'Objects', { encryptionKey: new kms.Key(stack, 'ObjectsKey') });
  const job = new BatchOperationsJob(stack, 'Job', {
    operation: BatchOperation.deleteTags(),
    manifest: BatchManifest.generated(objects, { keyPrefix: 'journal/' }),
    report: BatchReport.none(),
    ...options(stack, objects),
  });
  return { stack, job };
};
const jobIn = (stack: Stack) => onlyResource(stack, 'Custom::S3BatchOperationsJob');

/** A property written as JSON, with everything known only at deployment replaced by its logical id. */
function jsonOf(stack: Stack, name: string): any {
  const value = jobIn(stack).Properties[name];
  const parts: unknown[] = typeof value === 'string' ? [value] : value['Fn::Join'][1];
  return JSON.parse(parts.map(part => typeof part === 'string' ? part : `<${Object.values(part as object).flat()[0]}>`).join(''));
}

/** What the role may do, as `action, action @ resource`. */
const permissions = (stack: Stack) => grantedStatements(stack)
  .filter(([id]) => id.startsWith('JobRoleDefaultPolicy'))
  .map(([, { Action, Resource }]) => `${listed(Action).join(', ')} @ ${plain(Resource)}`);

function plain(resource: unknown): string {
  if (typeof resource === 'string') { return resource; }
  const [[name, value]] = Object.entries(resource as Record<string, any>);
  return name === 'Fn::Join' ? value[1].map(plain).join(value[0]) : `<${[value].flat()[0].replace(/[0-9A-F]{8}$/, '')}>`;
}

const GENERATES = 's3:GetInventoryConfiguration, s3:PutInventoryConfiguration @ <Objects>';

test('a job without options runs once, waits, and allows no task to fail', () => {
  const { stack } = stackOf();
  expect(jobIn(stack).Properties).toMatchObject({
    ServiceTimeout: '3600',
    AccountId: { Ref: 'AWS::AccountId' },
    RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^JobRole/), 'Arn'] },
    Priority: 10,
    FailedTasksMax: 0,
    WaitForCompletion: true,
    Report: '{"Enabled":false}',
  });
});

test('everything that can be said about a job reaches the custom resource', () => {
  const { stack } = stackOf(() => ({
    priority: 7, description: 'Tidy', jobTags: { team: 'audit' }, maxFailedTasks: 3, trigger: 'again', waitForCompletion: false,
  }));
  expect(jobIn(stack).Properties).toMatchObject({
    Priority: 7, Description: 'Tidy', Tags: { team: 'audit' }, FailedTasksMax: 3, Trigger: 'again', WaitForCompletion: false,
  });
});

test('what came of the job can be used by other resources', () => {
  const { stack, job } = stackOf();
  expect(stack.resolve([
    job.batchOperationsJobId, job.batchOperationsJobArn, job.batchOperationsJobStatus, job.totalTasks, job.succeededTasks, job.failedTasks,
    job.reportManifestKey,
  ])).toEqual(['JobId', 'JobArn', 'Status', 'TotalTasks', 'SucceededTasks', 'FailedTasks', 'ReportManifestKey']
    .map(name => ({ 'Fn::GetAtt': [expect.stringMatching(/^Job/), name] })));
});

describe('an operation', () => {
  const OBJECT = '<Objects>/journal/*';
  const DECRYPTS = 'kms:Decrypt @ <ObjectsKey>';

  test.each<[string, (stack: Stack) => BatchOperation, object, string[]]>([
    [
      'locks objects', () => BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.COMPLIANCE, retainUntil: FUTURE }),
      { S3PutObjectRetention: { BypassGovernanceRetention: false, Retention: { Mode: 'COMPLIANCE', RetainUntilDate: '2036-01-01T00:00:00.000Z' } } },
      [`s3:PutObjectRetention @ ${OBJECT}`, 's3:GetBucketObjectLockConfiguration, s3:GetInventoryConfiguration, s3:PutInventoryConfiguration @ <Objects>'],
    ],
    [
      'replaces locks in governance mode',
      () => BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.GOVERNANCE, retainUntil: FUTURE, bypassGovernanceRetention: true }),
      { S3PutObjectRetention: { BypassGovernanceRetention: true, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: '2036-01-01T00:00:00.000Z' } } },
      [
        `s3:BypassGovernanceRetention, s3:PutObjectRetention @ ${OBJECT}`,
        's3:GetBucketObjectLockConfiguration, s3:GetInventoryConfiguration, s3:PutInventoryConfiguration @ <Objects>',
      ],
    ],
    [
      'holds objects', () => BatchOperation.legalHold(), { S3PutObjectLegalHold: { LegalHold: { Status: 'ON' } } },
      [`s3:PutObjectLegalHold @ ${OBJECT}`, 's3:GetBucketObjectLockConfiguration, s3:GetInventoryConfiguration, s3:PutInventoryConfiguration @ <Objects>'],
    ],
    [
      'releases objects', () => BatchOperation.releaseLegalHold(), { S3PutObjectLegalHold: { LegalHold: { Status: 'OFF' } } },
      [`s3:PutObjectLegalHold @ ${OBJECT}`, 's3:GetBucketObjectLockConfiguration, s3:GetInventoryConfiguration, s3:PutInventoryConfiguration @ <Objects>'],
    ],
    [
      'copies objects',
      stack => BatchOperation.copyTo(
        new s3.Bucket(stack, 'Target', { encryptionKey: new kms.Key(stack, 'TargetKey') }), { prefix: 'copies', storageClass: s3.StorageClass.DEEP_ARCHIVE },
      ),
      { S3PutObjectCopy: { TargetResource: expect.stringMatching(/^<Target/), MetadataDirective: 'COPY', TargetKeyPrefix: 'copies', StorageClass: 'DEEP_ARCHIVE' } },
      [
        's3:GetObject, s3:GetObjectAcl, s3:GetObjectTagging, s3:GetObjectVersion, s3:GetObjectVersionAcl, s3:GetObjectVersionTagging @ '
        + OBJECT,
        's3:GetInventoryConfiguration, s3:ListBucket, s3:PutInventoryConfiguration @ <Objects>',
        DECRYPTS,
        's3:PutObject, s3:PutObjectAcl, s3:PutObjectTagging @ <Target>/copies/*',
        'kms:Decrypt, kms:GenerateDataKey @ <TargetKey>',
      ],
    ],
    [
      'tags objects', () => BatchOperation.replaceTags({ class: 'evidence' }), { S3PutObjectTagging: { TagSet: [{ Key: 'class', Value: 'evidence' }] } },
      [`s3:PutObjectTagging, s3:PutObjectVersionTagging @ ${OBJECT}`, GENERATES],
    ],
    [
      'removes tags', () => BatchOperation.deleteTags(), { S3DeleteObjectTagging: {} },
      [`s3:DeleteObjectTagging, s3:DeleteObjectVersionTagging @ ${OBJECT}`, GENERATES],
    ],
    [
      'computes checksums', () => BatchOperation.computeChecksum({ algorithm: BatchChecksumAlgorithm.CRC64NVME }),
      { S3ComputeObjectChecksum: { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' } },
      [`s3:GetObject, s3:GetObjectVersion @ ${OBJECT}`, GENERATES, DECRYPTS],
    ],
    [
      'restores objects', () => BatchOperation.restore({ expiration: Duration.days(3), tier: BatchRestoreTier.STANDARD }),
      { S3InitiateRestoreObject: { ExpirationInDays: 3, GlacierJobTier: 'STANDARD' } },
      [`s3:RestoreObject @ ${OBJECT}`, GENERATES],
    ],
    [
      'invokes a function',
      stack => BatchOperation.invoke(lambda.Function.fromFunctionArn(stack, 'Function', 'arn:aws:lambda:eu-west-1:111122223333:function:f'), {
        userArguments: { purpose: 'audit' },
      }),
      {
        LambdaInvoke: {
          FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f', InvocationSchemaVersion: '2.0', UserArguments: { purpose: 'audit' },
        },
      },
      [GENERATES, 'lambda:InvokeFunction @ arn:aws:lambda:eu-west-1:111122223333:function:f'],
    ],
  ])('that %s has a role that may do just that', (_, operationOf, request, allowed) => {
    const { stack } = stackOf((scope, objects) => ({ operation: operationOf(scope), report: BatchReport.to(objects, { prefix: 'reports' }) }));
    expect(jsonOf(stack, 'Operation')).toEqual(request);
    expect(permissions(stack)).toEqual([...allowed, 's3:PutObject @ <Objects>/reports/job-*']);
  });
});

describe('a manifest', () => {
  test('in CSV is read from where it is', () => {
    const { stack } = stackOf((scope, objects) => ({
      manifest: BatchManifest.csv({
        bucket: s3.Bucket.fromBucketName(scope, 'Lists', 'lists'),
        key: 'objects.csv',
        etag: ETAG,
        versionId: 'v1',
        objectsIn: objects,
        fields: [BatchManifestField.BUCKET, BatchManifestField.KEY, BatchManifestField.VERSION_ID],
      }),
    }));
    expect(jsonOf(stack, 'Manifest')).toEqual({
      Manifest: {
        Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key', 'VersionId'] },
        Location: { ObjectArn: 'arn:<AWS::Partition>:s3:::lists/objects.csv', ETag: ETAG, ObjectVersionId: 'v1' },
      },
    });
    expect(permissions(stack)).toEqual([
      's3:DeleteObjectTagging, s3:DeleteObjectVersionTagging @ <Objects>/*',
      's3:GetObject, s3:GetObjectVersion @ arn:<AWS::Partition>:s3:::lists/objects.csv',
    ]);
  });

  test('without an ETag lets the handlers look it up, and nothing else', () => {
    const { stack } = stackOf((_, objects) => ({ manifest: BatchManifest.csv({ bucket: objects, key: 'lists/objects.csv', objectsIn: objects }) }));
    expect(jsonOf(stack, 'Manifest').Manifest.Location).toEqual({ ObjectArn: expect.stringMatching(/^<Objects\w+>\/lists\/objects\.csv$/) });
    const handlers = grantedStatements(stack).filter(([policyId]) => policyId.includes('HandlerAccess')).map(([, statement]) => statement);
    expect(handlers.slice(-2)).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^Objects/), 'Arn'] }, '/lists/objects.csv']] } },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ObjectsKey/), 'Arn'] },
        Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } } },
      },
    ]);
  });

  test('whose keys have a prefix lets the role work below it only', () => {
    const { stack } = stackOf((_, objects) => ({
      manifest: BatchManifest.csv({ bucket: objects, key: 'k', etag: ETAG, objectsIn: objects, keyPrefix: 'journal/' }),
    }));
    expect(permissions(stack)).toContain('s3:DeleteObjectTagging, s3:DeleteObjectVersionTagging @ <Objects>/journal/*');
  });

  test('of an inventory is read with its data files', () => {
    const { stack } = stackOf((_, objects) => ({
      manifest: BatchManifest.inventory({ bucket: objects, key: 'inv/objects/all/2026-05-31T00-00Z/manifest.json', etag: ETAG, objectsIn: objects }),
    }));
    expect(jsonOf(stack, 'Manifest').Manifest.Spec).toEqual({ Format: 'S3InventoryReport_CSV_20161130' });
    expect(permissions(stack)).toContain('s3:GetObject, s3:GetObjectVersion @ <Objects>/inv/objects/all/*');
    expect(permissions(stack)).toContain('kms:Decrypt @ <ObjectsKey>');
  });

  test('that is generated lists what meets every condition', () => {
    const { stack } = stackOf((_, objects) => ({
      manifest: BatchManifest.generated(objects, {
        keyPrefix: 'a/',
        keySuffix: '.ion',
        keySubstring: '2026',
        createdAfter: new Date('2026-01-01T00:00:00Z'),
        createdBefore: new Date('2026-02-01T00:00:00Z'),
        sizeAbove: Size.kibibytes(1),
        sizeBelow: Size.gibibytes(1),
        storageClasses: [s3.StorageClass.INFREQUENT_ACCESS],
      }),
    }));
    expect(jsonOf(stack, 'Manifest').ManifestGenerator.S3JobManifestGenerator).toEqual({
      SourceBucket: expect.stringMatching(/^<Objects/),
      EnableManifestOutput: false,
      Filter: {
        KeyNameConstraint: { MatchAnyPrefix: ['a/'], MatchAnySuffix: ['.ion'], MatchAnySubstring: ['2026'] },
        CreatedAfter: '2026-01-01T00:00:00.000Z',
        CreatedBefore: '2026-02-01T00:00:00.000Z',
        ObjectSizeGreaterThanBytes: 1024,
        ObjectSizeLessThanBytes: 1073741824,
        MatchAnyStorageClass: ['STANDARD_IA'],
      },
    });
  });

  test('of a whole bucket has no filter', () => {
    const { stack } = stackOf((_, objects) => ({ manifest: BatchManifest.generated(objects) }));
    expect(jsonOf(stack, 'Manifest').ManifestGenerator.S3JobManifestGenerator).not.toHaveProperty('Filter');
  });

  test('of a journal export lists what is below its prefix, once it has run', () => {
    const { stack } = stackOf(scope => ({ manifest: BatchManifest.ofJournalExport(new Ledger(scope, 'Ledger').exportJournal('Export')) }));
    expect(jsonOf(stack, 'Manifest').ManifestGenerator.S3JobManifestGenerator).toMatchObject({
      SourceBucket: expect.stringMatching(/^<LedgerExportArchiveBucket/),
      Filter: { KeyNameConstraint: { MatchAnyPrefix: [expect.stringMatching(/^<LedgerExport/)] } },
    });
    expect(jobIn(stack).DependsOn).toEqual(expect.arrayContaining([
      expect.stringMatching(/^LedgerExport[0-9A-F]{8}$/), expect.stringMatching(/^LedgerExportArchiveBucketPolicy/),
    ]));
  });
});

test('a report goes where it is asked to, with all tasks or failures only', () => {
  const { stack } = stackOf((_, objects) => ({ report: BatchReport.to(objects, { prefix: 'reports/tags/', onlyFailures: true }) }));
  expect(jsonOf(stack, 'Report')).toEqual({
    Enabled: true, Bucket: expect.stringMatching(/^<Objects/), Format: 'Report_CSV_20180820', Prefix: 'reports/tags', ReportScope: 'FailedTasksOnly',
  });
});

test('the role is assumed by S3 Batch Operations only, on behalf of this account', () => {
  const { stack } = stackOf();
  const [, role] = Object.entries(resourcesOf(stack)).find(([id, { Type }]) => id.startsWith('JobRole') && Type === 'AWS::IAM::Role')!;
  expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([{
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: 'batchoperations.s3.amazonaws.com' },
    Condition: { StringEqualsIfExists: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  }]);
});

test('the role may be yours, and is left alone', () => {
  const { stack } = stackOf(scope => ({ role: new iam.Role(scope, 'Mine', { assumedBy: new iam.AccountRootPrincipal() }) }));
  expect(grantedStatements(stack).filter(([id]) => id.startsWith('Mine'))).toEqual([]);
});

test('the handlers may run and follow jobs under the one role, and tag them only if they have tags', () => {
  const access = (options: Partial<BatchOperationsJobProps>): Statement[] => grantedStatements(stackOf(() => options).stack)
    .filter(([id]) => id.startsWith('JobHandlerAccess')).map(([, statement]) => statement);
  expect(access({})).toEqual([
    { Effect: 'Allow', Action: ['s3:CreateJob', 's3:ListJobs'], Resource: '*' },
    { Effect: 'Allow', Action: ['s3:DescribeJob', 's3:UpdateJobStatus'], Resource: { 'Fn::Join': ['', expect.arrayContaining([':job/*'])] } },
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: { 'Fn::GetAtt': [expect.stringMatching(/^JobRole/), 'Arn'] },
      Condition: { StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' } },
    },
  ]);
  expect(access({ jobTags: { team: 'audit' } })[1].Action).toEqual(['s3:DescribeJob', 's3:PutJobTagging', 's3:UpdateJobStatus']);
});

describe('what is rejected', () => {
  const NOWHERE = new Date('nowhere');
  test.each<[string, (stack: Stack, objects: s3.Bucket) => Partial<BatchOperationsJobProps>, string]>([
    ['a retention that has passed', () => ({
      operation: BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.GOVERNANCE, retainUntil: new Date('2026-05-31T00:00:00Z') }),
    }), 'retainUntil 2026-05-31T00:00:00.000Z has passed'],
    ['a retention until no moment', () => ({
      operation: BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.GOVERNANCE, retainUntil: NOWHERE }),
    }), "retainUntil 'Invalid Date' is not a moment"],
    ['too many tags', () => ({
      operation: BatchOperation.replaceTags(Object.fromEntries([...Array(11).keys()].map(key => [`k${key}`, 'v']))),
    }), '11 tags are more than an object can have'],
    ['no tags', () => ({ operation: BatchOperation.replaceTags({}) }), 'replaceTags() got no tags: use BatchOperation.deleteTags()'],
    ['half a day', () => ({ operation: BatchOperation.restore({ expiration: Duration.hours(12) }) }), 'expiration of 0.5 days is not a whole number'],
    ['checksums without a report', () => ({ operation: BatchOperation.computeChecksum() }), 'S3ComputeObjectChecksum is in the completion report only'],
    ['checksums with failures only', (_, objects) => ({
      operation: BatchOperation.computeChecksum(), report: BatchReport.to(objects, { onlyFailures: true }),
    }), 'without onlyFailures'],
    ['a wildcard in copies', (_, objects) => ({ operation: BatchOperation.copyTo(objects, { prefix: 'a*' }) }), "the prefix of the copies 'a*' contains"],
    ['a wildcard in a filter', (_, objects) => ({ manifest: BatchManifest.generated(objects, { keyPrefix: '?' }) }), "keyPrefix '?' contains"],
    ['a filter that lets nothing through', (_, objects) => ({
      manifest: BatchManifest.generated(objects, { createdAfter: FUTURE, createdBefore: FUTURE }),
    }), 'is not before createdBefore 2036-01-01T00:00:00.000Z'],
    ['a filter of no moment', (_, objects) => ({ manifest: BatchManifest.generated(objects, { createdAfter: NOWHERE }) }), "createdAfter 'Invalid Date'"],
    ['a quoted ETag', (_, objects) => ({
      manifest: BatchManifest.csv({ bucket: objects, key: 'k', etag: `"${ETAG}"`, objectsIn: objects }),
    }), 'without quotes'],
    ['a CSV without keys', (_, objects) => ({
      manifest: BatchManifest.csv({ bucket: objects, key: 'k', etag: ETAG, objectsIn: objects, fields: [BatchManifestField.BUCKET] }),
    }), 'fields of the manifest lack Key'],
    ['an inventory that is none', (_, objects) => ({
      manifest: BatchManifest.inventory({ bucket: objects, key: 'objects.csv', etag: ETAG, objectsIn: objects }),
    }), "key 'objects.csv' is no inventory manifest"],
    ['a report anywhere', (_, objects) => ({ report: BatchReport.to(objects, { prefix: '/' }) }), "the report's prefix is empty"],
    ['a negative priority', () => ({ priority: -1 }), 'priority -1 is not allowed'],
    ['half a failure', () => ({ maxFailedTasks: 0.5 }), 'maxFailedTasks 0.5 is not allowed'],
    ['a long description', () => ({ description: 'a'.repeat(201) }), 'description has 201 characters'],
  ])('%s', (_, options, message) => {
    expect(() => stackOf(options)).toThrow(message);
  });

  test('all of it at once', () => {
    expect(() => stackOf((_, objects) => ({
      operation: BatchOperation.replaceTags({}),
      manifest: BatchManifest.generated(objects, { keyPrefix: '*' }),
      report: BatchReport.to(objects, { prefix: '$' }),
      priority: 1.5,
    }))).toThrow(/^BatchOperationsJob 'Stack\/Job' has 4 problems:\n {2}- replaceTags.*\n {2}- keyPrefix.*\n {2}- the report's prefix.*\n {2}- priority/);
  });
});

test('values that are known only at deployment pass untouched', () => {
  const { stack } = stackOf((scope, objects) => {
    const [key, etag, description] = ['Key', 'ETag', 'Description'].map(id => new CfnParameter(scope, id).valueAsString);
    return { description, manifest: BatchManifest.csv({ bucket: objects, key, etag, objectsIn: objects }) };
  });
  expect(jsonOf(stack, 'Manifest').Manifest.Location).toEqual({ ObjectArn: expect.stringMatching(/^<Objects.*>\/<Key>$/), ETag: '<ETag>' });
});

test('a job that ran before is known by its id', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(BatchOperationsJob.fromBatchOperationsJobId(stack, 'Job', 'id').batchOperationsJobId).toBe('id');
  expect(resourcesOf(stack) ?? {}).toEqual({});
});
