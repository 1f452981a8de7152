import { parseXML } from '@aws-sdk/xml-builder';
import { checksumOf } from './s3-requests';
import { S3RequestFailed, type SignedS3 } from './signed-s3';

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

/** The part of an answer to ListObjectsV2 that is read here; XML tells a list of one from a single value only by its schema. */
interface ListedPage {
  readonly Contents?: OneOrMore<{ readonly Key: string; readonly LastModified: string }>;
  readonly CommonPrefixes?: OneOrMore<{ readonly Prefix: string }>;
  readonly NextContinuationToken?: string;
}

type OneOrMore<Item> = Item | readonly Item[];

export function s3ArchiveObjects(s3: SignedS3, bucket: string): ArchiveObjects {
  async function* pages(prefix: string, after?: string) {
    let token: string | undefined;
    do {
      const from: Record<string, string> = token ? { 'continuation-token': token } : after ? { 'start-after': after } : {};
      const { body } = await s3({ method: 'GET', bucket, query: { 'list-type': '2', 'delimiter': '/', prefix, ...from } });
      const page: ListedPage = parseXML(body).ListBucketResult || {};
      yield page;
      token = page.NextContinuationToken;
    } while (token);
  }

  return {
    async foldersAfter(prefix, after) {
      const folders: string[] = [];
      for await (const { CommonPrefixes = [] } of pages(prefix, after)) {
        folders.push(...[CommonPrefixes].flat().map(({ Prefix: folder }) => folder));
      }
      return folders;
    },

    async objectsIn(prefix) {
      const objects: ArchivedObject[] = [];
      for await (const { Contents = [] } of pages(prefix)) {
        objects.push(...[Contents].flat().map(({ Key: key, LastModified: lastModified }) => ({ key, lastModified: new Date(lastModified) })));
      }
      return objects;
    },

    async createOnce(key, body, contentType) {
      try {
        await s3({ method: 'PUT', bucket, key, body, headers: { 'content-type': contentType, 'if-none-match': '*', ...checksumOf(body) } });
        return true;
      } catch (error) {
        // 412: it is there. 409: another writer of the same key is at it, and one of the two will succeed.
        if (error instanceof S3RequestFailed && [409, 412].includes(error.$metadata.httpStatusCode ?? 0)) {
          return false;
        }
        throw error;
      }
    },

    async read(key) {
      return (await s3({ method: 'GET', bucket, key })).body;
    },
  };
}
