import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ExportPlace } from '../engine';
import type { ExportSource } from '../journal';
import { refusable, refusal } from './aws-refusal';

/** What lies under a prefix of a bucket. @throws DestinationRefused, while iterating */
export function s3ExportSource(s3: S3Client, { bucket, prefix }: ExportPlace): ExportSource {
  return {
    name: `s3://${bucket}/${prefix}`,
    async* keys() {
      let token: string | undefined;
      do {
        const page = await refusable(async () => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token })));
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
    async* read(key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        yield* Body as unknown as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw refusal(error);
      }
    },
  };
}
