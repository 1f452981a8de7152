import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { Unreadable, type ExportSource } from '../journal';
import { s3ExportSource } from '../service';

const S3_URL = /^s3:\/\/([^/]+)\/?(.*)$/;

/** Where exports lie in S3: a bucket, and a prefix that is empty or ends in a slash. */
export interface BucketFolder { readonly bucket: string; readonly prefix: string }

/** The place that `s3://bucket/prefix` names, taken as a folder: `journal/pay` is not where `journal/payroll/` is. Undefined for any other location. */
export function bucketFolder(location: string): BucketFolder | undefined {
  const [, bucket, prefix] = S3_URL.exec(location) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

/** A folder, or `s3://bucket/prefix` read with the environment's credentials. */
export function openExportSource(location: string): ExportSource {
  const place = bucketFolder(location);
  return place ? bucketSource(place) : folderSource(location);
}

function folderSource(folder: string): ExportSource {
  return {
    name: folder,
    async* keys() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: Error) => { throw cannot(`read the folder ${folder}`, error); });
      for (const entry of entries) {
        if (entry.isFile()) yield path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
      }
    },
    async* read(key) {
      const file = path.join(folder, key);
      try {
        yield* createReadStream(file) as AsyncIterable<Buffer>;
      } catch (error) {
        throw cannot(`read ${file}`, error as Error);
      }
    },
  };
}

function bucketSource(place: BucketFolder): ExportSource {
  // A local AWS has no host name for each bucket.
  const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  return s3ExportSource(client, place, (error, attempt) => cannot(attempt, error as Error));
}

const cannot = (attempt: string, { name, message }: Error): Unreadable => new Unreadable(`Cannot ${attempt}: ${name}: ${message}`);
