import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ExportSource } from '../journal';

/** A bucket, and a prefix in it. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
}

/** What lies under a prefix of a bucket. Whatever S3 refuses is thrown, while iterating, as `failure` makes it of the error and what was tried. */
export function s3ExportSource(s3: S3Client, { bucket, prefix }: S3Place, failure: (error: unknown, attempt: string) => Error): ExportSource {
  const name = `s3://${bucket}/${prefix}`;
  return {
    name,
    async* keys() {
      let token: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }))
          .catch((error: unknown) => { throw failure(error, `list ${name}`); });
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async* read(key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        yield* Body as unknown as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw failure(error, `read s3://${bucket}/${key}`);
      }
    },
  };
}
