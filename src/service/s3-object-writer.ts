import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectEncryption, ObjectWriter } from '../engine';
import { refusable } from './aws-refusal';

/** Base64 of 16 zero bytes, which is the MD5 of nothing that anybody knows. */
const WRONG_MD5 = 'AAAAAAAAAAAAAAAAAAAAAA==';
const WRONG_DIGEST_ERRORS = ['BadDigest', 'InvalidDigest'];

/** Writes objects with explicit encryption headers and no ACL, which buckets without ACLs would refuse. */
export function s3ObjectWriter(s3: S3Client): ObjectWriter {
  return {
    async put({ bucket, key, body, contentType, encryption }) {
      await refusable(async () => s3.send(new PutObjectCommand({
        Bucket: bucket, Key: key, Body: body, ContentType: contentType, ...encryptionHeaders(encryption),
      })));
    },
    /** S3 decides whether a write is allowed before it finds that the digest is wrong, so a permitted check leaves no object behind. */
    async check({ bucket, prefix, encryption }) {
      await refusable(async () => {
        try {
          await s3.send(new PutObjectCommand({
            Bucket: bucket, Key: `${prefix}.write-check`, Body: '-', ContentMD5: WRONG_MD5, ...encryptionHeaders(encryption),
          }));
        } catch (error) {
          if (!WRONG_DIGEST_ERRORS.includes((error as Error).name)) throw error;
        }
      });
    },
  };
}

function encryptionHeaders({ objectEncryptionType, kmsKeyArn }: ObjectEncryption): Partial<PutObjectCommandInput> {
  switch (objectEncryptionType) {
    case 'SSE_KMS': return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn };
    case 'SSE_S3': return { ServerSideEncryption: 'AES256' };
    case 'NO_ENCRYPTION': return {};
  }
}
