import { App, Aws, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { grantedStatements, listed, onlyResource, resourcesOf } from './full-stack';
import { JournalArchive, JournalSource, JournalSourceOptions, Ledger, LedgerService, RestoreRole } from '../../src';

const DIGEST = 'vryfEDGoyLK/hC0DJLvRgvIjAfScS81YAq3M2EYWsXk=';

function restoredStack(options?: JournalSourceOptions, ledgerName: string | undefined = 'payments') {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service');
  const archive = new JournalArchive(stack, 'Archive');
  const ledger = new Ledger(stack, 'Payments', { service, ledgerName, restoreFrom: JournalSource.fromArchive(archive, options) });
  return { stack, service, archive, ledger };
}

const ledgerIn = (stack: Stack) => onlyResource(stack, 'Custom::QldbLedger');

test('a ledger is restored from the exports of its name, under a role made for it', () => {
  const { stack } = restoredStack({ digest: DIGEST, tipSequenceNo: 4711 });
  const { Properties, DependsOn } = ledgerIn(stack);
  expect(Properties.RestoreFrom).toEqual({
    Bucket: { Ref: expect.stringMatching(/^ArchiveBucket/) },
    Prefix: 'journal/payments/',
    RoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^PaymentsRestoreRole/), 'Arn'] },
    Digest: DIGEST,
    TipSequenceNo: 4711,
  });
  expect(DependsOn).toEqual(expect.arrayContaining([
    expect.stringMatching(/^PaymentsRestoreRoleDefaultPolicy/), expect.stringMatching(/^ArchiveBucketPolicy/),
  ]));
});

test('the role can list, read and decrypt what is below the prefix, and nothing else', () => {
  const { stack } = restoredStack({ prefix: 'old/journal' });
  const granted = grantedStatements(stack).filter(([policyId]) => policyId.startsWith('PaymentsRestoreRole')).map(([, statement]) => statement);
  const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveBucket/), 'Arn'] };
  expect(granted).toEqual([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Join': ['', [bucketArn, '/old/journal/*']] } },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn, Condition: { StringLike: { 's3:prefix': 'old/journal/*' } } },
    { Effect: 'Allow', Action: 'kms:Decrypt', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveKey/), 'Arn'] } },
  ]);
});

test('only the service may assume the role, in the name of the ledger', () => {
  const { stack } = restoredStack();
  const [, role] = Object.entries(resourcesOf(stack)).find(([id]) => /^PaymentsRestoreRole[A-F0-9]{8}$/.test(id))!;
  const trusted = role.Properties.AssumeRolePolicyDocument.Statement as { Principal: unknown; Condition: unknown }[];
  expect(trusted.map(({ Principal }) => Principal)).toEqual(['Api', 'Worker'].map(id => (
    { AWS: { 'Fn::GetAtt': [expect.stringMatching(`^Service${id}Role`), 'Arn'] } })));
  const arn = ['arn:', { Ref: 'AWS::Partition' }, ':qldb:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':ledger/payments'];
  for (const { Condition } of trusted) expect(Condition).toEqual({ StringEquals: { 'sts:ExternalId': { 'Fn::Join': ['', arn] } } });
});

test('a ledger without a name of its own is restored just the same', () => {
  const stack = new Stack(new App(), 'Stack');
  new Ledger(stack, 'Payments', { restoreFrom: JournalSource.fromArchive(new JournalArchive(stack, 'Archive')) });
  const { Properties } = ledgerIn(stack);
  expect(Properties.RestoreFrom.Prefix).toBe(`journal/${Properties.LedgerName}/`);
});

test('a bucket that Amazon QLDB wrote to, and a role of the user\'s own, do as well', () => {
  const stack = new Stack(new App(), 'Stack');
  const service = new LedgerService(stack, 'Service');
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Old', {
    bucketName: 'qldb-exports', encryptionKey: kms.Key.fromKeyArn(stack, 'OldKey', 'arn:aws:kms:eu-central-1:111122223333:key/k'),
  });
  const role = iam.Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${Aws.ACCOUNT_ID}:role/Reader`);
  new Ledger(stack, 'One', { service, restoreFrom: JournalSource.fromBucket(bucket, { role, prefix: 'one/' }) });
  const made = new RestoreRole(stack, 'Made', { service, ledgerName: 'two', bucket, encryptionKey: bucket.encryptionKey });
  new Ledger(stack, 'Two', { service, ledgerName: 'two', restoreFrom: JournalSource.fromBucket(bucket, { role: made }) });
  const sources = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'Custom::QldbLedger').map(({ Properties }) => Properties.RestoreFrom);
  expect(sources).toMatchObject([{ Bucket: 'qldb-exports', Prefix: 'one/' }, { Bucket: 'qldb-exports', Prefix: 'journal/two/' }]);
  const decrypting = grantedStatements(stack).filter(([policyId, { Action }]) => policyId.startsWith('Made') && listed(Action).includes('kms:Decrypt'));
  expect(decrypting).toMatchObject([[expect.anything(), { Resource: 'arn:aws:kms:eu-central-1:111122223333:key/k' }]]);
});

test('all problems of a source are told at once', () => {
  const problems = () => restoredStack({ digest: 'abc', tipSequenceNo: -1, prefix: '/x' });
  expect(problems).toThrow(/3 problems/);
  expect(problems).toThrow("digest 'abc' is not 32 bytes in base64");
  expect(problems).toThrow('tipSequenceNo -1 is not the number of a block');
  expect(() => restoredStack({ tipSequenceNo: 5 })).toThrow('tipSequenceNo 5 says where a digest was taken, but there is none');
});

test('a ledger without a source says nothing of one', () => {
  const stack = new Stack(new App(), 'Stack');
  new Ledger(stack, 'Payments');
  expect(ledgerIn(stack).Properties).not.toHaveProperty('RestoreFrom');
});
