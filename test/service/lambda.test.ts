import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, DescribeStreamSummaryCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import {
  CreateLedgerCommand, DeleteLedgerCommand, DescribeJournalKinesisStreamCommand, DescribeJournalS3ExportCommand, DescribeLedgerCommand,
  ExportJournalToS3Command, GetDigestCommand, ListLedgersCommand, ListTagsForResourceCommand, QLDBClient, StreamJournalToKinesisCommand,
  UpdateLedgerPermissionsModeCommand,
} from '@aws-sdk/client-qldb';
import { QLDBSessionClient, SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { localFunctionUrl, type LocalFunctionUrl } from './local-function-url';
import { startLocalAws, type LocalAws } from '../../local-aws/local-aws';
import { restoreInService, type ServiceRestoreRequest } from '../../src/cli/restore-in-service';
import { fieldOf, parseIon, type IonStruct } from '../../src/ion';
import { handler as api } from '../../src/service/lambda-api';
import { handler as answerSession } from '../../src/service/lambda-session';
import { handler as work } from '../../src/service/lambda-worker';

const STARTING_MILLIS = 120_000;
const CALLER = 'arn:aws:sts::000000000000:assumed-role/app/session';
const ROLE_ARN = 'arn:aws:iam::000000000000:role/journal';
const KMS_KEY_ARN = 'arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const TABLE = 'ledgers';

let localAws: LocalAws;
let s3: S3Client;
let kinesis: KinesisClient;
let qldb: QLDBClient;
let functionUrl: LocalFunctionUrl;
let sessionUrl: LocalFunctionUrl;
const environment = process.env;
const logged: string[] = [];

beforeAll(async () => {
  localAws = await startLocalAws();
  process.env = { ...environment, ...localAws.environment, AWS_REGION: localAws.region, LEDGER_TABLE_NAME: TABLE };
  jest.spyOn(console, 'log').mockImplementation((line: string) => { logged.push(line); });
  const dynamodb = new DynamoDBClient({});
  await dynamodb.send(new CreateTableCommand({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }, { AttributeName: 's', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }, { AttributeName: 's', KeyType: 'RANGE' }],
  }));
  dynamodb.destroy();
  s3 = new S3Client({ forcePathStyle: true });
  kinesis = new KinesisClient({ requestHandler: s3.config.requestHandler });
  functionUrl = await localFunctionUrl(async event => api(event, { invokedFunctionArn: '' }));
  functionUrl.userArn = CALLER;
  sessionUrl = await localFunctionUrl(async event => answerSession(event, { invokedFunctionArn: '' }));
  sessionUrl.userArn = CALLER;
  qldb = new QLDBClient({ ...clientConfig(), maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket: 'archive' }));
}, STARTING_MILLIS);

afterAll(async () => {
  process.env = environment;
  [s3, kinesis, qldb].forEach(each => each?.destroy());
  await functionUrl?.close();
  await sessionUrl?.close();
  await localAws?.stop();
});

const clientConfig = ({ url } = functionUrl) => ({ region: 'us-east-1', endpoint: url, credentials: { accessKeyId: 'any', secretAccessKey: 'any' } });
const lastLogLine = () => JSON.parse(logged.at(-1)!) as Record<string, unknown>;
const tick = async () => work({}, { invokedFunctionArn: '', getRemainingTimeInMillis: () => 60_000 });
const wake = async (...strandIds: string[]) => work(
  { Records: strandIds.map(strandId => ({ dynamodb: { Keys: { p: { S: strandId }, s: { S: 'head' } } } })) },
  { invokedFunctionArn: '', getRemainingTimeInMillis: () => 60_000 },
);
async function strandOf(Name: string): Promise<string> {
  const { DigestTipAddress } = await qldb.send(new GetDigestCommand({ Name }));
  return (fieldOf(parseIon(DigestTipAddress!.IonText!) as IonStruct, 'strandId') as { value: string }).value;
}

test('the control plane answers a function URL\'s events', async () => {
  const { Arn } = await qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'STANDARD', DeletionProtection: false, Tags: { 'a b': 'c' } }));
  expect(Arn).toBe('arn:aws:qldb:us-east-1:000000000000:ledger/books');
  expect(await qldb.send(new DescribeLedgerCommand({ Name: 'books' }))).toMatchObject({ State: 'ACTIVE' });
  expect((await qldb.send(new ListTagsForResourceCommand({ ResourceArn: Arn }))).Tags).toEqual({ 'a b': 'c' });
  expect((await qldb.send(new ListLedgersCommand({ MaxResults: 1 }))).Ledgers).toHaveLength(1);
  expect(lastLogLine()).toMatchObject({ event: 'request', operation: 'ListLedgers', status: 200 });
  await expect(qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'STANDARD' }))).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
});

