import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { CreateLedgerCommand, DescribeLedgerCommand, ListTagsForResourceCommand, QLDBClient, UntagResourceCommand } from '@aws-sdk/client-qldb';
import { startLocalService, type LocalService } from './local-service';
import { startSigningProxy, type SigningProxyOptions } from '../../src/cli/proxy-server';
import { REQUEST_BYTES_MAX, serveHttp, type Handle, type HttpFront, type WireRequest } from '../../src/service';
import { signedFunctionUrl } from '../conformance/drivers/signed-function-url';

const REGION = 'eu-central-1';
const CREDENTIALS = { accessKeyId: 'AKIDPROXY', secretAccessKey: 'secret-of-the-proxy' };
const PROXY_PROCESS = `require(${JSON.stringify(path.join(__dirname, '..', '..', 'src', 'cli', 'proxy'))}).proxy(JSON.parse(process.argv[1]))
  .catch((error) => { console.error(error.message); process.exitCode = 2; })`;

let service: LocalService;
let functionUrl: HttpFront;
const arrived: WireRequest[] = [];
const ending: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  service = await startLocalService();
  functionUrl = await serveHttp({ port: 0, handle: recorded(signedFunctionUrl({ handle: forwardToService, region: REGION, ...CREDENTIALS })) });
});
afterAll(async () => {
  await functionUrl.close();
  await service.stop();
});
afterEach(async () => {
  arrived.length = 0;
  for (const end of ending.splice(0)) await end();
});

const recorded = (handle: Handle): Handle => async (received) => {
  arrived.push(received);
  return handle(received);
};

/** What stands behind the function URL: the service, whose paths start where the emulator's end. */
const forwardToService: Handle = async ({ method, rawPath, rawQuery, headers, body }) => {
  const answered = await fetch(`${service.url}${rawPath.replace(/^\/_aws\/lambda-url\/[^/]+/, '')}${rawQuery && `?${rawQuery}`}`, {
    method,
    headers: Object.fromEntries(['content-type', 'x-amz-target'].flatMap(name => headers[name] === undefined ? [] : [[name, headers[name]]])),
    ...(body.length === 0 ? {} : { body: Buffer.from(body) }),
  });
  return { status: answered.status, headers: Object.fromEntries(answered.headers), body: await answered.text() };
};

async function startProxy(options: Partial<SigningProxyOptions> = {}): Promise<string> {
  const proxy = await startSigningProxy({
    endpoint: functionUrl.url, region: REGION, port: 0, credentials: async () => CREDENTIALS, clock: Date.now, ...options,
  });
  ending.push(async () => proxy.close());
  return proxy.url;
}

/** Nothing of it but the endpoint knows of the function URL. */
function clientOf(endpoint: string): QLDBClient {
  const client = new QLDBClient({ endpoint, region: 'us-west-2', credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts: 1 });
  ending.push(() => client.destroy());
  return client;
}

test('the control plane is reached by a client that signs for qldb, in another region, with other credentials', async () => {
  const client = clientOf(await startProxy());
  const { Arn } = await client.send(new CreateLedgerCommand({ Name: 'proxied', PermissionsMode: 'ALLOW_ALL', Tags: { 'a b': 'c', 'd&e=f': 'ü' } }));
  // An ARN in the path, and names in the query, are signed as they are encoded.
  expect((await client.send(new ListTagsForResourceCommand({ ResourceArn: Arn }))).Tags).toEqual({ 'a b': 'c', 'd&e=f': 'ü' });
  await client.send(new UntagResourceCommand({ ResourceArn: Arn, TagKeys: ['a b', 'd&e=f'] }));
  expect((await client.send(new ListTagsForResourceCommand({ ResourceArn: Arn }))).Tags).toEqual({});
});

test('the service\'s refusals arrive under their names', async () => {
  const client = clientOf(await startProxy());
  await expect(client.send(new DescribeLedgerCommand({ Name: 'absent' })))
    .rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404, requestId: expect.any(String) } });
});

test('a request that is not signed at all is signed', async () => {
  const answered = await fetchPlainly(await startProxy(), { path: '/ledgers' });
  expect(answered.status).toBe(200);
  expect(JSON.parse(answered.body)).toMatchObject({ Ledgers: expect.any(Array) });
});

test('the token of temporary credentials is sent and signed, and nothing of the client\'s own signature', async () => {
  const client = clientOf(await startProxy({ credentials: async () => ({ ...CREDENTIALS, sessionToken: 'temporary' }) }));
  await client.send(new DescribeLedgerCommand({ Name: 'proxied' }));
  const [{ headers }] = arrived as [WireRequest];
  expect(headers['x-amz-security-token']).toBe('temporary');
  expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDPROXY\/\d{8}\/eu-central-1\/lambda\/aws4_request, SignedHeaders=[^,]*x-amz-security-token/);
  expect(Object.keys(headers)).not.toContain('amz-sdk-request');
});

