import { App, CfnParameter, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { grantedStatements, onlyResource, resourcesOf } from './full-stack';
import { JournalArchive, MailboxExport, MailboxExportProps, MailboxExportRole } from '../../src';

const ORGANIZATION_ID = 'm-0123456789abcdef0123456789abcdef';

const stackOf = (options: (stack: Stack) => Partial<MailboxExportProps> = () => ({})) => {
  const stack = new Stack(new App(), 'Stack');
  const mailboxExport = new MailboxExport(stack, 'Alice', { organizationId: ORGANIZATION_ID, entityId: 'alice@example.com', ...options(stack) });
  return { stack, mailboxExport };
};
const exportIn = (stack: Stack) => onlyResource(stack, 'Custom::WorkMailMailboxExport');
const BUCKET_ARN = { 'Fn::GetAtt': [expect.stringMatching(/^AliceArchiveBucket/), 'Arn'] };
const KEY_ARN = { 'Fn::GetAtt': [expect.stringMatching(/^AliceArchiveKey/), 'Arn'] };
const ROLE_ARN = { 'Fn::GetAtt': [expect.stringMatching(/^AliceRole/), 'Arn'] };
const OBJECTS = { 'Fn::Join': ['', [BUCKET_ARN, `/workmail/${ORGANIZATION_ID}/*`]] };

test('an export without options goes into a new archive, encrypted with its key, and waits', () => {
  expect(exportIn(stackOf().stack).Properties).toEqual({
    ServiceToken: expect.anything(),
    ServiceTimeout: '3600',
    OrganizationId: ORGANIZATION_ID,
    EntityId: 'alice@example.com',
    RoleArn: ROLE_ARN,
    KmsKeyArn: KEY_ARN,
    Bucket: { Ref: expect.stringMatching(/^AliceArchiveBucket/) },
    Prefix: `workmail/${ORGANIZATION_ID}/`,
    WaitForCompletion: true,
  });
});

test('everything that can be said about an export reaches the custom resource', () => {
  const { stack } = stackOf(scope => ({
    archive: new JournalArchive(scope, 'Archive'),
    encryptionKey: kms.Key.fromKeyArn(scope, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k'),
    prefix: 'leavers/2026',
    description: 'Leaver',
    trigger: 'again',
    waitForCompletion: false,
  }));
  expect(exportIn(stack).Properties).toMatchObject({
    KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    Prefix: 'leavers/2026/',
    Description: 'Leaver',
    Trigger: 'again',
    WaitForCompletion: false,
  });
});

test('what the export produced can be used by other resources', () => {
  const { stack, mailboxExport } = stackOf();
  const { mailboxExportJobId, mailboxExportS3Path, mailboxExportState } = mailboxExport;
  expect(stack.resolve([mailboxExportJobId, mailboxExportS3Path, mailboxExportState]))
    .toEqual(['JobId', 'S3Path', 'State'].map(name => ({ 'Fn::GetAtt': [expect.stringMatching(/^Alice/), name] })));
});

test('an export starts only when its role can write and its handlers may act, and these stay until it is deleted', () => {
  expect(exportIn(stackOf().stack).DependsOn).toEqual(expect.arrayContaining([
    expect.stringMatching(/^AliceRoleDefaultPolicy/),
    expect.stringMatching(/^AliceArchiveBucketPolicy/),
    expect.stringMatching(/^AliceHandlerAccess/),
    expect.stringMatching(/^WorkMailMailboxExportProvider/),
  ]));
});

test('the end of WorkMail is told at synthesis, under an id that can be acknowledged', () => {
  const { stack } = stackOf();
  Annotations.fromStack(stack).hasWarning('/Stack/Alice', Match.stringLikeRegexp('2027-03-31.*\\[ack: cdk-ledger:workMailEndOfSupport\\]'));
});

describe('the role of an export', () => {
  test('is assumed by WorkMail only, on behalf of this account', () => {
    const { stack } = stackOf();
    const [, role] = Object.entries(resourcesOf(stack)).find(([id, { Type }]) => id.startsWith('AliceRole') && Type === 'AWS::IAM::Role')!;
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([{
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'export.workmail.amazonaws.com' },
      Condition: {
        StringEquals: { 'sts:ExternalId': { Ref: 'AWS::AccountId' } },
        StringEqualsIfExists: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      },
    }]);
  });

  test('writes below the prefix, sees that the bucket is not public, and uses the key for just that, with or without an S3 Bucket Key', () => {
    const { stack } = stackOf();
    expect(grantedStatements(stack).filter(([id]) => id.startsWith('AliceRoleDefaultPolicy')).map(([, statement]) => statement)).toEqual([
      { Effect: 'Allow', Action: 's3:GetBucketPolicyStatus', Resource: BUCKET_ARN },
      { Effect: 'Allow', Action: ['s3:AbortMultipartUpload', 's3:PutObject'], Resource: OBJECTS },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: KEY_ARN,
        Condition: {
          StringEquals: { 'kms:ViaService': { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [BUCKET_ARN, OBJECTS] },
        },
      },
    ]);
  });

  test('may be yours, and is left alone', () => {
    const { stack } = stackOf(scope => ({ role: new iam.Role(scope, 'Mine', { assumedBy: new iam.AccountRootPrincipal() }) }));
    expect(exportIn(stack).Properties.RoleArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Mine/), 'Arn'] });
    expect(grantedStatements(stack).filter(([id]) => id.startsWith('Mine'))).toEqual([]);
  });

  test('of a bad prefix is rejected', () => {
    const stack = new Stack(new App(), 'Stack');
    const encryptionKey = new kms.Key(stack, 'Key');
    expect(() => new MailboxExportRole(stack, 'Role', { bucket: new s3.Bucket(stack, 'Bucket'), prefix: 'a/*', encryptionKey }))
      .toThrow("MailboxExportRole 'Stack/Role' has 1 problem:\n  - prefix 'a/*' contains \"*\"");
  });
});

