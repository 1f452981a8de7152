import { createHash } from 'node:crypto';
import { engineFixture, execute, KINESIS_STREAM, newLedger, ROLE, type EngineFixture } from './engine-fixture';
import { consumed, type StreamedRecord } from './kinesis-consumer';
import { DestinationRefused, type ExportRequest, type StreamRequest, type Worker } from '../../src/engine';
import { decodeIon, decodeIonStream, ionToJson, parseIonStream } from '../../src/ion';
import { blockFromIon, ChainVerifier, OWN_JOURNAL } from '../../src/journal';
import { memoryStore } from '../../src/store';

const HOUR_MILLIS = 3_600_000;

interface JobFixture extends EngineFixture {
  readonly strandId: string;
  readonly worker: Worker;
  readonly logged: Readonly<Record<string, unknown>>[];
  run(): Promise<number | undefined>;
}

async function ledgerWithJournal(documents = 30): Promise<JobFixture> {
  const fixture = engineFixture({ store: memoryStore() });
  const strandId = await newLedger(fixture.engine);
  await execute(fixture.engine, 'CREATE TABLE People');
  for (let index = 0; index < documents; index++) await execute(fixture.engine, 'INSERT INTO People ?', `{n:${index},born:1990-01-${10 + index % 20}T}`);
  const logged: Readonly<Record<string, unknown>>[] = [];
  const worker = fixture.engine.worker('worker-1', event => logged.push(event));
  return { ...fixture, strandId, worker, logged, run: () => worker.run(strandId, fixture.time.millis + HOUR_MILLIS) };
}

const exportRequest = ({ time }: JobFixture, change: Partial<ExportRequest> = {}): ExportRequest => ({
  inclusiveStartMillis: 0,
  exclusiveEndMillis: time.millis,
  bucket: 'archive',
  prefix: 'books',
  encryption: { objectEncryptionType: 'SSE_S3' },
  roleArn: ROLE,
  ...change,
});

const streamRequest = (change: Partial<StreamRequest> = {}): StreamRequest => ({
  streamName: 'changes',
  roleArn: ROLE,
  kinesisStreamArn: KINESIS_STREAM,
  aggregationEnabled: true,
  inclusiveStartMillis: 0,
  tags: {},
  ...change,
});

const exportedBlocks = (fixture: JobFixture) => [...fixture.destinations.exported.values()]
  .filter(({ key }) => key.endsWith('.ion'))
  .flatMap(({ body }) => [...body[0] === 0xe0 ? decodeIonStream(body) : parseIonStream(Buffer.from(body).toString())].map(blockFromIon));

