import {
  CancelJournalKinesisStreamCommand, CreateLedgerCommand, DeleteLedgerCommand, DescribeJournalKinesisStreamCommand, ListTagsForResourceCommand,
  paginateListJournalKinesisStreamsForLedger, StreamJournalToKinesisCommand, type StreamJournalToKinesisCommandInput, TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-qldb';
import { ACCOUNT_ID, eventually, LocalService, REGION, ROLE_ARN, startLocalService } from './local-service';
import { DestinationRefused } from '../../src/engine';
import { decodeIon, fieldOf, type IonStruct } from '../../src/ion';

const KINESIS_ARN = `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/journal`;

let service: LocalService;
beforeEach(async () => {
  service = await startLocalService();
  await service.qldb.send(new CreateLedgerCommand({ Name: 'books', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false }));
});
afterEach(async () => service.stop());

const start = async (StreamName: string, change: Partial<StreamJournalToKinesisCommandInput> = {}) =>
  (await service.qldb.send(new StreamJournalToKinesisCommand({
    LedgerName: 'books',
    StreamName,
    RoleArn: ROLE_ARN,
    InclusiveStartTime: new Date('2019-09-01T00:00:00Z'),
    KinesisConfiguration: { StreamArn: KINESIS_ARN, AggregationEnabled: false },
    ...change,
  }))).StreamId!;
const describeStream = async (StreamId: string) =>
  (await service.qldb.send(new DescribeJournalKinesisStreamCommand({ LedgerName: 'books', StreamId }))).Stream!;
const cancel = async (StreamId: string) => service.qldb.send(new CancelJournalKinesisStreamCommand({ LedgerName: 'books', StreamId }));
const recordTypes = () => service.destinations.streamed.map(({ record }) => {
  const type = fieldOf(decodeIon(record.data) as IonStruct, 'recordType');
  return type?.kind === 'string' ? type.value : undefined;
});

test('a stream carries what is committed while it runs', async () => {
  const id = await start('journal');
  const driver = service.driver('books');
  await driver.executeLambda(async transaction => { await transaction.execute('CREATE TABLE Entry'); });
  await driver.executeLambda(async transaction => { await transaction.execute('INSERT INTO Entry ?', { text: 'first' }); });
  await eventually(async () => recordTypes(), types => types.includes('REVISION_DETAILS'));
  expect(recordTypes()[0]).toBe('CONTROL');
  expect(service.destinations.streamed.every(({ streamArn }) => streamArn === KINESIS_ARN)).toBe(true);
  expect(await describeStream(id)).toMatchObject({
    LedgerName: 'books',
    StreamId: id,
    StreamName: 'journal',
    Status: 'ACTIVE',
    RoleArn: ROLE_ARN,
    Arn: `arn:aws:qldb:${REGION}:${ACCOUNT_ID}:stream/books/${id}`,
    KinesisConfiguration: { StreamArn: KINESIS_ARN, AggregationEnabled: false },
  });
});

test('records are aggregated unless asked otherwise', async () => {
  const id = await start('journal', { KinesisConfiguration: { StreamArn: KINESIS_ARN } });
  expect((await describeStream(id)).KinesisConfiguration).toEqual({ StreamArn: KINESIS_ARN, AggregationEnabled: true });
  const [first] = await eventually(async () => service.destinations.streamed, streamed => streamed.length > 0);
  expect(Buffer.from(first!.record.data.subarray(0, 4)).toString('hex')).toBe('f3899ac2');
});

test('a stream whose end has come is completed', async () => {
  const id = await start('journal', { ExclusiveEndTime: new Date(Date.now() + 50) });
  const stream = await eventually(async () => describeStream(id), ({ Status }) => Status === 'COMPLETED');
  expect(stream.ExclusiveEndTime).toBeInstanceOf(Date);
  expect(recordTypes()).toEqual(['CONTROL', 'CONTROL']);
});

test('a stream is canceled once', async () => {
  const id = await start('journal');
  expect(await cancel(id)).toMatchObject({ StreamId: id });
  expect(await describeStream(id)).toMatchObject({ Status: 'CANCELED' });
  await expect(cancel(id)).rejects.toMatchObject({ name: 'ResourcePreconditionNotMetException', $metadata: { httpStatusCode: 412 }, ResourceName: id });
});

test('a Kinesis stream that vanishes impairs the stream, which recovers with it', async () => {
  const id = await start('journal');
  await eventually(async () => recordTypes(), types => types.length > 0);
  service.destinations.refusePuts = new DestinationRefused('not-found', 'ResourceNotFoundException', 'Stream not found');
  await service.driver('books').executeLambda(async transaction => { await transaction.execute('CREATE TABLE Entry'); });
  await eventually(async () => describeStream(id), ({ Status, ErrorCause }) => Status === 'IMPAIRED' && ErrorCause === 'KINESIS_STREAM_NOT_FOUND');
  service.destinations.refusePuts = undefined;
  expect((await eventually(async () => describeStream(id), ({ Status }) => Status === 'ACTIVE')).ErrorCause).toBeUndefined();
});

test.each([
  ['a window that ends before it begins', { ExclusiveEndTime: new Date('2018-01-01T00:00:00Z') }, 'IllegalArgumentException'],
  ['a start in the future', { InclusiveStartTime: new Date('2100-01-01T00:00:00Z') }, 'IllegalArgumentException'],
  ['a name with two hyphens', { StreamName: 'a--b' }, 'InvalidParameterException'],
  ['a missing ledger', { LedgerName: 'missing' }, 'ResourceNotFoundException'],
])('%s is refused', async (_, change, name) => {
  await expect(start('journal', change)).rejects.toMatchObject({ name });
});

test('a Kinesis stream that cannot be reached is refused at once', async () => {
  service.destinations.refuse = new DestinationRefused('access-denied', 'AccessDeniedException', 'not authorized');
  await expect(start('journal')).rejects.toMatchObject({
    name: 'IllegalArgumentException', message: expect.stringContaining('Response from Kinesis: AccessDeniedException not authorized'),
  });
});

test('the name of a running stream is taken, and five run at most', async () => {
  const first = await start('one');
  await expect(start('one')).rejects.toMatchObject({ name: 'InvalidParameterException', ParameterName: 'StreamName' });
  for (const name of ['two', 'three', 'four', 'five']) await start(name);
  await expect(start('six')).rejects.toMatchObject({ name: 'LimitExceededException' });
  await cancel(first);
  await start('one');
});

test('streams of a ledger are listed page by page, newest first', async () => {
  const ids: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    service.skewMillis += 1_000;
    ids.unshift(await start(name));
  }
  const pages: (string | undefined)[][] = [];
  for await (const { Streams = [] } of paginateListJournalKinesisStreamsForLedger({ client: service.qldb, pageSize: 2 }, { LedgerName: 'books' })) {
    pages.push(Streams.map(({ StreamId }) => StreamId));
  }
  expect(pages).toEqual([ids.slice(0, 2), ids.slice(2)]);
});

test('a ledger with a running stream cannot be deleted', async () => {
  const id = await start('journal');
  await expect(service.qldb.send(new DeleteLedgerCommand({ Name: 'books' }))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await cancel(id);
  await service.qldb.send(new DeleteLedgerCommand({ Name: 'books' }));
});

test('tags of a stream come with it, grow and shrink', async () => {
  const id = await start('journal', { Tags: { team: 'accounts' } });
  const ResourceArn = (await describeStream(id)).Arn!;
  await service.qldb.send(new TagResourceCommand({ ResourceArn, Tags: { a: 'b' } }));
  await service.qldb.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }));
  expect((await service.qldb.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual({ a: 'b' });
});

test('a missing stream is not found', async () => {
  await expect(describeStream('A'.repeat(22))).rejects.toMatchObject({ name: 'ResourceNotFoundException', ResourceType: 'Stream', ResourceName: 'A'.repeat(22) });
  await expect(cancel('A'.repeat(22))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