test('the handlers may act in the one organization, and hand the one role to WorkMail', () => {
  const { stack } = stackOf();
  expect(grantedStatements(stack).filter(([id]) => id.startsWith('AliceHandlerAccess')).map(([, statement]) => statement)).toEqual([
    {
      Effect: 'Allow',
      Action: [
        'workmail:CancelMailboxExportJob', 'workmail:DescribeMailboxExportJob', 'workmail:ListMailboxExportJobs', 'workmail:StartMailboxExportJob',
      ],
      Resource: {
        'Fn::Join': ['', [
          'arn:', { Ref: 'AWS::Partition' }, ':workmail:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:organization/${ORGANIZATION_ID}`,
        ]],
      },
    },
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: ROLE_ARN,
      Condition: { StringEquals: { 'iam:PassedToService': ['export.workmail.amazonaws.com', 'workmail.amazonaws.com'] } },
    },
  ]);
});

describe('what is rejected', () => {
  test.each<[string, Partial<MailboxExportProps>, string]>([
    ['an organization that is not an id', { organizationId: 'my-company' }, "organizationId 'my-company' is not an id"],
    ['a mailbox that cannot be one', { entityId: 'alice smith' }, "entityId 'alice smith' is no mailbox"],
    ['an empty prefix', { prefix: '' }, "prefix '' is empty, which WorkMail does not take"],
    ['a long prefix', { prefix: 'a'.repeat(256) }, 'has 257 characters with its final slash'],
    ['an empty folder', { prefix: 'a//b' }, 'contains an empty folder name'],
    ['a folder that URLs leave out', { prefix: 'a/..' }, "contains the folder name '..'"],
    ['a wildcard', { prefix: 'a*' }, "prefix 'a*' contains \"*\""],
    ['a long description', { description: 'a'.repeat(201) }, 'description has 201 characters'],
  ])('%s', (_, options, message) => {
    expect(() => stackOf(() => options)).toThrow(message);
  });

  test('all of it at once', () => {
    expect(() => stackOf(stack => ({
      organizationId: 'o',
      entityId: '',
      prefix: '',
      archive: JournalArchive.fromBucket(stack, 'Archive', s3.Bucket.fromBucketName(stack, 'Bucket', 'evidence')),
    }))).toThrow(/^MailboxExport 'Stack\/Alice' has 4 problems:\n {2}- organizationId .*\n {2}- prefix .*\n {2}- there is no key .*\n {2}- entityId /);
  });
});

test('values that are known only at deployment pass untouched', () => {
  const { stack } = stackOf(scope => {
    const [organizationId, entityId, prefix, description] = ['Organization', 'Entity', 'Prefix', 'Description']
      .map(id => new CfnParameter(scope, id).valueAsString);
    return { organizationId, entityId, prefix, description };
  });
  expect(exportIn(stack).Properties).toMatchObject({
    OrganizationId: { Ref: 'Organization' }, EntityId: { Ref: 'Entity' }, Prefix: { Ref: 'Prefix' }, Description: { Ref: 'Description' },
  });
});

test('an export that ran before is known by its id', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(MailboxExport.fromMailboxExportJobId(stack, 'Export', 'job-1').mailboxExportJobId).toBe('job-1');
  expect(resourcesOf(stack) ?? {}).toEqual({});
});