test('an event that proves no identity is refused, unless an emulator names one', async () => {
  functionUrl.userArn = undefined;
  await expect(qldb.send(new ListLedgersCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
  process.env.CDK_LEDGER_CALLER_ARN = CALLER;
  expect((await qldb.send(new ListLedgersCommand({}))).Ledgers).toHaveLength(1);
  delete process.env.CDK_LEDGER_CALLER_ARN;
  functionUrl.userArn = CALLER;
});

test('transactions of the official driver go from event to event', async () => {
  await qldb.send(new CreateLedgerCommand({ Name: 'driven', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }));
  const driver = new QldbDriver('driven', clientConfig());
  await driver.executeLambda(async (transaction) => { await transaction.execute('CREATE TABLE Entry'); });
  for (let count = 0; count < 10; count++) {
    await driver.executeLambda(async (transaction) => {
      for (let index = 0; index < 30; index++) await transaction.execute('INSERT INTO Entry ?', { index: count * 30 + index });
    });
  }
  const rows = await driver.executeLambda(async transaction => (await transaction.execute('SELECT e."index" FROM Entry AS e')).getResultList());
  expect(new Set(rows.map(row => row.get('index')!.numberValue())).size).toBe(300);

  driver.close();
}, STARTING_MILLIS);

test('a session belongs to the caller that started it', async () => {
  const session = new QLDBSessionClient({ ...clientConfig(), maxAttempts: 1 });
  const { StartSession } = await session.send(new SendCommandCommand({ StartSession: { LedgerName: 'driven' } }));
  const startTransaction = new SendCommandCommand({ SessionToken: StartSession!.SessionToken, StartTransaction: {} });
  functionUrl.userArn = `${CALLER}-of-someone-else`;
  await expect(session.send(startTransaction)).rejects.toMatchObject({ name: 'InvalidSessionException', message: 'No such session' });
  functionUrl.userArn = CALLER;
  expect((await session.send(startTransaction)).StartTransaction!.TransactionId).toBeDefined();
  session.destroy();
});

test('the control plane holds a caller to its grants, in its next request, and for good', async () => {
  await qldb.send(new CreateLedgerCommand({ Name: 'audited', PermissionsMode: 'STANDARD', DeletionProtection: false }));
  const grant = async (method: 'PUT' | 'DELETE', body?: object) => fetch(`${functionUrl.url}/grants/auditor`, { method, body: JSON.stringify(body) });
  const auditor = new QLDBClient({ ...clientConfig(), maxAttempts: 1 });
  const asAuditor = async <T>(ask: () => Promise<T>): Promise<T> => {
    functionUrl.userArn = 'arn:aws:sts::000000000000:assumed-role/auditor/session';
    return ask().finally(() => { functionUrl.userArn = CALLER; });
  };
  const digest = async () => asAuditor(async () => auditor.send(new GetDigestCommand({ Name: 'audited' })));
  const describeLedger = async () => asAuditor(async () => auditor.send(new DescribeLedgerCommand({ Name: 'audited' })));
  const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 }, message: expect.stringContaining('is not authorized to perform: qldb:') };

  expect(await describeLedger()).toMatchObject({ State: 'ACTIVE' });
  const VERIFY = { PrincipalArn: 'arn:aws:iam::000000000000:role/audit/Auditor', LedgerName: 'audited', Actions: ['GetDigest'] };
  expect((await grant('PUT', VERIFY)).status).toBe(200);
  expect((await digest()).Digest).toBeDefined();
  await expect(describeLedger()).rejects.toMatchObject(denied);
  expect((await grant('DELETE')).status).toBe(200);
  await expect(digest()).rejects.toMatchObject(denied);
  await qldb.send(new DeleteLedgerCommand({ Name: 'audited' }));
  auditor.destroy();
});

