import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeLedgerCommand, ExportJournalToS3Command, GetBlockCommand, GetDigestCommand, ListJournalS3ExportsForLedgerCommand, QLDBClient,
} from '@aws-sdk/client-qldb';
import { QLDBSessionClient, SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { eventually } from './local-service';
import { recordingDestinations } from './recording-destinations';
import { openEmbeddedService, type EmbeddedService } from '../../src/service/embedded';
import { functionUrlHandler } from '../../src/service/function-url';
import { serveHttp, type HttpFront } from '../../src/service/http-front';
import { OPERATIONS } from '../../src/service/operations';
import { OWN_OPERATIONS } from '../../src/service/operations/own-operations';

const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
const AUDITOR = `arn:aws:iam::${ACCOUNT}:role/audit/Auditor`;
const AS_AUDITOR = `arn:aws:sts::${ACCOUNT}:assumed-role/Auditor/session-1`;
const BOOKS_ARN = `arn:aws:qldb:${REGION}:${ACCOUNT}:ledger/books`;
const ID = 'A'.repeat(22);

interface Answer { readonly status: number; readonly body: Record<string, unknown>; readonly error?: string | null }
type Call = (method: string, path: string, body?: object) => Promise<Answer>;

let directory: string;
let service: EmbeddedService;
const fronts: HttpFront[] = [];

/** The same service as one caller sees it. */
async function urlFor(callerArn: string): Promise<string> {
  const front = await serveHttp({ handle: service.handle, callerArn, port: 0 });
  fronts.push(front);
  return front.url;
}

async function callerAs(callerArn: string): Promise<Call> {
  const url = await urlFor(callerArn);
  return async (method, path, body) => {
    const response = await fetch(url + path, { method, body: body && JSON.stringify(body) });
    return { status: response.status, body: await response.json() as Record<string, unknown>, error: response.headers.get('x-amzn-errortype') };
  };
}

let administrator: Call;
let auditor: Call;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-control-grants-'));
  service = await openEmbeddedService({ directory, region: REGION, accountId: ACCOUNT, destinations: recordingDestinations() });
  administrator = await callerAs(`arn:aws:iam::${ACCOUNT}:root`);
  auditor = await callerAs(AS_AUDITOR);
  for (const Name of ['books', 'wages']) await administrator('POST', '/ledgers', { Name, PermissionsMode: 'STANDARD', DeletionProtection: false });
});

