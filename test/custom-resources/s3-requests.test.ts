import { createHash } from 'crypto';
import { once } from 'events';
import { createServer, type IncomingHttpHeaders, type Server } from 'http';
import { type AddressInfo } from 'net';
import { GetObjectCommand, HeadObjectCommand, CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startLocalAws, type LocalAws } from '../../local-aws/local-aws';
import { s3ArchiveObjects } from '../../src/custom-resources/archive-objects';
import { s3Requests, type S3Requests } from '../../src/custom-resources/s3-requests';
import { isRefused, isUnavailable } from '../../src/custom-resources/service-failure';
import { signedS3, type SignedS3, type SignedS3Options } from '../../src/custom-resources/signed-s3';

const KEY = 'reports/a b+c (ü)/1.json';

function s3At(url: string, options: SignedS3Options = { attemptsMax: 1 }): SignedS3 {
  const { config } = new S3Client({ region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } });
  return signedS3(config, { AWS_ENDPOINT_URL_S3: url }, options);
}

const requestsTo = (url: string): S3Requests => s3Requests(s3At(url));

describe('a local S3', () => {
  let localAws: LocalAws;
  let s3: S3Client;
  let local: SignedS3;
  let requests: S3Requests;
  beforeAll(async () => {
    localAws = await startLocalAws();
    s3 = new S3Client({ endpoint: localAws.endpoint, region: localAws.region, forcePathStyle: true, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    await s3.send(new CreateBucketCommand({ Bucket: 'archive' }));
    local = signedS3(s3.config, { AWS_ENDPOINT_URL: localAws.endpoint });
    requests = s3Requests(local);
  }, 120_000);
  afterAll(async () => {
    s3?.destroy();
    await localAws?.stop();
  });

  test('stores an object under its key, whatever characters that has', async () => {
    await requests.put({ bucket: 'archive', key: KEY, contentType: 'application/json', body: '{"ü":1}' });
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'archive', Key: KEY }));
    expect([await Body!.transformToString(), ContentType]).toEqual(['{"ü":1}', 'application/json']);
  });

  test('tells the ETag as S3\'s own client does, without quotes', async () => {
    await s3.send(new PutObjectCommand({ Bucket: 'archive', Key: KEY, Body: 'archive,key\n' }));
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: 'archive', Key: KEY }));
    expect(`"${await requests.etag('archive', KEY)}"`).toBe(ETag);
    await expect(requests.etag('archive', 'nowhere')).rejects.toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } });
  });

  test('lists an archive, folders and objects apart, and creates what is not there', async () => {
    const archive = s3ArchiveObjects(local, 'archive');
    const keys = ['a&b/1.json', 'a&b/2 <x>.json', 'a&b/c d/1', 'a&b/c d/2', 'a&b/e+(f)/1'];
    for (const key of keys) {
      expect(await archive.createOnce(key, `the first ${key}`, 'text/plain')).toBe(true);
    }
    expect(await archive.createOnce(keys[0], 'the second', 'text/plain')).toBe(false);
    expect(await archive.read(keys[0])).toBe(`the first ${keys[0]}`);
    const objects = await archive.objectsIn('a&b/');
    expect(objects.map(({ key }) => key)).toEqual(keys.slice(0, 2));
    expect(objects.every(({ lastModified }) => Math.abs(lastModified.getTime() - Date.now()) < 3_600_000)).toBe(true);
    expect(await archive.foldersAfter('a&b/', undefined)).toEqual(['a&b/c d/', 'a&b/e+(f)/']);
    expect(await archive.foldersAfter('a&b/', 'a&b/c d/~')).toEqual(['a&b/e+(f)/']);
    expect(await archive.foldersAfter('nothing/', undefined)).toEqual([]);
  });
});

describe('the wire', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let seen: { method?: string; url?: string; headers: IncomingHttpHeaders }[];
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeEach(async () => {
    answer = { status: 200, body: '' };
    seen = [];
    server = createServer((request, response) => {
      seen.push({ method: request.method, url: request.url, headers: request.headers });
      request.resume().on('end', () => response.writeHead(answer.status, { etag: '"e"' }).end(request.method === 'HEAD' ? undefined : answer.body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  test('requests are signed for S3, with the hash of the body and the key to encrypt with', async () => {
    await requestsTo(url()).put({ bucket: 'archive', key: KEY, contentType: 'application/json', body: '{}', kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k' });
    expect(seen).toEqual([{
      method: 'PUT',
      url: '/archive/reports/a%20b%2Bc%20%28%C3%BC%29/1.json',
      headers: expect.objectContaining({
        'authorization': expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=content-type;host;/),
        'x-amz-content-sha256': createHash('sha256').update('{}').digest('hex'),
        // Without it, a bucket that locks its objects refuses them.
        'x-amz-checksum-sha256': createHash('sha256').update('{}').digest('base64'),
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-central-1:111122223333:key/k',
      }),
    }]);
  });

  test.each(['a/../b', './a', 'a/.', '..'])('a key with a folder that URLs leave out, %s, is refused, and no other object touched', async (key) => {
    await expect(requestsTo(url()).etag('archive', key)).rejects.toThrow(`s3://archive/${key} has a folder . or ..`);
    expect(seen).toEqual([]);
  });

  test('a version is asked for by its id', async () => {
    expect(await requestsTo(url()).etag('archive', 'manifest.csv', 'v/1')).toBe('e');
    expect(seen[0].url).toBe('/archive/manifest.csv?versionId=v%2F1');
  });

  test('a request is repeated when S3 is busy, a few times, and not when S3 refuses', async () => {
    const pauses: number[] = [];
    const archive = () => s3ArchiveObjects(s3At(url(), { attemptsMax: 3, pause: async milliseconds => pauses.push(milliseconds) }), 'archive');
    answer = { status: 503, body: '' };
    await expect(archive().read('k')).rejects.toMatchObject({ name: 'SlowDown', $metadata: { attempts: 3 } });
    expect([seen.length, pauses.length]).toEqual([3, 2]);
    expect(pauses[1]).toBeGreaterThan(pauses[0]);
    answer = { status: 403, body: '' };
    await expect(archive().read('k')).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { attempts: 1 } });
    expect(seen).toHaveLength(4);
  });

  test('failures are told as the SDK tells them', async () => {
    const put = async () => requestsTo(url()).put({ bucket: 'archive', key: 'k', contentType: 'text/plain', body: '' }).catch((error: unknown) => error);
    answer = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Not you</Message></Error>' };
    const refused = await put();
    expect([isRefused(refused), isUnavailable(refused), String(refused)]).toEqual([true, false, 'AccessDenied: Not you (PUT s3://archive/k)']);
    answer = { status: 503, body: '' };
    expect(isUnavailable(await put())).toBe(true);
    const address = url();
    server.close();
    server.closeAllConnections();
    const unanswered = await requestsTo(address).etag('archive', 'k').catch((error: unknown) => error);
    expect([isUnavailable(unanswered), String(unanswered)]).toEqual([true, expect.stringContaining('S3 did not answer for s3://archive/k')]);
  });
});
