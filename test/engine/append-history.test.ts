import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { judgeAppends, type AppendStep, type AppendTransaction } from './append-checker';
import { runAppendHistory } from './append-history';
import { recordingDestinations } from './engine-fixture';
import { faultyStore, seededRandom } from './faulty-store';
import { startLocalAws, type LocalAws } from '../../local-aws/local-aws';
import { createEngine, memorySessionStore, storedSessionStore, type Engine } from '../../src/engine';
import { dynamoDbStore, memoryStore, openEmbeddedStore, type Store } from '../../src/store';

const STARTING_MILLIS = 120_000;
const HISTORY_MILLIS = 120_000;
const FAULTS = { turnsMax: 12, readFails: 0.0005, writeFailsBefore: 0.005, writeFailsAfter: 0.005, headConditionFails: 0.02 };

function engineOver(store: Store, sessions: 'stored' | 'memory'): Engine {
  return createEngine({
    store,
    sessions: sessions === 'stored' ? storedSessionStore(store, Date.now) : memorySessionStore(Date.now),
    clock: Date.now,
    random: randomBytes,
    destinations: recordingDestinations(),
    account: { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' },
    wake: () => undefined,
    pause: async () => new Promise(resolve => setTimeout(resolve, Math.random() * 10)),
  });
}

describe('transactions that append to lists and read them are serializable', () => {
  test.each([1, 2, 3, 4])('in memory, by engines that share a slow and faulty store (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const truth = memoryStore();
    const engines = [1, 2, 3].map(() => engineOver(faultyStore(truth, random, FAULTS), 'stored'));
    const report = await runAppendHistory({ engines, calm: engineOver(truth, 'stored'), clients: 12, transactionsPerClient: 20, keys: 5, random });
    expect(report.anomalies).toEqual([]);
    expectContention(report);
  }, HISTORY_MILLIS);

  test('on the embedded store', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-appends-'));
    const store = await openEmbeddedStore(directory);
    const report = await runAppendHistory({ engines: [engineOver(store, 'memory')], clients: 16, transactionsPerClient: 20, keys: 6, random: seededRandom(1) });
    await store.close();
    await rm(directory, { recursive: true, force: true });
    expect(report.anomalies).toEqual([]);
    expectContention(report);
  }, HISTORY_MILLIS);

  describe('on DynamoDB', () => {
    let localAws: LocalAws;
    let client: DynamoDBClient;
    beforeAll(async () => {
      localAws = await startLocalAws();
      client = new DynamoDBClient({
        endpoint: localAws.endpoint, region: localAws.region, credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      });
      await client.send(new CreateTableCommand({
        TableName: 'appends',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }, { AttributeName: 's', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }, { AttributeName: 's', KeyType: 'RANGE' }],
      }));
    }, STARTING_MILLIS);
    afterAll(async () => {
      client?.destroy();
      await localAws?.stop();
    });

    test('by several instances that share its table, sessions included', async () => {
      const engines = [1, 2, 3].map(() => engineOver(dynamoDbStore({ client, tableName: 'appends' }), 'stored'));
      const report = await runAppendHistory({ engines, clients: 6, transactionsPerClient: 15, keys: 4, random: seededRandom(1) });
      expect(report.anomalies).toEqual([]);
      expectContention(report);
    }, HISTORY_MILLIS);
  });
});

function expectContention({ committed, conflicts, relations }: Awaited<ReturnType<typeof runAppendHistory>>): void {
  // How much is committed and how often they meet is up to the machine; that they meet is not.
  expect(committed).toBeGreaterThan(5);
  expect(conflicts).toBeGreaterThan(0);
  for (const relation of ['ww', 'wr', 'rw', 'time'] as const) expect(relations[relation]).toBeGreaterThan(0);
}

