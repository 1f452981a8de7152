import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineFixture, KINESIS_STREAM, newLedger, ROLE } from './engine-fixture';
import { gate, watchedStore } from './watched-store';
import type { Engine, ExportRequest, StreamRequest } from '../../src/engine';
import { memoryStore, openEmbeddedStore, type Store } from '../../src/store';

const exportRequest = (): ExportRequest =>
  ({ inclusiveStartMillis: 0, exclusiveEndMillis: Date.parse('2026-03-01T12:00:00Z'), bucket: 'archive', prefix: '', encryption: { objectEncryptionType: 'SSE_S3' }, roleArn: ROLE });
const streamRequest = (streamName: string): StreamRequest =>
  ({ streamName, roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled: true, inclusiveStartMillis: 0, tags: {} });

/** What so many at once, by two processes over one store, come to: how many got through, and what the others were told. */
async function atOnce(store: Store, count: number, attempt: (engine: Engine, index: number) => Promise<unknown>) {
  const engines = [engineFixture({ store }).engine, engineFixture({ store }).engine];
  const outcomes = await Promise.allSettled(Array.from({ length: count }, (_, index) => attempt(engines[index % engines.length]!, index)));
  const refusals = outcomes.flatMap(outcome => outcome.status === 'rejected' ? [(outcome.reason as Error).name] : []);
  return { through: count - refusals.length, refusals: [...new Set(refusals)] };
}

const STORES: readonly [string, () => Promise<{ readonly store: Store; close(): Promise<void> }>][] = [
  ['in memory', async () => ({ store: memoryStore(), close: async () => undefined })],
  ['of the embedded service', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-quotas-'));
    const store = await openEmbeddedStore(directory);
    return {
      store,
      async close() {
        await store.close();
        await rm(directory, { recursive: true, force: true });
      },
    };
  }],
];

describe.each(STORES)('with the store %s, of twelve at once', (_, open) => {
  let store: Store;
  let close: () => Promise<void>;
  beforeEach(async () => { ({ store, close } = await open()); });
  afterEach(() => close());

  test('five ledgers are made', async () => {
    expect(await atOnce(store, 12, (engine, index) => newLedger(engine, `ledger-${index}`))).toEqual({ through: 5, refusals: ['LimitExceededException'] });
    expect((await engineFixture({ store }).engine.ledgers.list(100)).ledgers).toHaveLength(5);
  });

  test('one ledger gets the name', async () => {
    expect(await atOnce(store, 12, engine => newLedger(engine))).toEqual({ through: 1, refusals: ['ResourceAlreadyExistsException'] });
  });

  test('two exports of a ledger start', async () => {
    await newLedger(engineFixture({ store }).engine);
    expect(await atOnce(store, 12, engine => engine.exports.start('books', exportRequest()))).toEqual({ through: 2, refusals: ['LimitExceededException'] });
  });

  test('five streams of a ledger start', async () => {
    await newLedger(engineFixture({ store }).engine);
    expect(await atOnce(store, 12, (engine, index) => engine.streams.start('books', streamRequest(`stream-${index}`))))
      .toEqual({ through: 5, refusals: ['LimitExceededException'] });
  });

  test('one stream of a ledger gets the name', async () => {
    await newLedger(engineFixture({ store }).engine);
    expect(await atOnce(store, 12, engine => engine.streams.start('books', streamRequest('changes')))).toEqual({ through: 1, refusals: ['InvalidParameterException'] });
  });
});

test('a job that is asked for while its ledger is deleted is refused, and leaves nothing behind', async () => {
  const store = memoryStore();
  const { engine, time } = engineFixture({ store });
  const strandId = await newLedger(engine);
  const held = gate();
  const slow = engineFixture({
    store: watchedStore(store, {
      async beforeTransact(actions) {
        if (actions.some(action => 'put' in action && action.put.sort.startsWith('job#export'))) await held.pass();
      },
    }),
  });
  const starting = slow.engine.exports.start('books', exportRequest());
  await held.reached;
  await engine.ledgers.delete('books');
  await engine.worker('worker', () => undefined).run(strandId, time.millis + 60_000);
  held.open();
  await expect(starting).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  for await (const { key } of store.query(strandId)) throw new Error(`${key.sort} is still there`);
});
