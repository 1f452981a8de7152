import { begin, engineFixture, execute, KINESIS_STREAM, newLedger, ROLE } from './engine-fixture';
import { consumed } from './kinesis-consumer';
import { gate, putsTo, watchedStore } from './watched-store';
import { DestinationRefused, type ExportRequest } from '../../src/engine';
import { parseIonStream } from '../../src/ion';
import { blockFromIon } from '../../src/journal';
import { memoryStore, type Key } from '../../src/store';

const HOUR_MILLIS = 3_600_000;
const exportRequest = (exclusiveEndMillis: number, inclusiveStartMillis = 0): ExportRequest => ({
  inclusiveStartMillis, exclusiveEndMillis, bucket: 'archive', prefix: '', encryption: { objectEncryptionType: 'SSE_S3' }, roleArn: ROLE,
});

/** A ledger, and another process over the same store whose next append can be held up before it is durable. */
async function ledgerWithSlowWriter() {
  const store = memoryStore();
  const fixture = engineFixture({ store });
  const { engine, time } = fixture;
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  const held = gate();
  const slow = engineFixture({
    store: watchedStore(store, {
      async beforeTransact(actions) {
        if (putsTo(actions, '/block ')) await held.pass();
      },
    }),
    clock: () => time.millis++,
  });
  const transaction = await begin(slow.engine);
  await transaction.run('INSERT INTO People ?', '{n:1}');
  return { ...fixture, strandId, held, transaction, worker: engine.worker('worker', () => undefined) };
}

test('exports of joining windows hold each block once, one on its way to the store included', async () => {
  const { engine, time, strandId, held, transaction, worker, destinations } = await ledgerWithSlowWriter();
  const committing = transaction.commit();
  await held.reached;
  const seam = time.millis;
  await engine.exports.start('books', exportRequest(seam));
  await worker.run(strandId, time.millis + HOUR_MILLIS);
  held.open();
  await committing;
  time.millis += HOUR_MILLIS;
  await engine.exports.start('books', exportRequest(time.millis, seam));
  await worker.run(strandId, time.millis + HOUR_MILLIS);
  const sequence = [...destinations.exported.values()].filter(({ key }) => key.endsWith('.ion'))
    .flatMap(({ body }) => [...parseIonStream(Buffer.from(body).toString())].map(value => blockFromIon(value as never).blockAddress.sequenceNo));
  expect(sequence).toEqual([0, 1, 2]);
});

test('a stream with an end holds every block before that end, one on its way to the store included', async () => {
  const { engine, time, strandId, held, transaction, worker, destinations } = await ledgerWithSlowWriter();
  const end = time.millis + 50;
  const id = await engine.streams.start('books', {
    streamName: 'changes', roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled: true, inclusiveStartMillis: 0, exclusiveEndMillis: end, tags: {},
  });
  const committing = transaction.commit();
  await held.reached;
  time.millis = end;
  const run = worker.run(strandId, time.millis + HOUR_MILLIS);
  await run;
  held.open();
  await committing;
  for (let attempt = 0; attempt < 3; attempt++) await worker.run(strandId, time.millis + HOUR_MILLIS);
  expect(await engine.streams.describe('books', id)).toMatchObject({ status: 'COMPLETED' });
  const { block } = await engine.proofs.getBlock('books', `{strandId:"${strandId}",sequenceNo:2}`);
  const details = destinations.streamed.flatMap(consumed).filter(({ recordType }) => recordType === 'REVISION_DETAILS');
  expect(details).toHaveLength(block.blockTimestampMillis < end ? 1 : 0);
});

test('an export that met a fault once is not given up at a single fault much later', async () => {
  const { engine, time, destinations } = engineFixture();
  const strandId = await newLedger(engine);
  const worker = engine.worker('worker', () => undefined);
  const failOnce = (): void => {
    destinations.refuse = () => {
      destinations.refuse = undefined;
      throw new DestinationRefused('unavailable', 'SlowDown', 'Please reduce your request rate.');
    };
  };
  const id = await engine.exports.start('books', exportRequest(time.millis));
  failOnce();
  await worker.run(strandId, time.millis + HOUR_MILLIS);
  time.millis += 5_000;
  // The started manifest goes out; then the slice is over.
  await worker.run(strandId, time.millis + 5);
  expect(destinations.exported.size).toBeGreaterThan(0);
  expect(await engine.exports.describe('books', id)).toMatchObject({ status: 'IN_PROGRESS' });
  time.millis += 16 * 60_000;
  failOnce();
  await worker.run(strandId, time.millis + HOUR_MILLIS);
  expect(await engine.exports.describe('books', id)).toMatchObject({ status: 'IN_PROGRESS' });
});

