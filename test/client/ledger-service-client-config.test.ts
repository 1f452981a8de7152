import { once } from 'events';
import { createServer, type IncomingMessage, type Server } from 'http';
import { type AddressInfo } from 'net';
import { DescribeLedgerCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { QLDBSessionClient, SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { ledgerServiceClientConfig, reachableUrl } from '../../src/client';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const FUNCTION_URL = 'https://abcdefghijklmnop.lambda-url.eu-central-1.on.aws/';

describe('requests on the wire', () => {
  const received: IncomingMessage[] = [];
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push(request);
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => received.splice(0));
  afterAll(() => server.close());

  function scope(): string | undefined {
    return /Credential=AKIDEXAMPLE\/\d{8}\/([^,]+)/.exec(received[0].headers.authorization ?? '')?.[1];
  }

  async function describeLedger(url: string): Promise<void> {
    const client = new QLDBClient({ ...ledgerServiceClientConfig({ url, region: 'eu-central-1' }), credentials });
    await client.send(new DescribeLedgerCommand({ Name: 'audit' }));
  }

  async function startSession(url: string): Promise<void> {
    const client = new QLDBSessionClient({ ...ledgerServiceClientConfig({ url, region: 'eu-central-1' }), credentials });
    await client.send(new SendCommandCommand({ StartSession: { LedgerName: 'audit' } }));
  }

  test('a plain endpoint is signed for qldb', async () => {
    await describeLedger(origin);
    expect(scope()).toBe('eu-central-1/qldb/aws4_request');
    expect(received[0]).toMatchObject({ method: 'GET', url: '/ledgers/audit', headers: { host: new URL(origin).host } });
  });

  test('the path form of a Function URL is signed for lambda, and its path comes first', async () => {
    await describeLedger(reachableUrl(FUNCTION_URL, { AWS_ENDPOINT_URL: origin }));
    expect(scope()).toBe('eu-central-1/lambda/aws4_request');
    expect(received[0].url).toBe('/_aws/lambda-url/abcdefghijklmnop/ledgers/audit');
  });

  test('the session client goes to the same endpoint', async () => {
    await startSession(reachableUrl(FUNCTION_URL, { AWS_ENDPOINT_URL: origin }));
    expect(scope()).toBe('eu-central-1/lambda/aws4_request');
    expect(received[0]).toMatchObject({ method: 'POST', headers: { 'x-amz-target': 'QLDBSession.SendCommand', 'host': new URL(origin).host } });
    expect(received[0].url?.replace(/\/$/, '')).toBe('/_aws/lambda-url/abcdefghijklmnop');
  });

  test('the official driver takes the configuration', async () => {
    const config = ledgerServiceClientConfig({ url: origin, region: 'eu-central-1' });
    const driver = new QldbDriver('audit', { ...config, credentials });
    await expect(driver.getTableNames()).rejects.toThrow(); // the server above knows no sessions
    expect(scope()).toBe('eu-central-1/qldb/aws4_request');
    driver.close();
  });

  test('AWS_ENDPOINT_URL does not redirect a configured client', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    try {
      await describeLedger(origin);
    } finally {
      delete process.env.AWS_ENDPOINT_URL;
    }
    expect(received).toHaveLength(1);
  });
});

test('a Function URL is signed for lambda in the region given', () => {
  const { url, properties } = ledgerServiceClientConfig({ url: FUNCTION_URL, region: 'eu-central-1' }).endpointProvider();
  expect(url.href).toBe(FUNCTION_URL);
  expect(properties.authSchemes).toEqual([{ name: 'sigv4', signingName: 'lambda', signingRegion: 'eu-central-1', properties: {} }]);
});

test.each([
  'https://abcdefghij-vpce-0123456789abcdef0.execute-api.eu-central-1.amazonaws.com/v1/',
  'https://abcdefghij.execute-api.cn-north-1.amazonaws.com.cn/v1/',
])('%s, of a service in a VPC, is signed for execute-api', url => {
  expect(ledgerServiceClientConfig({ url, region: 'eu-central-1' }).endpointProvider().properties.authSchemes[0].signingName).toBe('execute-api');
});

test('a signing name that is given wins', () => {
  const config = ledgerServiceClientConfig({ url: 'https://ledger.example.com', region: 'eu-central-1', signingName: 'execute-api' });
  expect(config.endpointProvider().properties.authSchemes[0].signingName).toBe('execute-api');
});

test.each(['', 'ledger.example.com', 'ftp://ledger.example.com'])('%p is refused as a service URL', url => {
  expect(() => ledgerServiceClientConfig({ url, region: 'eu-central-1' })).toThrow(`'${url}' is not the URL of a ledger service`);
});

test('an absent region is refused', () => {
  expect(() => ledgerServiceClientConfig({ url: FUNCTION_URL, region: '' })).toThrow('No region');
});

test.each([
  [FUNCTION_URL, {}, FUNCTION_URL],
  [FUNCTION_URL, { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/' }, 'http://127.0.0.1:4566/_aws/lambda-url/abcdefghijklmnop'],
  [`${FUNCTION_URL}base/`, { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 'http://127.0.0.1:4566/_aws/lambda-url/abcdefghijklmnop/base'],
  ['http://127.0.0.1:8080', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 'http://127.0.0.1:8080'],
])('%s in environment %j is reached at %s', (url, environment, expected) => {
  expect(reachableUrl(url, environment)).toBe(expected);
});
