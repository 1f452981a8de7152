import type { S3Client } from '@aws-sdk/client-s3';
import { s3ObjectWriter } from '../../src/service/s3-object-writer';

const OBJECT = { bucket: 'archive', key: 'journal/x.ion', body: Buffer.from('blocks'), contentType: 'text/vnd.amazon.ion' };
const named = (name: string) => Object.assign(new Error(`${name} said S3`), { name });

function newWriter(send = jest.fn().mockResolvedValue({})) {
  const inputs = () => (send.mock.calls as [{ input: object }][]).map(([{ input }]) => input);
  return { writer: s3ObjectWriter({ send } as unknown as S3Client), inputs };
}

test.each([
  [{ objectEncryptionType: 'SSE_KMS', kmsKeyArn: 'arn:key' } as const, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'arn:key' }],
  [{ objectEncryptionType: 'SSE_S3' } as const, { ServerSideEncryption: 'AES256' }],
  [{ objectEncryptionType: 'NO_ENCRYPTION' } as const, {}],
])('an object under %j has exactly those headers and no ACL', async (encryption, headers) => {
  const { writer, inputs } = newWriter();
  await writer.put({ ...OBJECT, encryption });
  expect(inputs()).toEqual([{ Bucket: 'archive', Key: OBJECT.key, Body: OBJECT.body, ContentType: OBJECT.contentType, ...headers }]);
});

test.each([
  ['NoSuchBucket', 'not-found'], ['AccessDenied', 'access-denied'], ['KMS.DisabledException', 'access-denied'], ['SlowDown', 'unavailable'],
])('%s is reported as %s', async (name, reason) => {
  const { writer } = newWriter(jest.fn().mockRejectedValue(named(name)));
  const refused = { name: 'DestinationRefused', reason, code: name, message: `${name} said S3` };
  await expect(writer.put({ ...OBJECT, encryption: { objectEncryptionType: 'SSE_S3' } })).rejects.toMatchObject(refused);
  await expect(writer.check({ bucket: 'archive', prefix: 'p/', encryption: { objectEncryptionType: 'SSE_S3' } })).rejects.toMatchObject(refused);
});

test('a check tries a write that cannot succeed: that its digest is wrong is the best answer', async () => {
  const { writer, inputs } = newWriter(jest.fn().mockRejectedValue(named('BadDigest')));
  await writer.check({ bucket: 'archive', prefix: 'p/', encryption: { objectEncryptionType: 'SSE_S3' } });
  expect(inputs()).toEqual([expect.objectContaining({ Bucket: 'archive', Key: 'p/.write-check', ContentMD5: expect.any(String), ServerSideEncryption: 'AES256' })]);
});