describe('the checker finds', () => {
  const append = (key: number, value: number): AppendStep => ({ kind: 'append', key, value });
  const read = (key: number, ...list: number[]): AppendStep => ({ kind: 'read', key, list });
  /** All at the same time, unless told otherwise. */
  const transaction = (name: string, steps: AppendStep[], more: Partial<AppendTransaction> = {}): AppendTransaction =>
    ({ name, steps, outcome: 'committed', start: 0, end: 100, ...more });
  const anomaliesOf = (history: AppendTransaction[], lists: Record<number, number[]>): readonly string[] =>
    judgeAppends(history, new Map(Object.entries(lists).map(([key, list]) => [Number(key), list]))).anomalies;

  test('nothing in a serializable history', () => {
    const history = [
      transaction('A', [append(0, 1), read(0, 1), append(1, 2)]), transaction('B', [read(0, 1), append(0, 3), read(0, 1, 3)]), transaction('C', [read(0), read(1)]),
      transaction('D', [append(0, 9)], { outcome: 'aborted' }), transaction('E', [append(1, 4)], { outcome: 'unknown' }),
    ];
    expect(anomaliesOf(history, { 0: [1, 3], 1: [2, 4] })).toEqual([]);
  });

  test.each<[string, AppendTransaction[], Record<number, number[]>, RegExp]>([
    ['a write skew', [transaction('A', [read(0), append(1, 1)]), transaction('B', [read(1), append(0, 2)])], { 0: [2], 1: [1] }, /^a cycle: .*-rw->.*-rw->/],
    ['a lost update', [transaction('A', [read(0), append(0, 1)]), transaction('B', [read(0), append(0, 2)])], { 0: [1, 2] }, /^a cycle/],
    ['two transactions that each read the other', [transaction('A', [append(0, 1), read(1, 2)]), transaction('B', [append(1, 2), read(0, 1)])], { 0: [1], 1: [2] }, /-wr->.*-wr->/],
    ['a write cycle', [transaction('A', [append(0, 1), append(1, 3)]), transaction('B', [append(0, 2), append(1, 4)])], { 0: [1, 2], 1: [4, 3] }, /-ww->.*-ww->/],
    ['a read of half a transaction', [transaction('A', [append(0, 1), append(1, 2)]), transaction('B', [read(0, 1), read(1)])], { 0: [1], 1: [2] }, /^a cycle/],
    ['a stale read after a commit', [transaction('A', [append(0, 1)], { end: 10 }), transaction('B', [read(0)], { start: 20 })], { 0: [1] }, /^a cycle: .*-(time|rw)->/],
    ['an aborted write that lasts', [transaction('A', [append(0, 1)], { outcome: 'aborted' })], { 0: [1] }, /of the aborted A is durable/],
    ['an aborted write that is read', [transaction('A', [append(0, 1)], { outcome: 'aborted' }), transaction('B', [read(0, 1)])], {}, /shows the aborted A/],
    ['an intermediate state', [transaction('A', [append(0, 1), append(0, 2)]), transaction('B', [read(0, 1)])], { 0: [1, 2] }, /an intermediate state of A/],
    ['a lost write', [transaction('A', [append(0, 1)])], {}, /1 appends of the committed A are lost/],
    ['a commit in part', [transaction('A', [append(0, 1), append(1, 2)], { outcome: 'unknown' })], { 0: [1] }, /A was committed in part/],
    ['reads that fit no order', [transaction('A', [append(0, 1)]), transaction('B', [append(0, 2)]), transaction('C', [read(0, 2)])], { 0: [1, 2] }, /no beginning/],
    ['a read without the own write', [transaction('A', [append(0, 1), read(0)])], { 0: [1] }, /lacks its own appends/],
    ['a read that does not repeat', [transaction('A', [append(0, 1)]), transaction('B', [read(0), read(0, 1)])], { 0: [1] }, /differs from what it read before/],
  ])('%s', (_, history, lists, anomaly) => {
    expect(anomaliesOf(history, lists)).toEqual(expect.arrayContaining([expect.stringMatching(anomaly)]));
  });
});
