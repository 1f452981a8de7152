import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

export interface ArchivedObject {
  readonly key: string;
  readonly lastModified: Date;
}

/** The bucket of an archive, as far as our runs look at it. Nothing in it is ever overwritten or deleted. */
export interface ArchiveObjects {
  /** The folders right below a prefix that come after `after`, in the order of their keys; each ends in a slash. */
  foldersAfter(prefix: string, after: string | undefined): Promise<readonly string[]>;
  /** The objects right below a prefix, those in folders excepted. */
  objectsIn(prefix: string): Promise<readonly ArchivedObject[]>;
  /** Creates an object. @returns false, and changes nothing, when there is one of that key already */
  createOnce(key: string, body: string, contentType: string): Promise<boolean>;
  read(key: string): Promise<string>;
}

export function s3ArchiveObjects(client: S3Client, bucket: string): ArchiveObjects {
  async function* pages(prefix: string, after?: string) {
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({
        Bucket: bucket, Prefix: prefix, Delimiter: '/', StartAfter: token ? undefined : after, ContinuationToken: token,
      }));
      yield page;
      token = page.NextContinuationToken;
    } while (token);
  }

  return {
    async foldersAfter(prefix, after) {
      const folders: string[] = [];
      for await (const { CommonPrefixes = [] } of pages(prefix, after)) {
        folders.push(...CommonPrefixes.map(({ Prefix: folder }) => folder!));
      }
      return folders;
    },

    async objectsIn(prefix) {
      const objects: ArchivedObject[] = [];
      for await (const { Contents = [] } of pages(prefix)) {
        objects.push(...Contents.map(({ Key: key, LastModified: lastModified }) => ({ key: key!, lastModified: lastModified! })));
      }
      return objects;
    },

    async createOnce(key, body, contentType) {
      try {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        // 412: it is there. 409: another writer of the same key is at it, and one of the two will succeed.
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === 412 || status === 409) {
          return false;
        }
        throw error;
      }
    },

    async read(key) {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return body!.transformToString();
    },
  };
}
