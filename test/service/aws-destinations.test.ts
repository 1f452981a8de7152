import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Destinations } from '../../src/engine';
import { awsDestinations } from '../../src/service/aws-destinations';

const ROLE_ARN = 'arn:aws:iam::111122223333:role/journal';
const LEDGER_ARN = 'arn:aws:qldb:eu-central-1:111122223333:ledger/books';
const EXPIRY = '2030-01-01T01:00:00Z';
const environment = process.env;

/** STS as far as AssumeRole, in the words of its protocol. */
let sts: Server;
let asked: URLSearchParams[];
let refused: boolean;
let nowMillis: number;
let destinations: Destinations;

beforeEach(async () => {
  asked = [];
  refused = false;
  nowMillis = Date.parse('2030-01-01T00:00:00Z');
  sts = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      const key = `key${asked.length}`;
      response.writeHead(refused ? 403 : 200, { 'content-type': 'text/xml' }).end(refused
        ? '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>'
        : `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId>`
          + `<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${EXPIRY}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`);
    });
  });
  await new Promise<void>(resolve => sts.listen(0, '127.0.0.1', resolve));
  process.env = { ...environment, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
  destinations = awsDestinations({ region: 'eu-central-1', clock: () => nowMillis, endpoint: `http://127.0.0.1:${(sts.address() as AddressInfo).port}` });
});
afterEach(async () => {
  process.env = environment;
  sts.closeAllConnections();
  await new Promise(resolve => sts.close(resolve));
});

test('the role is assumed for one ledger, which its external id names', async () => {
  await destinations.objects(ROLE_ARN, LEDGER_ARN);
  expect(Object.fromEntries(asked[0]!)).toMatchObject({
    Action: 'AssumeRole', RoleArn: ROLE_ARN, ExternalId: LEDGER_ARN, RoleSessionName: 'cdk-ledger-books', DurationSeconds: '3600',
  });
});

test('credentials are used again until they are about to expire', async () => {
  await destinations.objects(ROLE_ARN, LEDGER_ARN);
  await destinations.records(ROLE_ARN, LEDGER_ARN);
  nowMillis = Date.parse(EXPIRY) - 6 * 60_000;
  await destinations.objects(ROLE_ARN, LEDGER_ARN);
  expect(asked).toHaveLength(1);
  nowMillis = Date.parse(EXPIRY) - 4 * 60_000;
  await destinations.objects(ROLE_ARN, LEDGER_ARN);
  expect(asked).toHaveLength(2);
});

test('another ledger gets credentials of its own', async () => {
  await destinations.objects(ROLE_ARN, LEDGER_ARN);
  await destinations.objects(ROLE_ARN, `${LEDGER_ARN}2`);
  expect(asked.map(request => request.get('ExternalId'))).toEqual([LEDGER_ARN, `${LEDGER_ARN}2`]);
});

test('a role that cannot be assumed is refused, and asked for again', async () => {
  refused = true;
  await expect(destinations.objects(ROLE_ARN, LEDGER_ARN)).rejects.toMatchObject({
    name: 'DestinationRefused', reason: 'access-denied', code: 'AccessDenied', message: 'not authorized to perform: sts:AssumeRole',
  });
  refused = false;
  await destinations.objects(ROLE_ARN, LEDGER_ARN);
});
