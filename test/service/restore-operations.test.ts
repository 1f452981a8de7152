import { CreateLedgerCommand, DeleteLedgerCommand, DescribeLedgerCommand, ExportJournalToS3Command, GetDigestCommand } from '@aws-sdk/client-qldb';
import { eventually, ROLE_ARN, startLocalService, type LocalService } from './local-service';
import { DestinationRefused } from '../../src/engine';

let old: LocalService;
let service: LocalService;
let digest: string;
let tip: number;
const LOCATION = { Bucket: 'archive', Prefix: 'journal/' };

beforeAll(async () => {
  [old, service] = await Promise.all([startLocalService(), startLocalService()]);
  await old.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
  const driver = old.driver('books');
  await driver.executeLambda(transaction => transaction.execute('CREATE TABLE People'));
  await driver.executeLambda(transaction => transaction.execute('CREATE INDEX ON People (name)'));
  for (const name of ['Ada', 'Grace']) await driver.executeLambda(transaction => transaction.execute('INSERT INTO People ?', { name }));
  await driver.executeLambda(transaction => transaction.execute('UPDATE People SET born = 1815 WHERE name = ?', 'Ada'));
  await old.qldb.send(new ExportJournalToS3Command({
    Name: 'books',
    InclusiveStartTime: new Date(0),
    ExclusiveEndTime: new Date(),
    RoleArn: ROLE_ARN,
    OutputFormat: 'ION_BINARY',
    S3ExportConfiguration: { ...LOCATION, EncryptionConfiguration: { ObjectEncryptionType: 'NO_ENCRYPTION' } },
  }));
  await eventually(async () => old.destinations.written.some(({ key }) => key.endsWith('.completed.manifest')), Boolean);
  const answer = await old.qldb.send(new GetDigestCommand({ Name: 'books' }));
  digest = Buffer.from(answer.Digest!).toString('base64');
  tip = Number(/sequenceNo:(\d+)/.exec(answer.DigestTipAddress!.IonText!)![1]);
  service.destinations.written.push(...old.destinations.written);
});
afterAll(async () => Promise.all([old.stop(), service.stop()]));

/** QLDB's clients know none of these operations. */
async function call(method: string, path: string, body?: object) {
  const response = await fetch(service.url + path, { method, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() as Record<string, any> };
}

const request = (change: object = {}) => ({ S3ExportLocation: LOCATION, RoleArn: ROLE_ARN, PermissionsMode: 'ALLOW_ALL', ...change });

const ended = async (name: string) => (await eventually(
  async () => (await call('GET', `/ledgers/${name}/restore`)).body.LedgerRestoreDescription, ({ Status }) => Status !== 'IN_PROGRESS')) as Record<string, any>;

async function removed(name: string): Promise<void> {
  await service.qldb.send(new DeleteLedgerCommand({ Name: name }));
  await eventually(async () => (await call('GET', `/ledgers/${name}`)).status, status => status === 404);
}

test('a ledger is restored by a job, and then serves the official driver', async () => {
  const tags = { team: 'audit' };
  const expected = { Digest: digest, TipSequenceNo: tip };
  const started = await call('POST', '/ledgers/again/restore', request({ ExpectedDigest: expected, Tags: tags, DeletionProtection: false }));
  expect(started).toMatchObject({ status: 200, body: { LedgerRestoreDescription: { LedgerName: 'again', Status: 'IN_PROGRESS', BlockCount: tip + 1 } } });
  expect(service.destinations.assumed.at(-1)).toEqual({ roleArn: ROLE_ARN, ledgerArn: expect.stringMatching(/ledger\/again$/) });
  expect(await ended('again')).toMatchObject({
    Status: 'COMPLETED', Digest: digest, RestoredBlockCount: tip + 1, Notes: [], S3ExportLocation: LOCATION, ExpectedDigest: expected,
  });
  expect(await service.qldb.send(new DescribeLedgerCommand({ Name: 'again' }))).toMatchObject({ State: 'ACTIVE', DeletionProtection: false });
  const driver = service.driver('again');
  const rows = await driver.executeLambda(async transaction => (await transaction.execute('SELECT * FROM People WHERE name = ?', 'Ada')).getResultList());
  expect(JSON.stringify(rows)).toBe('[{"name":"Ada","born":1815}]');
  await driver.executeLambda(transaction => transaction.execute('INSERT INTO People ?', { name: 'Joan' }));
  const after = await service.qldb.send(new GetDigestCommand({ Name: 'again' }));
  expect(after.DigestTipAddress!.IonText).toContain(`sequenceNo:${tip + 1}`);
  await removed('again');
});

test('a restore goes on after the service was started anew', async () => {
  service.destinations.refuse = undefined;
  await call('POST', '/ledgers/restarted/restore', request({ DeletionProtection: false }));
  await service.restart();
  expect(await ended('restarted')).toMatchObject({ Status: 'COMPLETED', Digest: digest });
  await removed('restarted');
});

test('a restore that leads elsewhere fails, tells why, and leaves no ledger', async () => {
  await call('POST', '/ledgers/wrong/restore', request({ ExpectedDigest: { Digest: digest, TipSequenceNo: 1 } }));
  expect(await ended('wrong')).toMatchObject({
    Status: 'FAILED', Refusal: { Outcome: 'TAMPERED', FindingCount: 1, Findings: [expect.stringMatching(/^The blocks up to 1 lead to the digest/)] },
  });
  await eventually(async () => (await call('GET', '/ledgers/wrong')).status, status => status === 404);
});

test('what cannot make a ledger is refused at once', async () => {
  expect(await call('POST', '/ledgers/none/restore', request({ S3ExportLocation: { Bucket: 'archive', Prefix: 'elsewhere/' } })))
    .toMatchObject({ status: 400, body: { __type: 'IllegalArgumentException', Message: expect.stringMatching(/^No finished export/) } });
  service.destinations.refuse = new DestinationRefused('access-denied', 'AccessDenied', 'Not you.');
  expect(await call('POST', '/ledgers/none/restore', request()))
    .toMatchObject({ status: 400, body: { Message: expect.stringContaining('s3://archive/journal/ cannot be read: AccessDenied Not you.') } });
  service.destinations.refuse = undefined;
  expect(await call('POST', '/ledgers/none/restore', { S3ExportLocation: { Bucket: 'archive' } })).toMatchObject({ status: 400, body: { __type: 'InvalidParameterException' } });
  expect(await call('GET', '/ledgers/none/restore')).toMatchObject({ status: 404, body: { __type: 'ResourceNotFoundException' } });
});

test('a name that is taken is refused', async () => {
  await service.qldb.send(new CreateLedgerCommand({ Name: 'taken', PermissionsMode: 'ALLOW_ALL' }));
  expect(await call('POST', '/ledgers/taken/restore', request())).toMatchObject({ status: 409, body: { __type: 'ResourceAlreadyExistsException' } });
});
