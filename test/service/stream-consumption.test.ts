import { fakeKinesis, type Shard } from './fake-kinesis';
import { readShard, type Checkpoint, type UserRecord } from './kcl-reader';
import type { RecordWriter } from '../../src/engine';
import { decodeIon, ionToJson } from '../../src/ion';
import { kinesisRecordWriter } from '../../src/service/kinesis-record-writer';
import { begin, engineFixture, execute, KINESIS_STREAM, newLedger, recordingDestinations, ROLE } from '../engine/engine-fixture';
import { seededRandom } from '../engine/faulty-store';

const HOUR_MILLIS = 3_600_000;
const DOCUMENTS = 12;
const VERSIONS = 6;

interface StreamRecord {
  readonly recordType: string;
  readonly payload: { readonly revision?: { readonly metadata: { readonly id: string; readonly version: number } } };
}

const decoded = ({ data }: UserRecord): StreamRecord => JSON.parse(ionToJson(decodeIon(data))) as StreamRecord;

/** Reads a shard as a processor that dies now and then and goes on at its last checkpoint. Records between checkpoint and death come again. */
function consumed(shard: Shard, random: () => number): UserRecord[] {
  const seen: UserRecord[] = [];
  let checkpoint: Checkpoint | undefined;
  for (let isAtEnd = false; !isAtEnd;) {
    isAtEnd = true;
    for (const record of readShard(shard, checkpoint)) {
      if (random() < 0.05) {
        isAtEnd = false;
        break;
      }
      seen.push(record);
      if (random() < 0.3) checkpoint = record;
    }
  }
  return seen;
}

/** The order in which a consumer that drops what it has seen before gets to know the versions of each document. */
function versionsByDocument(records: readonly UserRecord[]): Map<string, number[]> {
  const versions = new Map<string, number[]>();
  for (const { payload: { revision } } of records.map(decoded)) {
    if (!revision) continue;
    const { id, version } = revision.metadata;
    const known = versions.get(id) ?? [];
    if (!known.includes(version)) known.push(version);
    versions.set(id, known);
  }
  return versions;
}

test.each([[true, 1], [true, 2], [true, 3], [false, 4], [false, 5]])(
  'neither what Kinesis refuses and loses nor workers that die change the records or the order of a document\'s (aggregation %s, run %i)',
  async (aggregationEnabled, seed) => {
    const random = seededRandom(seed);
    const { shards, client } = fakeKinesis(4, { random, recordRefused: 0.2, callFails: 0.1, answerLost: 0.1 });
    let died = false;
    // Its last records are out, its place is not saved.
    const dyingWriter = (writer: RecordWriter): RecordWriter => ({
      ...writer,
      async put(arn, records) {
        await writer.put(arn, records);
        if (!died && random() < 0.3) {
          died = true;
          throw new Error('The process died.');
        }
      },
    });
    const writer = { ...kinesisRecordWriter(client, async () => undefined), check: async () => undefined };
    const { engine, time } = engineFixture({ destinations: { ...recordingDestinations(), records: async () => dyingWriter(writer) } });
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    const id = await engine.streams.start('books', {
      streamName: 'changes', roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled, inclusiveStartMillis: 0, tags: {},
    });
    const pump = async (): Promise<void> => {
      died = false;
      await engine.worker(`worker-${random()}`, () => undefined).run(strandId, time.millis + HOUR_MILLIS);
      time.millis += 2 * 60_000;
    };
    for (let document = 0; document < DOCUMENTS; document++) await execute(engine, 'INSERT INTO People ?', `{n:${document}}`);
    for (let version = 1; version < VERSIONS; version++) {
      if (random() < 0.5) await pump();
      await execute(engine, `UPDATE People SET version = ${version}`);
    }
    const head = (await engine.proofs.getDigest('books')).tip.sequenceNo;
    for (let attempt = 0; (await engine.streams.describe('books', id)).nextSequenceNo !== head + 1; attempt++) {
      if (attempt === 50) throw new Error('The stream does not come to the end of the journal.');
      await pump();
    }

    const records = shards.flatMap(shard => consumed(shard, random));
    const types = new Set(records.map(record => Buffer.from(record.data).toString('hex')));
    // The CREATED record; a summary of each block but the system's; a revision of each version.
    expect(types.size).toBe(1 + head + DOCUMENTS * VERSIONS);
    const versions = versionsByDocument(records);
    expect(versions.size).toBe(DOCUMENTS);
    for (const order of versions.values()) expect(order).toEqual(Array.from({ length: VERSIONS }, (_, version) => version));
    expect(records.some(({ aggregated }) => aggregated)).toBe(aggregationEnabled);
    expect(shards.filter(shard => shard.records.length > 0).length).toBeGreaterThan(1);
  },
);

test('a block whose summary is larger than Kinesis takes goes without its statements, and wedges nothing', async () => {
  for (const aggregationEnabled of [true, false]) {
    const { shards, client } = fakeKinesis(1, { random: () => 1, recordRefused: 0, callFails: 0, answerLost: 0 });
    const { engine, time } = engineFixture({
      destinations: { ...recordingDestinations(), records: async () => ({ ...kinesisRecordWriter(client), check: async () => undefined }) },
    });
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    const transaction = await begin(engine);
    for (let index = 0; index < 12; index++) await transaction.run(`SELECT * FROM People WHERE name = '${'x'.repeat(99_000)}'`);
    for (let index = 0; index < 8; index++) await transaction.run('INSERT INTO People ?', `{text:"${'y'.repeat(120_000)}"}`);
    await transaction.commit();
    await execute(engine, 'INSERT INTO People ?', '{n:1}');
    const id = await engine.streams.start('books', {
      streamName: 'changes', roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled, inclusiveStartMillis: 0, tags: {},
    });
    await engine.worker('worker', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
    expect(await engine.streams.describe('books', id)).toMatchObject({ status: 'ACTIVE', nextSequenceNo: 4 });
    const records = [...readShard(shards[0]!)].map(decoded) as { recordType: string; payload: Record<string, any> }[];
    const summaries = records.filter(({ recordType }) => recordType === 'BLOCK_SUMMARY').map(({ payload }) => payload)
      .sort((one, other) => one.blockAddress.sequenceNo - other.blockAddress.sequenceNo);
    expect(summaries.map(summary => 'transactionInfo' in summary)).toEqual([true, false, true]);
    expect(summaries[1]!.revisionSummaries).toHaveLength(8);
    // Its hash is still among the entries, so the block adds up.
    expect(summaries[1]!.entriesHashList).toHaveLength(2);
    expect(records.filter(({ recordType }) => recordType === 'REVISION_DETAILS')).toHaveLength(9);
  }
});