afterEach(async () => {
  await Promise.all(fronts.splice(0).map(async front => front.close()));
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

const GRANT = { PrincipalArn: AUDITOR, LedgerName: 'books', Actions: ['GetDigest', 'DescribeLedger'] };
const put = async (grant: object, id = 'audit') => administrator('PUT', `/grants/${id}`, grant);

/** A request of every operation, about the ledger `books` if about any. */
const REQUESTS: Readonly<Record<string, readonly [method: string, path: string, body?: object]>> = {
  CancelJournalKinesisStream: ['DELETE', `/ledgers/books/journal-kinesis-streams/${ID}`],
  CreateLedger: ['POST', '/ledgers', { Name: 'books', PermissionsMode: 'STANDARD' }],
  DeleteControlGrant: ['DELETE', '/grants/none'],
  DeleteLedger: ['DELETE', '/ledgers/books'],
  DeleteLedgerGrant: ['DELETE', '/ledgers/books/grants/none'],
  DescribeJournalKinesisStream: ['GET', `/ledgers/books/journal-kinesis-streams/${ID}`],
  DescribeJournalS3Export: ['GET', `/ledgers/books/journal-s3-exports/${ID}`],
  DescribeLedger: ['GET', '/ledgers/books'],
  DescribeLedgerRestore: ['GET', '/ledgers/books/restore'],
  ExportJournalToS3: ['POST', '/ledgers/books/journal-s3-exports', {
    InclusiveStartTime: 0,
    ExclusiveEndTime: 1,
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/journal`,
    S3ExportConfiguration: { Bucket: 'archive', Prefix: 'a/', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  }],
  GetBlock: ['POST', '/ledgers/books/block', { BlockAddress: { IonText: `{strandId:"${ID}",sequenceNo:0}` } }],
  GetDigest: ['POST', '/ledgers/books/digest'],
  GetRevision: ['POST', '/ledgers/books/revision', { BlockAddress: { IonText: `{strandId:"${ID}",sequenceNo:0}` }, DocumentId: ID }],
  ListControlGrants: ['GET', '/grants'],
  ListJournalKinesisStreamsForLedger: ['GET', '/ledgers/books/journal-kinesis-streams'],
  ListJournalS3Exports: ['GET', '/journal-s3-exports'],
  ListJournalS3ExportsForLedger: ['GET', '/ledgers/books/journal-s3-exports'],
  ListLedgerGrants: ['GET', '/ledgers/books/grants'],
  ListLedgers: ['GET', '/ledgers'],
  ListTagsForResource: ['GET', `/tags/${encodeURIComponent(BOOKS_ARN)}`],
  PutControlGrant: ['PUT', '/grants/mine', GRANT],
  PutLedgerGrant: ['PUT', '/ledgers/books/grants/mine', { PrincipalArn: AUDITOR, Actions: ['PartiQLSelect'], Tables: ['*'] }],
  RestoreLedger: ['POST', '/ledgers/books/restore', {
    S3ExportLocation: { Bucket: 'archive', Prefix: 'a/' }, RoleArn: `arn:aws:iam::${ACCOUNT}:role/journal`, PermissionsMode: 'STANDARD',
  }],
  StreamJournalToKinesis: ['POST', '/ledgers/books/journal-kinesis-streams', {
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/journal`,
    InclusiveStartTime: 0,
    StreamName: 'changes',
    KinesisConfiguration: { StreamArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/changes` },
  }],
  TagResource: ['POST', `/tags/${encodeURIComponent(BOOKS_ARN)}`, { Tags: { team: 'audit' } }],
  UntagResource: ['DELETE', `/tags/${encodeURIComponent(BOOKS_ARN)}?tagKeys=team`],
  UpdateLedger: ['PATCH', '/ledgers/books', { DeletionProtection: false }],
  UpdateLedgerPermissionsMode: ['PATCH', '/ledgers/books/permissions-mode', { PermissionsMode: 'STANDARD' }],
};
const NAMES = Object.keys(REQUESTS);
const ABOUT_GRANTS = ['DeleteControlGrant', 'ListControlGrants', 'PutControlGrant'];
const ABOUT_NO_LEDGER = ['ListJournalS3Exports', 'ListLedgers'];

describe('every operation of the control plane', () => {
  test('is among the requests', () => {
    expect([...OPERATIONS, ...OWN_OPERATIONS].map(({ name }) => name).sort()).toEqual(NAMES);
  });

  test.each(NAMES)('%s is refused to a caller that is held to something else, in the same words whether the ledger is there or not', async (name) => {
    await put({ ...GRANT, LedgerName: 'elsewhere', Actions: ['GetDigest'] });
    const [method, path, body] = REQUESTS[name]!;
    const { status, body: answer, error } = await auditor(method, path, body);
    expect({ status, error, type: answer.__type }).toEqual({ status: 403, error: 'AccessDeniedException', type: 'AccessDeniedException' });
    const resource = [...ABOUT_GRANTS, ...ABOUT_NO_LEDGER].includes(name) ? '*' : BOOKS_ARN;
    expect(answer.Message).toBe(
      `User: ${AS_AUDITOR} is not authorized to perform: qldb:${name} on resource: ${resource} because no grant of the ledger service allows it`);

    await administrator('DELETE', '/ledgers/books');
    await eventually(async () => administrator('GET', '/ledgers/books'), ({ status: gone }) => gone === 404);
    expect((await auditor(method, path, body)).body).toEqual(answer);
  });

  test.each(NAMES.filter(name => !ABOUT_GRANTS.includes(name)))('%s is answered to whom it was granted, and to whom nothing was', async (name) => {
    const [method, path, body] = REQUESTS[name]!;
    await put({ ...GRANT, LedgerName: ABOUT_NO_LEDGER.includes(name) ? '*' : 'books', Actions: [name] });
    expect((await auditor(method, path, body)).error).not.toBe('AccessDeniedException');
    const anybody = await callerAs(`arn:aws:sts::${ACCOUNT}:assumed-role/Somebody/s`);
    expect((await anybody(method, path, body)).error).not.toBe('AccessDeniedException');
  });

  test.each(ABOUT_NO_LEDGER)('%s is about every ledger, so a grant on one does not allow it', async (name) => {
    await put({ ...GRANT, Actions: [name] });
    const [method, path] = REQUESTS[name]!;
    expect(await auditor(method, path)).toMatchObject({ status: 403 });
  });

  test.each(ABOUT_GRANTS)('%s is for administrators alone', async (name) => {
    await put({ ...GRANT, LedgerName: '*', Actions: Object.keys(REQUESTS).filter(other => !ABOUT_GRANTS.includes(other)) });
    const [method, path, body] = REQUESTS[name]!;
    expect(await auditor(method, path, body)).toMatchObject({ status: 403 });
    await put({ ...GRANT, LedgerName: '*', Actions: ['*'] }, 'administrator');
    expect(await auditor(method, path, body)).toMatchObject({ status: 200 });
  });
});

test('the official client does what its grants say and is refused the rest', async () => {
  await put({ ...GRANT, Actions: ['GetDigest', 'GetBlock', 'ListJournalS3ExportsForLedger'] });
  const config = { endpoint: await urlFor(AS_AUDITOR), region: REGION, credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts: 1 };
  const qldb = new QLDBClient(config);
  const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } };
  try {
    const { DigestTipAddress } = await qldb.send(new GetDigestCommand({ Name: 'books' }));
    await qldb.send(new GetBlockCommand({ Name: 'books', BlockAddress: DigestTipAddress, DigestTipAddress }));
    expect((await qldb.send(new ListJournalS3ExportsForLedgerCommand({ Name: 'books' }))).JournalS3Exports).toEqual([]);
    await expect(qldb.send(new DescribeLedgerCommand({ Name: 'books' }))).rejects.toMatchObject(denied);
    await expect(qldb.send(new GetDigestCommand({ Name: 'wages' }))).rejects.toMatchObject(denied);
    await expect(qldb.send(new ExportJournalToS3Command({
      Name: 'books',
      InclusiveStartTime: new Date(0),
      ExclusiveEndTime: new Date(1),
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/journal`,
      S3ExportConfiguration: { Bucket: 'archive', Prefix: 'a/', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
    }))).rejects.toMatchObject(denied);
  } finally {
    qldb.destroy();
  }
});