describe('an export', () => {
  test.each(['ION_TEXT', 'ION_BINARY'] as const)('in %s holds the whole journal, verifiable block by block', async (outputFormat) => {
    const fixture = await ledgerWithJournal();
    const { engine, destinations, strandId } = fixture;
    const id = await engine.exports.start('books', exportRequest(fixture, { outputFormat }));
    expect(await engine.exports.describe('books', id)).toMatchObject({ status: 'IN_PROGRESS' });
    await fixture.run();
    expect(await engine.exports.describe('books', id)).toMatchObject({ status: 'COMPLETED' });

    const data = `books/2026/03/01/12/${strandId}.0-31.ion`;
    expect([...destinations.exported.keys()]).toEqual([`books/${id}.started.manifest`, data, `books/${id}.${strandId}.completed.manifest`]);
    const chain = new ChainVerifier(OWN_JOURNAL);
    expect(exportedBlocks(fixture).flatMap(block => chain.add(block))).toEqual([]);
    expect(chain.summary()).toMatchObject({ blockCount: 32, digest: new Uint8Array((await engine.proofs.getDigest('books')).digest) });
  });

  test('in JSON is one object a line', async () => {
    const fixture = await ledgerWithJournal(3);
    await fixture.engine.exports.start('books', exportRequest(fixture, { outputFormat: 'JSON' }));
    await fixture.run();
    const [, data, completed] = [...fixture.destinations.exported.values()];
    const lines = Buffer.from(data.body).toString().trimEnd().split('\n').map(line => JSON.parse(line) as { blockAddress: { sequenceNo: number } });
    expect(lines.map(({ blockAddress }) => blockAddress.sequenceNo)).toEqual([0, 1, 2, 3, 4]);
    expect(JSON.parse(Buffer.from(completed.body).toString())).toEqual({ keys: [data.key] });
  });

  test('covers exactly the blocks within its window', async () => {
    const fixture = await ledgerWithJournal(0);
    const { engine, time } = fixture;
    await execute(engine, 'INSERT INTO People ?', '{n:0}');
    const from = time.millis;
    await execute(engine, 'INSERT INTO People ?', '{n:1}');
    await execute(engine, 'INSERT INTO People ?', '{n:2}');
    const to = time.millis;
    await execute(engine, 'INSERT INTO People ?', '{n:3}');
    await engine.exports.start('books', exportRequest(fixture, { inclusiveStartMillis: from, exclusiveEndMillis: to }));
    await fixture.run();
    expect(exportedBlocks(fixture).map(({ blockAddress }) => blockAddress.sequenceNo)).toEqual([3, 4]);
  });

  test('of a window without blocks ends with an empty list of keys', async () => {
    const fixture = await ledgerWithJournal(1);
    fixture.time.millis += 10 * HOUR_MILLIS;
    await fixture.engine.exports.start('books', exportRequest(fixture, { inclusiveStartMillis: fixture.time.millis - HOUR_MILLIS }));
    await fixture.run();
    const completed = [...fixture.destinations.exported.values()].at(-1)!;
    expect(Buffer.from(completed.body).toString()).toBe('{keys:[]}');
  });

  test('goes on with the same keys and bytes after its worker died at any write', async () => {
    const whole = await ledgerWithJournal();
    await whole.engine.exports.start('books', exportRequest(whole));
    await whole.run();
    const expected = whole.destinations.exported.size;
    for (let deadWrite = 0; deadWrite < expected; deadWrite++) {
      const fixture = await ledgerWithJournal();
      const id = await fixture.engine.exports.start('books', exportRequest(fixture));
      let writes = 0;
      fixture.destinations.refuse = () => {
        if (writes++ === deadWrite) throw new DestinationRefused('unavailable', 'SlowDown', 'Please reduce your request rate.');
      };
      await fixture.run();
      const before = new Map(fixture.destinations.exported);
      fixture.time.millis += HOUR_MILLIS / 60;
      await fixture.engine.worker('worker-2', () => undefined).run(fixture.strandId, fixture.time.millis + HOUR_MILLIS);
      expect(await fixture.engine.exports.describe('books', id)).toMatchObject({ status: 'COMPLETED' });
      expect(fixture.destinations.exported.size).toBe(expected);
      for (const [key, { body }] of before) expect(fixture.destinations.exported.get(key)!.body).toEqual(body);
    }
  });

  test('ends as CANCELLED, with the reason in the log, when its bucket stays gone', async () => {
    const fixture = await ledgerWithJournal(1);
    const id = await fixture.engine.exports.start('books', exportRequest(fixture));
    fixture.destinations.refuse = () => {
      throw new DestinationRefused('not-found', 'NoSuchBucket', 'The specified bucket does not exist');
    };
    for (let attempt = 0; attempt < 40; attempt++) {
      const due = await fixture.run();
      if (due === undefined) break;
      fixture.time.millis = Math.max(fixture.time.millis, due);
    }
    expect(await fixture.engine.exports.describe('books', id)).toMatchObject({ status: 'CANCELLED' });
    const reason = `Writing to s3://archive/books under the role ${ROLE}: NoSuchBucket The specified bucket does not exist. Check that the bucket exists, in this account's region.`;
    expect(fixture.logged.at(-1)).toMatchObject({ event: 'job-setback', id, message: reason, givenUp: true });
    expect((await fixture.engine.exports.describe('books', id)).setback).toMatchObject({ message: reason });
    // And it can be asked for again.
    fixture.destinations.refuse = undefined;
    const again = await fixture.engine.exports.start('books', exportRequest(fixture));
    await fixture.run();
    const { status, setback } = await fixture.engine.exports.describe('books', again);
    expect([status, setback]).toEqual(['COMPLETED', undefined]);
  });

  test('is refused as the third one running, and forgotten seven days after its end', async () => {
    const fixture = await ledgerWithJournal(1);
    const { engine } = fixture;
    await engine.exports.start('books', exportRequest(fixture));
    const second = await engine.exports.start('books', exportRequest(fixture));
    await expect(engine.exports.start('books', exportRequest(fixture))).rejects.toMatchObject({ name: 'LimitExceededException' });
    await fixture.run();
    expect((await engine.exports.listForLedger('books')).map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
    fixture.time.millis += 7 * 24 * HOUR_MILLIS + 1_000;
    expect(await engine.exports.listAll()).toEqual([]);
    await expect(engine.exports.describe('books', second)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test.each([
    [{ prefix: 'p'.repeat(129) }, 'must not exceed 128'],
    [{ inclusiveStartMillis: 2, exclusiveEndMillis: 2 }, 'Start date must not be greater than end date'],
    [{ exclusiveEndMillis: Date.parse('2030-01-01') }, 'End date cannot be in the future'],
    [{ encryption: { objectEncryptionType: 'SSE_S3', kmsKeyArn: 'arn:aws:kms:x' } }, 'not compatible'],
    [{ encryption: { objectEncryptionType: 'SSE_KMS' } }, 'needs a KmsKeyArn'],
  ] as const)('with %j is refused', async (change, message) => {
    const fixture = await ledgerWithJournal(0);
    await expect(fixture.engine.exports.start('books', exportRequest(fixture, change as Partial<ExportRequest>))).rejects.toThrow(message);
  });
});

const streamedRecords = ({ destinations }: JobFixture): StreamedRecord[] => destinations.streamed.flatMap(consumed);

describe('a stream', () => {
  test('replays the journal, then follows it', async () => {
    const fixture = await ledgerWithJournal(5);
    const { engine } = fixture;
    const id = await engine.streams.start('books', streamRequest());
    await fixture.run();
    const count = (type: string) => streamedRecords(fixture).filter(({ recordType }) => recordType === type).length;
    expect([count('CONTROL'), count('BLOCK_SUMMARY'), count('REVISION_DETAILS')]).toEqual([1, 6, 5]);
    expect(await fixture.run()).toBeUndefined();

    await execute(engine, 'UPDATE People SET seen = true WHERE n = 3');
    await fixture.run();
    const last = streamedRecords(fixture).filter(({ recordType }) => recordType === 'REVISION_DETAILS').at(-1)!;
    expect(last.payload).toMatchObject({ tableInfo: { tableName: 'People' }, revision: { data: { n: 3, seen: true }, metadata: { version: 1 } } });
    expect(await engine.streams.describe('books', id)).toMatchObject({ status: 'ACTIVE' });
  });

  test('puts a document and its later revisions on one place among the shards', async () => {
    const fixture = await ledgerWithJournal(20);
    for (let index = 0; index < 3; index++) await execute(fixture.engine, `UPDATE People SET seen = ${index} WHERE n < 5`);
    await fixture.engine.streams.start('books', streamRequest());
    await fixture.run();
    const places = new Map<string, Set<string>>();
    for (const record of fixture.destinations.streamed) {
      for (const { recordType, payload } of consumed(record)) {
        if (recordType !== 'REVISION_DETAILS') continue;
        const { id } = payload.revision.metadata;
        places.set(id, (places.get(id) ?? new Set()).add(record.explicitHashKey!));
      }
    }
    expect(places.size).toBe(20);
    for (const keys of places.values()) expect(keys.size).toBe(1);
  });

  test('without aggregation sends one Kinesis record for each of its own', async () => {
    const fixture = await ledgerWithJournal(2);
    await fixture.engine.streams.start('books', streamRequest({ aggregationEnabled: false }));
    await fixture.run();
    expect(fixture.destinations.streamed.map(({ data }) => JSON.parse(ionToJson(decodeIon(data))).recordType))
      .toEqual(['CONTROL', 'BLOCK_SUMMARY', 'BLOCK_SUMMARY', 'REVISION_DETAILS', 'BLOCK_SUMMARY', 'REVISION_DETAILS']);
  });

  test('begins with the block at its start and ends before the block at its end', async () => {
    const fixture = await ledgerWithJournal(6);
    const { engine, strandId } = fixture;
    const timeOf = async (sequenceNo: number) => (await engine.proofs.getBlock('books', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`)).block.blockTimestampMillis;
    // Documents 0 to 5 stand in blocks 2 to 7.
    const [inclusiveStartMillis, exclusiveEndMillis] = [await timeOf(4), await timeOf(6)];
    const id = await engine.streams.start('books', streamRequest({ inclusiveStartMillis, exclusiveEndMillis }));
    await fixture.run();
    expect(await engine.streams.describe('books', id)).toMatchObject({ status: 'COMPLETED' });
    const records = streamedRecords(fixture);
    expect(records.filter(({ recordType }) => recordType === 'REVISION_DETAILS').map(({ payload }) => payload.revision.data.n).sort()).toEqual([2, 3]);
    expect(records.filter(({ recordType }) => recordType === 'CONTROL').map(({ payload }) => payload.controlRecordType)).toEqual(['CREATED', 'COMPLETED']);
  });

  test('with an end completes with a control record', async () => {
    const fixture = await ledgerWithJournal(2);
    const id = await fixture.engine.streams.start('books', streamRequest({ exclusiveEndMillis: fixture.time.millis + HOUR_MILLIS }));
    expect(await fixture.run()).toBeGreaterThan(fixture.time.millis);
    fixture.time.millis += 2 * HOUR_MILLIS;
    await fixture.run();
    expect(await fixture.engine.streams.describe('books', id)).toMatchObject({ status: 'COMPLETED' });
    expect(streamedRecords(fixture).at(-1)!.payload).toEqual({ controlRecordType: 'COMPLETED' });
  });

  test.each([
    ['not-found', 'KINESIS_STREAM_NOT_FOUND'],
    ['access-denied', 'IAM_PERMISSION_REVOKED'],
  ] as const)('is IMPAIRED while its target answers %s, and ACTIVE again after that', async (reason, errorCause) => {
    const fixture = await ledgerWithJournal(1);
    const id = await fixture.engine.streams.start('books', streamRequest());
    fixture.destinations.refuse = () => {
      throw new DestinationRefused(reason, 'Code', 'no');
    };
    const due = await fixture.run();
    expect(await fixture.engine.streams.describe('books', id)).toMatchObject({ status: 'IMPAIRED', errorCause });
    fixture.destinations.refuse = undefined;
    fixture.time.millis = due!;
    await fixture.run();
    const recovered = await fixture.engine.streams.describe('books', id);
    expect(recovered.status).toBe('ACTIVE');
    expect(recovered.errorCause).toBeUndefined();
    expect(streamedRecords(fixture)).toHaveLength(4);
  });

  test('that was canceled sends nothing more and cannot be canceled again', async () => {
    const fixture = await ledgerWithJournal(1);
    const { engine, destinations } = fixture;
    const id = await engine.streams.start('books', streamRequest());
    await fixture.run();
    const sent = destinations.streamed.length;
    await engine.streams.cancel('books', id);
    await execute(engine, 'INSERT INTO People ?', '{n:9}');
    await fixture.run();
    expect(destinations.streamed).toHaveLength(sent);
    await expect(engine.streams.cancel('books', id)).rejects.toMatchObject({ name: 'ResourcePreconditionNotMetException' });
  });
});

describe('deleting a ledger', () => {
  test('is refused under protection and while a stream runs', async () => {
    const fixture = await ledgerWithJournal(1);
    const { ledgers, streams } = fixture.engine;
    await ledgers.update('books', { deletionProtection: true });
    await expect(ledgers.delete('books')).rejects.toMatchObject({ name: 'ResourcePreconditionNotMetException' });
    await ledgers.update('books', { deletionProtection: false });
    const id = await streams.start('books', streamRequest());
    await expect(ledgers.delete('books')).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await streams.cancel('books', id);
    await ledgers.delete('books');
    expect(await ledgers.describe('books')).toMatchObject({ state: 'DELETING' });
  });

  test('leaves nothing of it in the store, and frees its name', async () => {
    const fixture = await ledgerWithJournal(30);
    const { engine, store, strandId } = fixture;
    await execute(engine, 'CREATE INDEX ON People (n)');
    const [{ tableId, indexes }] = await execute(engine, 'SELECT * FROM information_schema.user_tables') as { tableId: string; indexes: { indexId: string }[] }[];
    const partitions = [strandId, ...['block', 'node', `table/${tableId}`, `history/${tableId}`, `index/${indexes[0].indexId}`].map(name => `${strandId}/${name}`)];
    await engine.ledgers.delete('books');
    await fixture.run();
    for (const partition of [...partitions, 'ledgers']) {
      for await (const { key } of store.query(partition)) throw new Error(`${key.partition} ${key.sort} is still there`);
    }
    expect(await newLedger(engine)).not.toBe(strandId);
  });
});

test('two workers at once export each object once and stream each record in order', async () => {
  const fixture = await ledgerWithJournal(30);
  await fixture.engine.exports.start('books', exportRequest(fixture));
  await fixture.engine.streams.start('books', streamRequest({ aggregationEnabled: false }));
  const other = fixture.engine.worker('worker-2', () => undefined);
  const deadline = fixture.time.millis + HOUR_MILLIS;
  await Promise.all([fixture.run(), other.run(fixture.strandId, deadline), fixture.run(), other.run(fixture.strandId, deadline)]);
  const hashes = fixture.destinations.streamed.map(({ data }) => createHash('sha256').update(data).digest('hex'));
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashes).toHaveLength(1 + 31 + 30);
});

test('quotas can be raised', async () => {
  const { engine } = engineFixture({ quotas: { activeLedgers: 6 } });
  for (let index = 0; index < 6; index++) await newLedger(engine, `ledger-${index}`);
  await expect(newLedger(engine, 'one-more')).rejects.toMatchObject({ name: 'LimitExceededException', message: expect.stringContaining('the limit of 6 active') });
});