describe('the session function', () => {
  const grants = '/ledgers/guarded/grants';
  const setGrant = async (method: 'PUT' | 'DELETE', grant?: object) => fetch(`${functionUrl.url}${grants}/app`, { method, body: JSON.stringify(grant) });
  const READ_ORDERS = { PrincipalArn: 'arn:aws:iam::000000000000:role/apps/app', Actions: ['PartiQLSelect'], Tables: ['Orders'] };
  const DENIED = { name: 'AccessDeniedException' };
  let driver: QldbDriver;

  beforeAll(async () => {
    await qldb.send(new CreateLedgerCommand({ Name: 'guarded', PermissionsMode: 'STANDARD', DeletionProtection: false }));
    const administrator = new QldbDriver('guarded', clientConfig());
    await administrator.executeLambda(async (transaction) => {
      await transaction.execute('CREATE TABLE Orders');
      await transaction.execute('CREATE TABLE Secrets');
    });
    administrator.close();
    driver = new QldbDriver('guarded', clientConfig(sessionUrl));
  });
  afterAll(() => driver.close());

  const run = async (statement: string) => driver.executeLambda(async transaction => (await transaction.execute(statement)).getResultList().length);

  test('runs statements as far as their caller\'s grants reach, from the next transaction on', async () => {
    await expect(run('SELECT * FROM Orders')).rejects.toMatchObject(DENIED);
    expect((await setGrant('PUT', READ_ORDERS)).status).toBe(200);
    expect(await run('SELECT * FROM Orders')).toBe(0);
    for (const statement of ['SELECT * FROM Secrets', 'SELECT * FROM NoSuchTable', "INSERT INTO Orders {'n': 1}", 'CREATE TABLE Mine']) {
      await expect(run(statement)).rejects.toMatchObject(DENIED);
    }
    expect((await setGrant('DELETE')).status).toBe(200);
    await expect(run('SELECT * FROM Orders')).rejects.toMatchObject(DENIED);
  });

  test('knows a role by its name and not by that of another role or account', async () => {
    await setGrant('PUT', READ_ORDERS);
    for (const [userArn, isAllowed] of [
      [CALLER, true],
      ['arn:aws:sts::000000000000:assumed-role/app/another-session', true],
      ['arn:aws:sts::000000000000:assumed-role/apps/session', false],
      ['arn:aws:sts::111111111111:assumed-role/app/session', false],
      ['arn:aws:iam::000000000000:root', true],
    ] as const) {
      sessionUrl.userArn = userArn;
      const caller = new QldbDriver('guarded', clientConfig(sessionUrl));
      const reading = caller.executeLambda(async transaction => (await transaction.execute('SELECT * FROM Orders')).getResultList().length);
      await (isAllowed ? expect(reading).resolves.toBe(0) : expect(reading).rejects.toMatchObject(DENIED));
      caller.close();
    }
    sessionUrl.userArn = CALLER;
  }, STARTING_MILLIS);

  test('does not check ledgers of mode ALLOW_ALL', async () => {
    await qldb.send(new UpdateLedgerPermissionsModeCommand({ Name: 'guarded', PermissionsMode: 'ALLOW_ALL' }));
    expect(await run('SELECT * FROM Secrets')).toBe(0);
    await qldb.send(new UpdateLedgerPermissionsModeCommand({ Name: 'guarded', PermissionsMode: 'STANDARD' }));
  });

  test('refuses all of the control plane, even to the account itself, and says where it is', async () => {
    sessionUrl.userArn = 'arn:aws:iam::000000000000:root';
    const control = new QLDBClient({ ...clientConfig(sessionUrl), maxAttempts: 1 });
    const refused = { ...DENIED, $metadata: { httpStatusCode: 403 }, message: expect.stringContaining('control plane: serviceUrl of the LedgerService') };
    await expect(control.send(new ListLedgersCommand({}))).rejects.toMatchObject(refused);
    await expect(control.send(new DeleteLedgerCommand({ Name: 'guarded' }))).rejects.toMatchObject(refused);
    control.destroy();
    for (const [path, headers] of [[grants, {}], ['/', {}], ['/', { 'x-amz-target': 'QLDBSession.Other' }], [grants, { 'x-amz-target': 'X' }]] as const) {
      const response = await fetch(sessionUrl.url + path, { headers });
      expect([path, response.headers.get('x-amzn-errortype')]).toEqual([path, 'AccessDeniedException']);
    }
    sessionUrl.userArn = CALLER;
    expect(await qldb.send(new DescribeLedgerCommand({ Name: 'guarded' }))).toMatchObject({ State: 'ACTIVE' });
  });

  test('refuses an event that proves no identity', async () => {
    sessionUrl.userArn = undefined;
    const session = new QLDBSessionClient({ ...clientConfig(sessionUrl), maxAttempts: 1 });
    await expect(session.send(new SendCommandCommand({ StartSession: { LedgerName: 'guarded' } }))).rejects.toMatchObject(DENIED);
    session.destroy();
    sessionUrl.userArn = CALLER;
  });
});