test('sessions on the control plane, whose statements nothing checks, are refused to who is held, open ones included', async () => {
  const config = { endpoint: await urlFor(AS_AUDITOR), region: REGION, credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts: 1 };
  const session = new QLDBSessionClient(config);
  const denied = { name: 'AccessDeniedException', message: expect.stringContaining('qldb:SendCommand on resource: *') };
  try {
    const { StartSession } = await session.send(new SendCommandCommand({ StartSession: { LedgerName: 'books' } }));
    await put({ ...GRANT, LedgerName: '*', Actions: Object.keys(REQUESTS).filter(name => !ABOUT_GRANTS.includes(name)) });
    await expect(session.send(new SendCommandCommand({ StartSession: { LedgerName: 'books' } }))).rejects.toMatchObject(denied);
    const startTransaction = new SendCommandCommand({ SessionToken: StartSession!.SessionToken, StartTransaction: {} });
    await expect(session.send(startTransaction)).rejects.toMatchObject(denied);
    await put({ ...GRANT, LedgerName: '*', Actions: ['*'] }, 'administrator');
    await session.send(startTransaction);
  } finally {
    session.destroy();
  }
});

describe('a grant on the control plane', () => {
  test('is put, replaced, listed and deleted', async () => {
    expect(await put(GRANT)).toMatchObject({ status: 200, body: { GrantId: 'audit', ...GRANT } });
    const more = { ...GRANT, LedgerName: '*', Actions: ['ListLedgers'] };
    await put(more);
    await put(GRANT, 'Before');
    expect((await administrator('GET', '/grants')).body).toEqual({ Grants: [{ GrantId: 'Before', ...GRANT }, { GrantId: 'audit', ...more }] });
    expect(await administrator('DELETE', '/grants/audit')).toMatchObject({ status: 200, body: {} });
    expect(await administrator('DELETE', '/grants/audit')).toMatchObject({ status: 200, body: {} });
    expect((await administrator('GET', '/grants')).body).toEqual({ Grants: [{ GrantId: 'Before', ...GRANT }] });
  });

  test('is listed in pages', async () => {
    for (const id of ['c', 'a', 'b']) await put(GRANT, id);
    const first = (await administrator('GET', '/grants?max_results=2')).body;
    expect(first.Grants).toMatchObject([{ GrantId: 'a' }, { GrantId: 'b' }]);
    expect((await administrator('GET', `/grants?max_results=2&next_token=${encodeURIComponent(first.NextToken as string)}`)).body)
      .toEqual({ Grants: [{ GrantId: 'c', ...GRANT }] });
  });

  test('is about a name: of a ledger that is to come, and of one that is made anew', async () => {
    await put({ ...GRANT, LedgerName: 'later' });
    expect(await auditor('GET', '/ledgers/later')).toMatchObject({ status: 404 });
    await administrator('POST', '/ledgers', { Name: 'later', PermissionsMode: 'STANDARD', DeletionProtection: false });
    expect(await auditor('GET', '/ledgers/later')).toMatchObject({ status: 200 });
  });

  test.each([
    ['a', { ...GRANT, PrincipalArn: undefined }, 'PrincipalArn'],
    ['a', { ...GRANT, PrincipalArn: `arn:aws:iam::${ACCOUNT}:root` }, 'PrincipalArn'],
    ['a', { ...GRANT, PrincipalArn: AS_AUDITOR }, 'PrincipalArn'],
    ['a', { ...GRANT, PrincipalArn: `arn:aws:iam::${ACCOUNT}:role/*` }, 'PrincipalArn'],
    ['a', { ...GRANT, PrincipalArn: `arn:aws:iam::${ACCOUNT}:role/audit/` }, 'PrincipalArn'],
    ['a', { ...GRANT, PrincipalArn: `arn:aws:iam::${ACCOUNT}:role/${'a'.repeat(65)}` }, 'PrincipalArn'],
    ['a', { ...GRANT, Actions: ['qldb:GetDigest'] }, 'Actions.1.member'],
    ['a', { ...GRANT, Actions: ['PutControlGrant'] }, 'Actions.1.member'],
    ['a', { ...GRANT, Actions: ['*'] }, 'Actions'],
    ['a', { ...GRANT, LedgerName: '*', Actions: ['*', 'GetDigest'] }, 'Actions'],
    ['a', { ...GRANT, LedgerName: undefined }, 'LedgerName'],
    ['a', { ...GRANT, LedgerName: 'boo*' }, 'LedgerName'],
    ['a_b', GRANT, 'GrantId'],
  ])('as %s of %j is refused for its %s, and holds nobody', async (id, grant, parameterName) => {
    expect(await put(grant, id)).toMatchObject({ status: 400, body: { __type: 'InvalidParameterException', ParameterName: parameterName } });
    expect(await auditor('GET', '/ledgers')).toMatchObject({ status: 200 });
  });

  test('is refused to a principal that has 500 already', async () => {
    for (let number = 0; number < 500; number++) await put(GRANT, `g${number}`);
    expect((await put(GRANT, 'g7')).status).toBe(200);
    expect(await put(GRANT, 'one-more')).toMatchObject({ status: 400, body: { __type: 'LimitExceededException' } });
    expect((await put({ ...GRANT, PrincipalArn: `arn:aws:iam::${ACCOUNT}:role/Other` }, 'one-more')).status).toBe(200);
  });
});

test.each([
  ['a function URL', (userArn: string) => ({
    rawPath: '/ledgers/wages', headers: {}, requestContext: { http: { method: 'GET' }, authorizer: { iam: { userArn } } },
  })],
  ['a private API', (userArn: string) => ({ httpMethod: 'GET', path: '/ledgers/wages', headers: {}, requestContext: { identity: { userArn } } })],
])('the caller in an event of %s is held to its grants', async (_, event) => {
  const handler = functionUrlHandler(async () => service.handle);
  const context = { invokedFunctionArn: '' };
  expect(await handler(event(AS_AUDITOR), context)).toMatchObject({ statusCode: 200 });
  await put(GRANT);
  expect(await handler(event(AS_AUDITOR), context)).toMatchObject({ statusCode: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } });
  expect(await handler(event(`arn:aws:sts::${ACCOUNT}:assumed-role/Somebody/s`), context)).toMatchObject({ statusCode: 200 });
});