test('tagging a stream while its worker sends does not leave it waiting without a date', async () => {
  const { engine, time, destinations } = engineFixture();
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  const id = await engine.streams.start('books', {
    streamName: 'changes', roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled: true, inclusiveStartMillis: 0, tags: {},
  });
  let tagging: Promise<void> | undefined;
  const writer = await destinations.records(ROLE, '');
  destinations.records = async () => ({
    ...writer,
    async put(arn, records) {
      await writer.put(arn, records);
      await (tagging ??= engine.streams.tag('books', id, { owner: 'ada' }));
    },
  });
  const due = await engine.worker('worker', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
  const { nextSequenceNo } = await engine.streams.describe('books', id);
  expect(tagging).toBeDefined();
  // It either went on, or says when to look again.
  expect(nextSequenceNo === 2 || due !== undefined).toBe(true);
});

describe('deleting a ledger', () => {
  test('by two workers spares the ledger that took its name meanwhile', async () => {
    const store = memoryStore();
    const { engine, time } = engineFixture({ store });
    const strandId = await newLedger(engine);
    await engine.ledgers.delete('books');
    const held = gate();
    const slow = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (actions.some(action => 'delete' in action && action.delete.partition === 'ledgers')) await held.pass();
        },
      }),
    });
    const late = slow.engine.worker('slow', () => undefined).run(strandId, time.millis + HOUR_MILLIS).catch(() => undefined);
    await held.reached;
    await engine.worker('quick', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
    await newLedger(engine);
    held.open();
    await late;
    expect(await engine.ledgers.describe('books')).toMatchObject({ state: 'ACTIVE' });
  });

  test('that was interrupted between its writes can be asked for again', async () => {
    const store = memoryStore();
    const { engine, time } = engineFixture({ store });
    const strandId = await newLedger(engine);
    const dying = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (putsTo(actions, 'job#purge')) throw new Error('The process died.');
        },
      }),
    });
    await expect(dying.engine.ledgers.delete('books')).rejects.toThrow('died');
    await engine.ledgers.delete('books').catch(() => undefined);
    await engine.worker('worker', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
    await expect(newLedger(engine)).resolves.toBeDefined();
  });

  test('leaves no entries of an index that was dropped before', async () => {
    const { engine, store, time } = engineFixture();
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    await execute(engine, 'CREATE INDEX ON People (n)');
    await execute(engine, 'INSERT INTO People ?', '{n:1}');
    const [{ indexes: [{ indexId }] }] = await execute(engine, 'SELECT * FROM information_schema.user_tables') as { indexes: { indexId: string }[] }[];
    await execute(engine, `DROP INDEX "${indexId}" ON People WITH (purge = true)`);
    await engine.ledgers.delete('books');
    await engine.worker('worker', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
    const left: Key[] = [];
    for await (const { key } of store.query(`${strandId}/index/${indexId}`)) left.push(key);
    expect(left).toEqual([]);
  });

  test('refuses commits of transactions that were open, and leaves nothing of them', async () => {
    const store = memoryStore();
    const { engine, time } = engineFixture({ store });
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    const transaction = await begin(engine);
    await transaction.run('INSERT INTO People ?', '{n:1}');
    await engine.ledgers.delete('books');
    const held = gate();
    const purging = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (actions.some(action => 'delete' in action && action.delete.partition === strandId)) await held.pass();
        },
      }),
    });
    const purge = purging.engine.worker('worker', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
    await held.reached;
    const acknowledged = await transaction.commit().then(() => true, () => false);
    held.open();
    await purge;
    const left: Key[] = [];
    for await (const { key } of store.query(`${strandId}/block`)) left.push(key);
    expect({ acknowledged, left }).toEqual({ acknowledged: false, left: [] });
  });

  test('while an export runs never completes that export with blocks missing', async () => {
    const store = memoryStore();
    const { engine, time, destinations } = engineFixture({ store });
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    for (let index = 0; index < 150; index++) await execute(engine, 'INSERT INTO People ?', `{n:${index}}`);
    await engine.exports.start('books', exportRequest(time.millis));
    const worker = engine.worker('worker', () => undefined);
    let writes = 0;
    destinations.refuse = () => {
      if (++writes === 2) throw new DestinationRefused('unavailable', 'SlowDown', 'Please reduce your request rate.');
    };
    await worker.run(strandId, time.millis + HOUR_MILLIS);
    await engine.ledgers.delete('books');
    const held = gate();
    let blockDeletes = 0;
    const purging = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (actions.some(action => 'delete' in action && action.delete.partition === `${strandId}/block`) && ++blockDeletes === 2) await held.pass();
        },
      }),
    });
    const purge = purging.engine.worker('purger', () => undefined).run(strandId, time.millis + HOUR_MILLIS).catch(() => undefined);
    await held.reached;
    time.millis += 2 * 60_000;
    await worker.run(strandId, time.millis + 200).catch(() => undefined);
    held.open();
    await purge;
    for (const { key, body } of destinations.exported.values()) {
      const range = /\.(\d+)-(\d+)\.ion$/.exec(key);
      if (!range) continue;
      const sequence = [...parseIonStream(Buffer.from(body).toString())].map(value => blockFromIon(value as never).blockAddress.sequenceNo);
      expect([sequence[0], sequence.at(-1)]).toEqual([Number(range[1]), Number(range[2])]);
    }
  });
});