test('the worker runs an export to its end, into objects with the encryption asked for', async () => {
  const { ExportId } = await qldb.send(new ExportJournalToS3Command({
    Name: 'driven',
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(),
    S3ExportConfiguration: { Bucket: 'archive', Prefix: 'driven', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: KMS_KEY_ARN } },
  }));
  await wake(await strandOf('driven'));
  const { ExportDescription } = await qldb.send(new DescribeJournalS3ExportCommand({ Name: 'driven', ExportId }));
  expect(ExportDescription).toMatchObject({ Status: 'COMPLETED' });
  const keys = ((await s3.send(new ListObjectsV2Command({ Bucket: 'archive' }))).Contents ?? []).map(({ Key }) => Key!);
  expect(keys.filter(key => key.includes('write-check'))).toEqual([]);
  expect(keys).toContain(`driven/${ExportId}.started.manifest`);
  expect(keys.filter(key => key.endsWith('.completed.manifest'))).toHaveLength(1);
  const dataKey = keys.find(key => key.endsWith('.ion'))!;
  const object = await s3.send(new GetObjectCommand({ Bucket: 'archive', Key: dataKey }));
  expect([object.ServerSideEncryption, object.SSEKMSKeyId, object.ContentType]).toEqual(['aws:kms', KMS_KEY_ARN, 'text/vnd.amazon.ion']);
  expect(await object.Body!.transformToString()).toContain('CREATE TABLE Entry');
}, STARTING_MILLIS);

test('a ledger that is gone is restored from its exports, by the command line through the control plane', async () => {
  await qldb.send(new CreateLedgerCommand({ Name: 'first', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }));
  const driver = new QldbDriver('first', clientConfig());
  await driver.executeLambda(transaction => transaction.execute('CREATE TABLE Entry'));
  await driver.executeLambda(transaction => transaction.execute('CREATE INDEX ON Entry (n)'));
  for (let n = 0; n < 12; n++) await driver.executeLambda(transaction => transaction.execute('INSERT INTO Entry ?', { n }));
  await driver.executeLambda(transaction => transaction.execute('UPDATE Entry SET seen = true WHERE n = 7'));
  driver.close();
  const old = await qldb.send(new GetDigestCommand({ Name: 'first' }));
  await qldb.send(new ExportJournalToS3Command({
    Name: 'first',
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(),
    OutputFormat: 'ION_BINARY',
    S3ExportConfiguration: { Bucket: 'archive', Prefix: 'first', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  }));
  const strandId = await strandOf('first');
  await wake(strandId);
  await qldb.send(new DeleteLedgerCommand({ Name: 'first' }));
  await wake(strandId);

  const request: ServiceRestoreRequest = {
    ledger: 'second',
    endpoint: functionUrl.url,
    region: 'us-east-1',
    bucket: 'archive',
    prefix: 'first/',
    roleArn: ROLE_ARN,
    expected: { digest: old.Digest! },
    permissionsMode: 'ALLOW_ALL',
    deletionProtection: false,
  };
  // A stream of the table would tell the worker of the job in the partition of restores under that name.
  const restore = await restoreInService(request, {}, () => void wake('restore/second'));
  expect(restore).toMatchObject({ Status: 'COMPLETED', StrandId: strandId, BlockCount: 16, Digest: Buffer.from(old.Digest!).toString('base64') });
  const again = new QldbDriver('second', clientConfig());
  const found = await again.executeLambda(async transaction => (await transaction.execute('SELECT * FROM Entry WHERE n = 7')).getResultList());
  expect(JSON.stringify(found)).toBe('[{"n":7,"seen":true}]');
  await again.executeLambda(transaction => transaction.execute('UPDATE Entry SET seen = false WHERE n = 7'));
  const versions = await again.executeLambda(async transaction => (
    await transaction.execute('SELECT VALUE metadata.version FROM history(Entry) WHERE data.n = 7')).getResultList());
  expect(JSON.stringify(versions)).toBe('[0,1,2]');
  again.close();
  await expect(restoreInService({ ...request, ledger: 'third' }, {}, () => undefined)).rejects.toThrow(`The journal ${strandId} is that of the Ledger with name second already`);
}, STARTING_MILLIS);

test('of eight exports that are asked for at once, over DynamoDB, two start', async () => {
  const request = new ExportJournalToS3Command({
    Name: 'driven',
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(),
    S3ExportConfiguration: { Bucket: 'archive', Prefix: 'race', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  });
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, async () => qldb.send(request)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  const reasons = outcomes.flatMap(outcome => outcome.status === 'rejected' ? [(outcome.reason as Error).name] : []);
  expect(new Set(reasons)).toEqual(new Set(['LimitExceededException']));
  await wake(await strandOf('driven'));
}, STARTING_MILLIS);

test('a bucket that does not exist is refused when the export is asked for', async () => {
  await expect(qldb.send(new ExportJournalToS3Command({
    Name: 'driven',
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(),
    S3ExportConfiguration: { Bucket: 'nowhere', Prefix: '', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' } },
  }))).rejects.toMatchObject({ name: 'IllegalArgumentException', message: expect.stringContaining('NoSuchBucket') });
});

test('the worker pumps a stream into Kinesis', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'journal', ShardCount: 1 }));
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'journal' }));
  const { StreamId } = await qldb.send(new StreamJournalToKinesisCommand({
    LedgerName: 'driven',
    StreamName: 'journal',
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(),
    KinesisConfiguration: { StreamArn: StreamDescriptionSummary!.StreamARN!, AggregationEnabled: false },
  }));
  await tick();
  const { Stream } = await qldb.send(new DescribeJournalKinesisStreamCommand({ LedgerName: 'driven', StreamId }));
  expect(Stream).toMatchObject({ Status: 'COMPLETED' });
  const { Shards } = await kinesis.send(new ListShardsCommand({ StreamName: 'journal' }));
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand({ StreamName: 'journal', ShardId: Shards![0]!.ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
  const { Records } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  // Created and completed; a summary of each of eleven transactions; three hundred documents.
  expect(Records).toHaveLength(2 + 11 + 300);
}, STARTING_MILLIS);

