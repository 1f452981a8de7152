import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateLedgerCommand, DeleteLedgerCommand, DescribeLedgerCommand, ListLedgersCommand, ListTagsForResourceCommand, QLDBClient, UntagResourceCommand,
} from '@aws-sdk/client-qldb';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { ledgerServiceClientConfig } from '../../src/client';
import { openEmbeddedService, type EmbeddedService } from '../../src/service/embedded';
import { functionUrlHandler } from '../../src/service/function-url';
import type { RestApiEvent } from '../../src/service/rest-api-event';

const REGION = 'eu-central-1';
const STAGE = '/v1';
const CALLER = 'arn:aws:sts::000000000000:assumed-role/app/session';
const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };

let directory: string;
let service: EmbeddedService;
let server: Server;
let url: string;
const events: RestApiEvent[] = [];
const scopes = new Set<string | undefined>();

/** Who the next callers are proven to be. */
let userArn: string | null = CALLER;

/** What a REST API of API Gateway makes of a request: the stage goes, the path stays encoded, the query does not, text stays text. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-rest-api-'));
  service = await openEmbeddedService({ directory, region: REGION });
  const handler = functionUrlHandler(async () => service.handle);
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url!, 'http://api');
      scopes.add(/Credential=any\/\d{8}\/([^,]+)/.exec(request.headers.authorization ?? '')?.[1]);
      const query = [...new Set(searchParams.keys())].map(name => [name, searchParams.getAll(name)]);
      const event: RestApiEvent = {
        httpMethod: request.method!,
        path: pathname.slice(STAGE.length) || '/',
        headers: request.headers as Record<string, string>,
        multiValueQueryStringParameters: query.length > 0 ? Object.fromEntries(query) : null,
        body: chunks.length > 0 ? Buffer.concat(chunks).toString() : null,
        isBase64Encoded: false,
        requestContext: { identity: { userArn } },
      };
      events.push(event);
      void handler(event, { invokedFunctionArn: '' }).then(({ statusCode, headers, body }) => response.writeHead(statusCode, headers).end(body));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${STAGE}/`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

const clientConfig = () => ({ ...ledgerServiceClientConfig({ url, region: REGION, signingName: 'execute-api' }), credentials });

test('the control plane answers below the stage, for the official client', async () => {
  const qldb = new QLDBClient(clientConfig());
  const { Arn } = await qldb.send(new CreateLedgerCommand({
    Name: 'books', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false, Tags: { 'a b': 'é', 'c&d': 'e', 'f': 'g' },
  }));
  expect(await qldb.send(new DescribeLedgerCommand({ Name: 'books' }))).toMatchObject({ Name: 'books' });
  await qldb.send(new UntagResourceCommand({ ResourceArn: Arn, TagKeys: ['c&d', 'f'] }));
  expect((await qldb.send(new ListTagsForResourceCommand({ ResourceArn: Arn }))).Tags).toEqual({ 'a b': 'é' });
  expect((await qldb.send(new ListLedgersCommand({ MaxResults: 1 }))).Ledgers).toHaveLength(1);
  await expect(qldb.send(new DeleteLedgerCommand({ Name: 'none' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(scopes).toEqual(new Set([`${REGION}/execute-api/aws4_request`]));
  qldb.destroy();
});

test('sessions are answered at the root of the stage, for the official driver', async () => {
  const driver = new QldbDriver('books', clientConfig());
  await driver.executeLambda(async transaction => { await transaction.execute('CREATE TABLE Entry'); });
  await driver.executeLambda(async transaction => { await transaction.execute('INSERT INTO Entry ?', { title: 'Überfahrt' }); });
  const rows = await driver.executeLambda(async transaction => (await transaction.execute('SELECT * FROM Entry')).getResultList());
  expect(rows.map(row => row.get('title')!.stringValue())).toEqual(['Überfahrt']);
  expect(new Set(events.filter(({ httpMethod, headers }) => httpMethod === 'POST' && headers?.['x-amz-target']).map(({ path }) => path)))
    .toEqual(new Set(['/']));
  driver.close();
});

test('a request that proves no identity is refused', async () => {
  userArn = null;
  const qldb = new QLDBClient(clientConfig());
  await expect(qldb.send(new ListLedgersCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  qldb.destroy();
  userArn = CALLER;
});
