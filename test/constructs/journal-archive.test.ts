import { App, Duration, RemovalPolicy, Stack, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { onlyResource, resourcesOf } from './full-stack';
import { JournalArchive, JournalArchiveProps } from '../../src';

const stackOf = (props?: JournalArchiveProps) => {
  const stack = new Stack(new App(), 'Stack');
  return { stack, archive: new JournalArchive(stack, 'Archive', props) };
};

test('an archive is fit for evidence: own key, versions, no public access, retained', () => {
  const { stack } = stackOf();
  const bucket = onlyResource(stack, 'AWS::S3::Bucket');
  const key = onlyResource(stack, 'AWS::KMS::Key');
  expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy, key.DeletionPolicy]).toEqual(['Retain', 'Retain', 'Retain']);
  expect(key.Properties.EnableKeyRotation).toBe(true);
  expect(bucket.Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^ArchiveKey/), 'Arn'] } },
      }],
    },
    VersioningConfiguration: { Status: 'Enabled' },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    LifecycleConfiguration: {
      Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, NoncurrentVersionExpiration: { NoncurrentDays: 365 } }],
    },
  });
  expect(bucket.Properties).not.toHaveProperty('ObjectLockEnabled');
});

test('only TLS 1.2 or newer gets in', () => {
  const denied = onlyResource(stackOf().stack, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement
    .filter((statement: any) => statement.Effect === 'Deny').map((statement: any) => statement.Condition);
  expect(denied).toEqual([{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } }]);
});

test('Object Lock, names and expiry can be chosen', () => {
  const { stack } = stackOf({
    bucketName: 'evidence',
    objectLock: s3.ObjectLockRetention.compliance(Duration.days(3650)),
    noncurrentVersionExpiration: Duration.days(30),
  });
  expect(onlyResource(stack, 'AWS::S3::Bucket').Properties).toMatchObject({
    BucketName: 'evidence',
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3650 } } },
    LifecycleConfiguration: { Rules: [{ NoncurrentVersionExpiration: { NoncurrentDays: 30 } }] },
  });
});

test('an archive that is to be destroyed takes its key along', () => {
  const { stack } = stackOf({ removalPolicy: RemovalPolicy.DESTROY });
  expect(Object.values(resourcesOf(stack)).map(({ DeletionPolicy }) => DeletionPolicy).filter(policy => policy === 'Retain')).toEqual([]);
});

test('a bucket you already have becomes an archive with the key it knows, and nothing is created', () => {
  const stack = new Stack(new App(), 'Stack');
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k');
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'evidence', encryptionKey });
  const archive = JournalArchive.fromBucket(stack, 'Archive', bucket);
  expect([archive.archiveBucket, archive.encryptionKey]).toEqual([bucket, encryptionKey]);
  expect(resourcesOf(stack) ?? {}).toEqual({});
});