test('the function URL\'s refusal of the proxy\'s credentials is passed on', async () => {
  const client = clientOf(await startProxy({ credentials: async () => ({ ...CREDENTIALS, secretAccessKey: 'outdated' }) }));
  await expect(client.send(new DescribeLedgerCommand({ Name: 'proxied' })))
    .rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('signature') });
});

test('a proxy without credentials says so', async () => {
  const client = clientOf(await startProxy({ credentials: async () => { throw new Error('Could not load credentials from any providers'); } }));
  await expect(client.send(new DescribeLedgerCommand({ Name: 'proxied' })))
    .rejects.toMatchObject({ name: 'AccessDeniedException', message: 'The proxy has no AWS credentials to sign with: Could not load credentials from any providers' });
});

test.each(['origin', 'sec-fetch-site'])('a web page\'s request, with its header %s, goes nowhere', async (header) => {
  expect(await fetchPlainly(await startProxy(), { path: '/ledgers', header })).toMatchObject({ status: 404, body: expect.stringContaining('web pages') });
  expect(arrived).toEqual([]);
});

test('a request beyond the limit goes nowhere', async () => {
  const answered = await fetchPlainly(await startProxy(), { path: '/', body: Buffer.alloc(REQUEST_BYTES_MAX + 1) });
  expect(answered).toMatchObject({ status: 413 });
  expect(arrived).toEqual([]);
});

test('an answer beyond the limit is not passed on, and drivers do not ask again', async () => {
  const endless = await serveHttp({ port: 0, handle: async () => ({ status: 200, headers: {}, body: 'x'.repeat(REQUEST_BYTES_MAX + 1) }) });
  ending.push(async () => endless.close());
  expect(await fetchPlainly(await startProxy({ endpoint: endless.url }), { path: '/ledgers' })).toMatchObject({ status: 502 });
});

test('a function URL that does not answer is named, and drivers do not ask again', async () => {
  const port = await freePort();
  const client = clientOf(await startProxy({ endpoint: `http://127.0.0.1:${port}` }));
  await expect(client.send(new DescribeLedgerCommand({ Name: 'proxied' })))
    .rejects.toMatchObject({ name: 'BadGateway', message: expect.stringContaining(`http://127.0.0.1:${port}`), $metadata: { httpStatusCode: 502 } });
});

test.each(['lambda', 'ftp://host/'])('the endpoint %s is refused', async (endpoint) => {
  await expect(startProxy({ endpoint })).rejects.toThrow('expected an http:// or https:// URL');
});

describe('as a process', () => {
  const run = (options: object, environment: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, ['-r', require.resolve('ts-node/register/transpile-only'), '-e', PROXY_PROCESS, JSON.stringify(options)], {
      env: { PATH: process.env.PATH, AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    ending.push(() => void child.kill());
    return child;
  };

  test('it takes region and credentials from its surroundings, reaches an emulated function URL, and ends when told', async () => {
    const child = run({ endpoint: `https://abc.lambda-url.${REGION}.on.aws/`, port: 0 }, { AWS_ENDPOINT_URL: functionUrl.url });
    for await (const line of createInterface(child.stdout)) {
      const [, url] = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line) ?? [];
      if (url === undefined) continue;
      expect(await clientOf(url).send(new DescribeLedgerCommand({ Name: 'proxied' }))).toMatchObject({ Name: 'proxied' });
      break;
    }
    expect(arrived.map(({ rawPath }) => rawPath)).toEqual(['/_aws/lambda-url/abc/ledgers/proxied']);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('it asks for the region that it cannot know', async () => {
    const child = run({ endpoint: 'http://127.0.0.1:1', port: 0 }, {});
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaint += text);
    await once(child, 'close');
    expect(complaint).toContain('Pass --region');
  });
});

/** With no SDK: nothing is signed, and any header may be set. */
async function fetchPlainly(url: string, { path: place, header, body }: { path: string; header?: string; body?: Buffer }) {
  const headers = header ? { [header]: 'http://page.example' } : {};
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request(`${url}${place}`, { method: body ? 'POST' : 'GET', headers }, (answered) => {
      let text = '';
      answered.setEncoding('utf8').on('data', (part: string) => text += part).on('end', () => resolve({ status: answered.statusCode!, body: text }));
    });
    asked.on('error', reject).end(body);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
