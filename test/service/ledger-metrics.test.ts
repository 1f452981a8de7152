import { randomBytes } from 'node:crypto';
import { QLDBSessionClient, SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { recordingDestinations } from './recording-destinations';
import { createEngine, DestinationRefused, memorySessionStore, type Engine } from '../../src/engine';
import { uniqueId } from '../../src/journal';
import { createWire, serveHttp, type HttpFront, type ServiceLog } from '../../src/service';
import { logWithMetrics, sessionsWithMetrics, withMetrics } from '../../src/service/ledger-metrics';
import { tellRegularMetrics } from '../../src/service/regular-metrics';
import { memoryStore } from '../../src/store';

const ACCOUNT = { partition: 'aws', region: 'eu-central-1', accountId: '111122223333' };
const ROLE_ARN = 'arn:aws:iam::111122223333:role/journal';
const START_MILLIS = Date.parse('2026-11-20T12:00:00Z');

type Line = Record<string, any>;

let lines: Line[];
let now: number;
let engine: Engine;
let log: ServiceLog;
let front: HttpFront;
const destinations = recordingDestinations();

beforeEach(async () => {
  lines = [];
  now = START_MILLIS;
  const clock = () => now;
  log = logWithMetrics(event => lines.push(event), clock);
  engine = createEngine({
    store: memoryStore(),
    sessions: sessionsWithMetrics(memorySessionStore(clock)),
    clock,
    random: randomBytes,
    destinations,
    account: ACCOUNT,
    quotas: { sessionsPerLedger: 2 },
    wake: () => {},
    pause: async () => {},
  });
  const wire = createWire({ engine, log, clock, newRequestId: () => uniqueId(randomBytes(16)) });
  front = await serveHttp({ handle: withMetrics(wire), callerArn: ROLE_ARN, port: 0 });
  for (const name of ['books', 'papers']) {
    await engine.ledgers.create({ name, permissionsMode: 'ALLOW_ALL', deletionProtection: false, tags: {} });
  }
});
afterEach(async () => {
  destinations.refuse = undefined;
  await front.close();
});

const config = () => ({ region: 'eu-central-1', endpoint: front.url, credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts: 1 });
const measured = () => lines.filter(({ _aws }) => _aws);
const of = (command: string) => measured().filter(({ CommandType }) => CommandType === command);

async function sessionWith<T>(work: (client: QLDBSessionClient) => Promise<T>): Promise<T> {
  const client = new QLDBSessionClient(config());
  return work(client).finally(() => client.destroy());
}

test('every command of a driver tells latency and IOs of its ledger, in CloudWatch\'s format and the log line itself', async () => {
  const driver = new QldbDriver('books', config());
  await driver.executeLambda(async (transaction) => { await transaction.execute('CREATE TABLE Entry'); });
  await driver.executeLambda(async (transaction) => {
    await transaction.execute('INSERT INTO Entry ?', [{ text: 'a' }, { text: 'b' }]);
    await transaction.execute('SELECT * FROM Entry');
  });
  driver.close();
  expect(of('ExecuteStatement')[0]).toEqual({
    event: 'request',
    requestId: expect.any(String),
    operation: 'ExecuteStatement',
    session: true,
    status: 200,
    durationMillis: 0,
    readIOs: expect.any(Number),
    writeIOs: expect.any(Number),
    _aws: {
      Timestamp: START_MILLIS,
      CloudWatchMetrics: [{
        Namespace: 'CdkLedger/Ledgers',
        Dimensions: [['LedgerName'], ['LedgerName', 'CommandType']],
        Metrics: [
          { Name: 'CommandLatency', Unit: 'Milliseconds' },
          ...['ReadIOs', 'WriteIOs', 'OccConflictExceptions', 'Session4xxExceptions', 'Session5xxExceptions', 'SessionRateExceededExceptions']
            .map(Name => ({ Name, Unit: 'Count' })),
        ],
      }],
    },
    LedgerName: 'books',
    CommandType: 'ExecuteStatement',
    CommandLatency: 0,
    ReadIOs: expect.any(Number),
    WriteIOs: expect.any(Number),
    OccConflictExceptions: 0,
    Session4xxExceptions: 0,
    Session5xxExceptions: 0,
    SessionRateExceededExceptions: 0,
  });
  expect(of('ExecuteStatement').at(-1)!.ReadIOs).toBeGreaterThan(0);
  expect(of('CommitTransaction').at(-1)!.WriteIOs).toBe(2);
  expect(measured().map(({ CommandType }) => CommandType)).toEqual(expect.arrayContaining(['StartSession', 'StartTransaction']));
});

test('requests of two ledgers at once are told apart', async () => {
  const drivers = ['books', 'papers'].map(name => new QldbDriver(name, config()));
  await Promise.all(drivers.map(async (driver, index) =>
    driver.executeLambda(async (transaction) => { for (let count = 0; count <= index; count++) await transaction.execute(`CREATE TABLE T${count}`); })));
  drivers.forEach(driver => driver.close());
  const statements = (ledger: string) => of('ExecuteStatement').filter(({ LedgerName }) => LedgerName === ledger).length;
  expect([statements('books'), statements('papers')]).toEqual([1, 2]);
});

test('conflicts count as such and as faults of the client', async () => {
  const driver = new QldbDriver('books', config());
  await driver.executeLambda(async (transaction) => { await transaction.execute('CREATE TABLE Entry'); });
  let tries = 0;
  await driver.executeLambda(async (transaction) => {
    await transaction.execute('SELECT * FROM Entry');
    if (tries++ === 0) await driver.executeLambda(async (other) => { await other.execute('INSERT INTO Entry ?', { text: 'first' }); });
    await transaction.execute('INSERT INTO Entry ?', { text: 'second' });
  });
  driver.close();
  expect(of('CommitTransaction').map(({ OccConflictExceptions, Session4xxExceptions }) => [OccConflictExceptions, Session4xxExceptions]))
    .toEqual([[0, 0], [0, 0], [1, 1], [0, 0]]);
});

test('sessions beyond the limit count as such', async () => sessionWith(async (client) => {
  const start = async () => client.send(new SendCommandCommand({ StartSession: { LedgerName: 'books' } }));
  await start();
  await start();
  await expect(start()).rejects.toThrow('session limit');
  expect(of('StartSession').map(({ SessionRateExceededExceptions, Session4xxExceptions }) => [SessionRateExceededExceptions, Session4xxExceptions]))
    .toEqual([[0, 0], [0, 0], [1, 1]]);
}));

test('a fault of the service counts as one', async () => sessionWith(async (client) => {
  const { StartSession } = await client.send(new SendCommandCommand({ StartSession: { LedgerName: 'books' } }));
  jest.spyOn(engine.sessions as unknown as { grantsFor(): Promise<never> }, 'grantsFor').mockRejectedValue(new Error('broken'));
  await expect(client.send(new SendCommandCommand({ SessionToken: StartSession!.SessionToken, StartTransaction: {} }))).rejects.toThrow();
  expect(of('StartTransaction')).toEqual([expect.objectContaining({ Session5xxExceptions: 1, Session4xxExceptions: 0 })]);
}));

test('names of ledgers that do not exist make no series, and the control plane none at all', async () => sessionWith(async (client) => {
  await expect(client.send(new SendCommandCommand({ StartSession: { LedgerName: 'nowhere' } }))).rejects.toThrow();
  await expect(client.send(new SendCommandCommand({ SessionToken: 'made-up-token', StartTransaction: {} }))).rejects.toThrow();
  await fetch(`${front.url}/ledgers`);
  expect(lines.filter(({ event }) => event === 'request')).toHaveLength(3);
  expect(measured()).toEqual([]);
}));

describe('jobs', () => {
  const strandOf = async (name: string) => (await engine.ledgers.describe(name)).strandId;
  const work = async () => engine.worker('worker', log).run(await strandOf('books'), now + 60_000);
  const startExport = async () => engine.exports.start('books', {
    bucket: 'archive',
    prefix: 'journal/',
    encryption: { objectEncryptionType: 'NO_ENCRYPTION' },
    roleArn: ROLE_ARN,
    inclusiveStartMillis: START_MILLIS - 1000,
    exclusiveEndMillis: now,
  });
  const startStream = async () => engine.streams.start('books', {
    streamName: 'changes',
    roleArn: ROLE_ARN,
    kinesisStreamArn: 'arn:aws:kinesis:eu-central-1:111122223333:stream/changes',
    aggregationEnabled: true,
    inclusiveStartMillis: START_MILLIS,
    tags: {},
  });
  const health = () => measured().filter(({ event }) => event === 'stream-health').map(({ LedgerName, StreamId, IsImpaired }) => [LedgerName, StreamId, IsImpaired]);

  test('exports that end well, and those that are given up, are counted for their ledger', async () => {
    await startExport();
    now += 1000;
    await work();
    expect(measured()).toEqual([expect.objectContaining({ event: 'job-ended', LedgerName: 'books', CompletedExports: 1 })]);
    await startExport();
    destinations.refuse = new DestinationRefused('access-denied', 'AccessDenied', 'no');
    now += 1000;
    await work();
    now += 16 * 60_000;
    await work();
    expect(measured().slice(1)).toEqual([expect.objectContaining({ event: 'job-setback', LedgerName: 'books', FailedExports: 1 })]);
  });

  test('a stream tells whether it is impaired, by ledger and stream, until it has ended', async () => {
    const streamId = await startStream();
    await tellRegularMetrics(engine, log, () => now, now + 1000);
    expect(health()).toEqual([['books', streamId, 0]]);
    destinations.refuse = new DestinationRefused('not-found', 'ResourceNotFoundException', 'gone');
    now += 1000;
    await work();
    await tellRegularMetrics(engine, log, () => now, now + 1000);
    expect(health().at(-1)).toEqual(['books', streamId, 1]);
    await engine.streams.cancel('books', streamId);
    await tellRegularMetrics(engine, log, () => now, now + 1000);
    expect(health()).toHaveLength(2);
  });

  test('every ledger tells how large its journal is, and it grows with each block', async () => {
    const sizes = () => measured().filter(({ event }) => event === 'journal-storage').map(({ LedgerName, JournalStorage }) => [LedgerName, JournalStorage]);
    await tellRegularMetrics(engine, log, () => now, now + 1000);
    expect(sizes()).toEqual([['books', expect.any(Number)], ['papers', sizes()[0]![1]]]);
    const driver = new QldbDriver('books', config());
    await driver.executeLambda(async (transaction) => { await transaction.execute('CREATE TABLE Entry'); });
    driver.close();
    await tellRegularMetrics(engine, log, () => now, now + 1000);
    expect(sizes()).toHaveLength(4);
    expect(sizes()[2]![1]).toBeGreaterThan(sizes()[0]![1] as number);
    expect(sizes()[3]).toEqual(sizes()[1]);
  });

  test('looking at streams ends when the function\'s time does', async () => {
    await startStream();
    await tellRegularMetrics(engine, log, () => now, now);
    expect(health()).toEqual([]);
  });
});