test('the worker ends deletions, and says in one line what it did', async () => {
  await qldb.send(new DeleteLedgerCommand({ Name: 'books' }));
  await tick();
  await expect(qldb.send(new DescribeLedgerCommand({ Name: 'books' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await wake('unknownunknownunknown1', 'unknownunknownunknown1');
  expect(lastLogLine()).toEqual({ event: 'worker', trigger: 'stream', strands: 1, durationMillis: expect.any(Number), failures: [] });
});

test('over DynamoDB, too, a deletion that names a tip never takes a block that its caller has not seen', async () => {
  await qldb.send(new CreateLedgerCommand({ Name: 'overtaken', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }));
  const driver = new QldbDriver('overtaken', clientConfig());
  await driver.executeLambda(transaction => transaction.execute('CREATE TABLE Entry'));
  let committed = 0;
  let isStopped = false;
  const writer = (async () => {
    while (!isStopped) {
      await driver.executeLambda(transaction => transaction.execute('INSERT INTO Entry ?', { n: committed }));
      committed++;
    }
  })().catch(() => undefined);
  const outcomes: number[] = [];
  let seen = 0;
  while (outcomes.at(-1) !== 200) {
    const { DigestTipAddress: { IonText: tip } = {} } = await qldb.send(new GetDigestCommand({ Name: 'overtaken' }));
    seen = Number(/sequenceNo:(\d+)/.exec(tip!)![1]);
    const query = new URLSearchParams({ digest_tip_address: tip! });
    if (outcomes.length > 0 || seen > 3) outcomes.push((await fetch(`${functionUrl.url}/ledgers/overtaken?${query}`, { method: 'DELETE' })).status);
    // A final export waits for its writers no longer than that, either.
    isStopped = outcomes.length > 10;
  }
  isStopped = true;
  await writer;
  driver.close();
  expect(new Set(outcomes.slice(0, -1))).toEqual(outcomes.length > 1 ? new Set([412]) : new Set());
  // Blocks 0 and 1 are the ledger's beginning and its table.
  expect(committed).toBe(seen - 1);
  await tick();
}, STARTING_MILLIS);

test('trouble of one journal neither fails the invocation nor stops the others', async () => {
  await qldb.send(new CreateLedgerCommand({ Name: 'accounts', PermissionsMode: 'STANDARD', DeletionProtection: false }));
  const strandId = await strandOf('accounts');
  await qldb.send(new DeleteLedgerCommand({ Name: 'accounts' }));
  await wake('x'.repeat(3_000), strandId);
  expect(lastLogLine()).toMatchObject({ strands: 2, failures: [{ strandId: 'x'.repeat(3_000), cause: expect.stringContaining('partition') }] });
  await expect(qldb.send(new DescribeLedgerCommand({ Name: 'accounts' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
