import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { serveHttp, type HttpFront, type WireRequest, REQUEST_BYTES_MAX } from '../../src/service';

const CALLER = 'arn:aws:iam::111122223333:root';
let front: HttpFront;
let requests: WireRequest[];
let answering: Promise<void>;
let body: string;

beforeEach(async () => {
  requests = [];
  answering = Promise.resolve();
  body = 'é';
  front = await serveHttp({
    port: 0,
    callerArn: CALLER,
    async handle(wireRequest) {
      requests.push(wireRequest);
      await answering;
      return { status: 201, headers: { 'x-test': 'yes' }, body };
    },
  });
});
afterEach(async () => front.close());

test('a request reaches the wire as it was sent', async () => {
  const response = await fetch(`${front.url}/tags/a%2Fb?tagKeys=%20x&tagKeys=?`, { method: 'PUT', body: 'text', headers: { 'X-Amz-Target': 'T' } });
  expect([response.status, response.headers.get('x-test'), await response.text()]).toEqual([201, 'yes', 'é']);
  expect(requests[0]).toMatchObject({ method: 'PUT', rawPath: '/tags/a%2Fb', rawQuery: 'tagKeys=%20x&tagKeys=?', callerArn: CALLER, headers: { 'x-amz-target': 'T' } });
  expect(Buffer.from(requests[0]!.body).toString()).toBe('text');
});

test('a body over the limit is refused before it is read to its end', async () => {
  const { status, headers } = await new Promise<{ status?: number; headers: object }>((resolve, reject) => {
    const sent = request(front.url, { method: 'POST' }, response => resolve({ status: response.statusCode, headers: response.headers }));
    sent.on('error', reject);
    sent.write(Buffer.alloc(REQUEST_BYTES_MAX + 1)); // Never ended.
  });
  expect(status).toBe(413);
  expect(headers).toMatchObject({ 'x-amzn-errortype': 'RequestEntityTooLargeException' });
  expect(requests).toEqual([]);
});

test.each([
  ['an origin', { Origin: 'https://evil.example' }],
  ['the mark of a browser', { 'Sec-Fetch-Site': 'cross-site' }],
  ['the host of someone else', { Host: 'evil.example' }],
  ['a host that begins like a loopback one', { Host: 'localhost.evil.example' }],
  ['a host that ends like a loopback one', { Host: 'evil.127.0.0.1' }],
])('a request with %s is not served', async (_, headers) => {
  expect(await statusOf(headers as unknown as Record<string, string>)).toBe(404);
  expect(requests).toEqual([]);
});

test.each(['127.0.0.1', '127.0.0.1:1', 'localhost', 'localhost:1', '[::1]', '[::1]:1'])('a request for the host %s is served', async (host) => {
  expect(await statusOf({ Host: host })).toBe(201);
});

const statusOf = async (headers: Record<string, string>): Promise<number | undefined> => new Promise((resolve, reject) => {
  request(front.url, { method: 'POST', headers }, response => resolve(response.statusCode)).on('error', reject).end();
});

test('only the loopback interface is served', async () => {
  await expect(serveHttp({ handle: async () => Promise.reject(new Error('unused')), callerArn: CALLER, port: 0, host: '0.0.0.0' })).rejects.toThrow('does not listen on 0.0.0.0');
});

test('a port that is taken is an error', async () => {
  const port = Number(new URL(front.url).port);
  await expect(serveHttp({ handle: async () => Promise.reject(new Error('unused')), callerArn: CALLER, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing lets a request in flight end', async () => {
  let finish!: () => void;
  answering = new Promise(resolve => { finish = resolve; });
  const asked = fetch(front.url);
  while (requests.length === 0) await new Promise(resolve => setImmediate(resolve));
  const closed = front.close();
  finish();
  expect((await asked).status).toBe(201);
  await closed;
  await expect(fetch(front.url)).rejects.toThrow();
});

test('closing lets a client read its answer to the end, however slowly, while others are done', async () => {
  body = 'x'.repeat(20_000_000);
  const slow = await answerOf(front.url);
  slow.pause();
  body = 'é';
  const closed = front.close();
  expect((await fetch(front.url)).status).toBe(201);
  let length = 0;
  slow.on('data', (chunk: Buffer) => { length += chunk.length; });
  slow.resume();
  await once(slow, 'end');
  expect(length).toBe(20_000_000);
  await closed;
  await expect(fetch(front.url)).rejects.toThrow();
});

const answerOf = async (url: string): Promise<IncomingMessage> => new Promise((resolve, reject) => {
  request(url, { method: 'POST' }, resolve).on('error', reject).end();
});
