import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { GetBucketEncryptionCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type LocalAws, startLocalAws } from '../../local-aws/local-aws';

const KEY = 'arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555';

jest.setTimeout(120_000);

let localAws: LocalAws;
let s3: S3Client;

beforeAll(async () => {
  localAws = await startLocalAws();
  const connection = { endpoint: localAws.endpoint, region: localAws.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  s3 = new S3Client(connection);
  const cloudFormation = new CloudFormationClient(connection);
  const encryption = { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY }, BucketKeyEnabled: true };
  await cloudFormation.send(new CreateStackCommand({
    StackName: 'buckets',
    TemplateBody: JSON.stringify({
      Resources: {
        Encrypted: {
          Type: 'AWS::S3::Bucket',
          Properties: { BucketName: 'encrypted', BucketEncryption: { ServerSideEncryptionConfiguration: [encryption] } },
        },
        Plain: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'plain' } },
      },
    }),
  }));
  await waitUntilStackCreateComplete({ client: cloudFormation, maxWaitTime: 20, minDelay: 1 }, { StackName: 'buckets' });
  cloudFormation.destroy();
});

afterAll(async () => {
  s3?.destroy();
  await localAws?.stop();
});

test('a bucket has the encryption of its template', async () => {
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket: 'encrypted' }));
  expect(ServerSideEncryptionConfiguration).toEqual({
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY }, BucketKeyEnabled: true }],
  });

  expect(await s3.send(new PutObjectCommand({ Bucket: 'encrypted', Key: 'object', Body: '' })))
    .toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KEY });
});

test('encryption by KMS without a key takes the key that AWS manages for S3', async () => {
  expect(await s3.send(new PutObjectCommand({ Bucket: 'plain', Key: 'object', Body: '', ServerSideEncryption: 'aws:kms' })))
    .toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'arn:aws:kms:us-east-1:000000000000:alias/aws/s3' });
});
