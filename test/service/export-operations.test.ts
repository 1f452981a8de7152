import {
  CreateLedgerCommand, DescribeJournalS3ExportCommand, ExportJournalToS3Command, type ExportJournalToS3CommandInput, ListJournalS3ExportsCommand,
  ListJournalS3ExportsForLedgerCommand, paginateListJournalS3Exports, paginateListJournalS3ExportsForLedger,
} from '@aws-sdk/client-qldb';
import { ACCOUNT_ID, eventually, LocalService, REGION, ROLE_ARN, startLocalService } from './local-service';
import { DestinationRefused } from '../../src/engine';
import { decodeIonStream, parseIon, parseIonStream } from '../../src/ion';
import { blockFromIon, verifyBlock } from '../../src/journal';

let service: LocalService;
beforeEach(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL' }));
});
afterEach(async () => service.stop());

const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/k`;

function request(change: Partial<ExportJournalToS3CommandInput> = {}): ExportJournalToS3CommandInput {
  return {
    Name: 'books',
    InclusiveStartTime: new Date('2019-09-01T00:00:00Z'),
    ExclusiveEndTime: new Date(Date.now() + service.skewMillis),
    RoleArn: ROLE_ARN,
    S3ExportConfiguration: { Bucket: 'archive', Prefix: 'journal', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: KEY_ARN } },
    ...change,
  };
}
const start = async (change: Partial<ExportJournalToS3CommandInput> = {}) =>
  (await service.qldb.send(new ExportJournalToS3Command(request(change)))).ExportId!;
const describeExport = async (ExportId: string) =>
  (await service.qldb.send(new DescribeJournalS3ExportCommand({ Name: 'books', ExportId }))).ExportDescription!;
const completed = async (id: string) => eventually(async () => describeExport(id), ({ Status }) => Status !== 'IN_PROGRESS');

async function insertSomething(): Promise<void> {
  const driver = service.driver('books');
  await driver.executeLambda(async transaction => { await transaction.execute('CREATE TABLE Entry'); });
  await driver.executeLambda(async transaction => { await transaction.execute('INSERT INTO Entry ?', { text: 'first' }); });
  service.skewMillis += 1; // So that the end of the export's window lies behind the last block.
}

test('an export runs to its end and is described as it was asked for', async () => {
  await insertSomething();
  const id = await start({ OutputFormat: 'ION_TEXT' });
  const described = await completed(id);
  expect(described).toMatchObject({
    LedgerName: 'books', ExportId: id, Status: 'COMPLETED', RoleArn: ROLE_ARN, OutputFormat: 'ION_TEXT', S3ExportConfiguration: request().S3ExportConfiguration,
  });
  expect(service.destinations.assumed).toContainEqual({ roleArn: ROLE_ARN, ledgerArn: `arn:aws:qldb:${REGION}:${ACCOUNT_ID}:ledger/books` });

  const { written } = service.destinations;
  const keys = written.map(({ key }) => key.replace(/[0-9A-Za-z]{22}\./g, 'ID.'));
  expect(keys[0]).toBe('journal/ID.started.manifest');
  expect(keys.at(-1)).toBe('journal/ID.ID.completed.manifest');
  for (const { bucket, encryption } of written) {
    expect([bucket, encryption]).toEqual(['archive', { objectEncryptionType: 'SSE_KMS', kmsKeyArn: KEY_ARN }]);
  }
  const manifest = parseIon(Buffer.from(written.at(-1)!.body).toString());
  const dataObject = written.find(({ key }) => key.endsWith('.ion'))!;
  expect(dataObject.key).toMatch(/^journal\/\d{4}\/\d\d\/\d\d\/\d\d\/[0-9A-Za-z]{22}\.0-2\.ion$/);
  expect(JSON.stringify(manifest)).toContain(dataObject.key);
  const blocks = [...parseIonStream(Buffer.from(dataObject.body).toString())].map(blockFromIon);
  expect(blocks.map(({ blockAddress }) => blockAddress.sequenceNo)).toEqual([0, 1, 2]);
  expect(blocks.flatMap(block => verifyBlock(block))).toEqual([]);
});

test('an export without a format is Ion text, and its description names none', async () => {
  const described = await completed(await start());
  expect(described.OutputFormat).toBeUndefined();
  expect(service.destinations.written.every(({ contentType }) => contentType === 'text/vnd.amazon.ion')).toBe(true);
});

test('Ion binary and JSON hold the same blocks', async () => {
  await insertSomething();
  await completed(await start({ OutputFormat: 'ION_BINARY' }));
  const binary = service.destinations.written.find(({ key }) => key.endsWith('.ion'))!;
  await completed(await start({ OutputFormat: 'JSON' }));
  const json = service.destinations.written.find(({ key }) => key.endsWith('.json'))!;
  const transactionIds = Buffer.from(json.body).toString().trim().split('\n').map(line => (JSON.parse(line) as { transactionId: string }).transactionId);
  expect([...decodeIonStream(binary.body)].map(value => blockFromIon(value).transactionId)).toEqual(transactionIds);
});

test('a start before the ledger\'s creation is moved up to it', async () => {
  const described = await completed(await start());
  expect(described.InclusiveStartTime!.getFullYear()).toBeGreaterThan(2019);
});

test('an export goes on where it was when the service is restarted', async () => {
  const id = await start();
  await service.restart();
  expect(await completed(id)).toMatchObject({ Status: 'COMPLETED' });
});

test.each([
  ['a window that ends before it begins', { ExclusiveEndTime: new Date('2018-01-01T00:00:00Z') }, 'Start date must not be greater than end date'],
  ['a window in the future', { ExclusiveEndTime: new Date('2100-01-01T00:00:00Z') }, 'End date cannot be in the future'],
  ['a long prefix', { S3ExportConfiguration: { Bucket: 'archive', Prefix: 'x'.repeat(129), EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' as const } } },
    'The Amazon S3 bucket prefix must not exceed 128 characters'],
  ['a key without SSE_KMS',
    { S3ExportConfiguration: { Bucket: 'archive', Prefix: '', EncryptionConfiguration: { ObjectEncryptionType: 'SSE_S3' as const, KmsKeyArn: KEY_ARN } } },
    'is not compatible with an AWS Key Management Service (AWS KMS) key'],
])('%s is refused in the words of the guide', async (_, change, message) => {
  await expect(start(change)).rejects.toMatchObject({
    name: 'IllegalArgumentException', $metadata: { httpStatusCode: 400 }, message: expect.stringContaining(message),
  });
});

test('constraints of nested members are checked', async () => {
  const S3ExportConfiguration = { Bucket: 'a b', Prefix: '', EncryptionConfiguration: { ObjectEncryptionType: 'NONE' as 'SSE_S3' } };
  await expect(start({ S3ExportConfiguration, RoleArn: 'short' })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    ParameterName: 'S3ExportConfiguration.Bucket',
    message: expect.stringMatching(/^3 validation errors.*'s3ExportConfiguration.encryptionConfiguration.objectEncryptionType'.*'roleArn'/),
  });
});

test('a bucket that cannot be written is refused at once, with the answer of S3', async () => {
  service.destinations.refuse = new DestinationRefused('not-found', 'NoSuchBucket', 'The specified bucket does not exist');
  await expect(start()).rejects.toMatchObject({
    name: 'IllegalArgumentException',
    message: 'QLDB encountered an error validating S3 configuration: NoSuchBucket The specified bucket does not exist',
  });
  expect((await service.qldb.send(new ListJournalS3ExportsCommand({}))).JournalS3Exports).toEqual([]);
});

test('missing ledgers and jobs are not found', async () => {
  await expect(start({ Name: 'missing' })).rejects.toMatchObject({ name: 'ResourceNotFoundException', ResourceName: 'missing' });
  await expect(describeExport('A'.repeat(22))).rejects.toMatchObject({ name: 'ResourceNotFoundException', ResourceName: 'A'.repeat(22) });
  await expect(describeExport('short')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(service.qldb.send(new ListJournalS3ExportsForLedgerCommand({ Name: 'missing' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a third running export exceeds the limit', async () => {
  service.destinations.refusePuts = new DestinationRefused('unavailable', 'SlowDown', 'Please reduce your request rate.');
  await start();
  await start();
  await expect(start()).rejects.toMatchObject({
    name: 'LimitExceededException', message: 'Exceeded the limit of 2 concurrently running Journal export jobs', ResourceType: 'JournalS3Export',
  });
  service.destinations.refusePuts = undefined;
});

test('exports are listed newest first, page by page, for one ledger and for all', async () => {
  await service.qldb.send(new CreateLedgerCommand({ Name: 'accounts', PermissionsMode: 'ALLOW_ALL' }));
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    service.skewMillis += 1_000;
    const id = await start(count === 4 ? { Name: 'accounts' } : {});
    ids.push(id);
    await eventually(
      async () => (await service.qldb.send(new ListJournalS3ExportsCommand({}))).JournalS3Exports!,
      exports => exports.every(({ Status }) => Status === 'COMPLETED'),
    );
  }
  const [first, second, third, fourth, ofAccounts] = ids;
  const all: (string | undefined)[] = [];
  for await (const { JournalS3Exports = [] } of paginateListJournalS3Exports({ client: service.qldb, pageSize: 2 }, {})) {
    expect(JournalS3Exports.length).toBeLessThanOrEqual(2);
    all.push(...JournalS3Exports.map(({ ExportId }) => ExportId));
  }
  expect(all).toEqual([ofAccounts, fourth, third, second, first]);
  const ofBooks: (string | undefined)[] = [];
  for await (const { JournalS3Exports = [] } of paginateListJournalS3ExportsForLedger({ client: service.qldb, pageSize: 3 }, { Name: 'books' })) {
    ofBooks.push(...JournalS3Exports.map(({ ExportId }) => ExportId));
  }
  expect(ofBooks).toEqual([fourth, third, second, first]);
});

test('a finished export is forgotten after seven days', async () => {
  const id = await start();
  await completed(id);
  service.skewMillis += 7 * 24 * 3_600_000;
  await expect(describeExport(id)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect((await service.qldb.send(new ListJournalS3ExportsForLedgerCommand({ Name: 'books' }))).JournalS3Exports).toEqual([]);
});
