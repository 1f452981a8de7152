import { createHash } from 'crypto';
import { type SignedS3 } from './signed-s3';

/** The requests that handlers make of S3 besides those of their own service. */
export interface S3Requests {
  put(object: { bucket: string; key: string; contentType: string; body: string; kmsKeyArn?: string }): Promise<void>;
  /** The ETag of an object, without quotes. */
  etag(bucket: string, key: string, versionId?: string): Promise<string>;
}

export function s3Requests(s3: SignedS3): S3Requests {
  return {
    async put({ bucket, key, contentType, body, kmsKeyArn }) {
      const encryption: Record<string, string> = kmsKeyArn === undefined ? {} : {
        'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyArn,
      };
      await s3({ method: 'PUT', bucket, key, headers: { 'content-type': contentType, ...checksumOf(body), ...encryption }, body });
    },
    async etag(bucket, key, versionId) {
      const { headers } = await s3({ method: 'HEAD', bucket, key, query: versionId === undefined ? {} : { versionId } });
      return (headers.get('etag') ?? '').replaceAll('"', '');
    },
  };
}

/** A bucket that locks its objects takes none without a checksum. */
export function checksumOf(body: string): Record<string, string> {
  return { 'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64') };
}
