import { begin, engineFixture, execute, newLedger, recordingDestinations, ROLE, type RecordingDestinations } from './engine-fixture';
import { growJournal } from './large-journal';
import { watchedStore } from './watched-store';
import type { ExportedObject, ExportRequest } from '../../src/engine';
import { decodeIonStream, type IonStruct } from '../../src/ion';
import { blockFromIon, ChainVerifier, OWN_JOURNAL } from '../../src/journal';
import { keyOf, memoryStore, type Store } from '../../src/store';

const HOUR_MILLIS = 3_600_000;
/** Two objects: one is full. */
const BLOCK_COUNT = 1_100;

const exportRequest = (exclusiveEndMillis: number, prefix = ''): ExportRequest => ({
  inclusiveStartMillis: 0, exclusiveEndMillis, bucket: 'archive', prefix, encryption: { objectEncryptionType: 'SSE_S3' }, roleArn: ROLE, outputFormat: 'ION_BINARY',
});

class Death extends Error {}

/** A worker's world in which the process dies before or after the n-th thing that leaves a trace: a write to the store or an object. */
function mortal(store: Store, destinations: RecordingDestinations, moment: number) {
  let traces = 0;
  let deadSince = Infinity;
  const trace = async <T>(happen: () => Promise<T>): Promise<T> => {
    if (traces >= deadSince || traces++ === moment) {
      deadSince = 0;
      throw new Death();
    }
    const result = await happen();
    if (traces++ === moment) {
      deadSince = 0;
      throw new Death();
    }
    return result;
  };
  const dying = watchedStore(store, {});
  return {
    isDead: () => deadSince === 0,
    store: { ...dying, transact: (actions: Parameters<Store['transact']>[0]) => trace(() => store.transact(actions)) },
    destinations: {
      ...destinations,
      objects: async (...role: Parameters<RecordingDestinations['objects']>) => {
        const writer = await destinations.objects(...role);
        return { ...writer, put: (object: ExportedObject) => trace(() => writer.put(object)) };
      },
    },
  };
}

const dataObjects = ({ exported }: RecordingDestinations): ExportedObject[] => [...exported.values()].filter(({ key }) => key.endsWith('.ion'));
const blocksIn = (objects: readonly Pick<ExportedObject, 'body'>[]) =>
  objects.flatMap(({ body }) => [...decodeIonStream(body)].map(value => blockFromIon(value as IonStruct)));

test('an export whose worker dies at any moment is gone on with: the same keys, the same bytes', async () => {
  const store = memoryStore();
  const { engine, time } = engineFixture({ store });
  const strandId = await newLedger(engine);
  await growJournal(store, strandId, { blockCount: BLOCK_COUNT, documentBytes: 20 });
  time.millis += HOUR_MILLIS;
  const end = time.millis;
  const clock = (): number => time.millis++;
  let expected: Map<string, ExportedObject> | undefined;
  for (let moment = -1; ; moment++) {
    const destinations = recordingDestinations();
    const survivor = engineFixture({ store, destinations, clock }).engine;
    const id = await survivor.exports.start('books', exportRequest(end));
    const first = mortal(store, destinations, moment);
    await engineFixture({ store: first.store, destinations: first.destinations, clock }).engine
      .worker('first', () => undefined).run(strandId, time.millis + HOUR_MILLIS).catch(() => undefined);
    const before = new Map(destinations.exported);
    time.millis += HOUR_MILLIS / 30; // The lease of the dead one ends.
    await survivor.worker('second', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
    expect(await survivor.exports.describe('books', id)).toMatchObject({ status: 'COMPLETED' });
    // An export of a later hour goes into another folder.
    const named = new Map([...destinations.exported].map(([key, object]) => [key.replace(id, 'ID').replace(/^2026\/.*\//, ''), object]));
    expected ??= named;
    expect([...named.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const { key, body } of before.values()) expect(destinations.exported.get(key)!.body).toEqual(body);
    for (const [key, { body }] of named) if (key.endsWith('.ion')) expect(Buffer.compare(expected.get(key)!.body, body)).toBe(0);
    if (moment >= 0 && !first.isDead()) break;
    if (moment > 200) throw new Error('The export has more moments than it should.');
  }
  expect([...expected!.keys()].filter(key => key.endsWith('.ion')).map(key => key.split('.')[1])).toEqual(['0-999', `1000-${BLOCK_COUNT}`]);
}, 60_000);

test('an export that is gone on with after a redaction keeps its keys, and shows what was redacted in no object written since', async () => {
  const store = memoryStore();
  const { engine, time, destinations } = engineFixture({ store });
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  for (let block = 0; block < 12; block++) {
    const transaction = await begin(engine);
    for (let index = 0; index < 10; index++) await transaction.run('INSERT INTO People ?', `{block:${block},index:${index},text:"${`secret ${block}/${index} `.padEnd(100_000, 'x')}"}`);
    await transaction.commit();
  }
  // Superseded, so that they may be redacted: one of a block in the first object, one of the second.
  for (const block of [3, 10]) await execute(engine, `UPDATE People SET text = '' WHERE block = ${block} AND "index" = 5`);
  const end = time.millis;
  await engine.exports.start('books', exportRequest(end, 'calm'));
  const calm = (await engine.exports.listForLedger('books'))[0]!;
  await engine.worker('calm', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
  const calmKeys = dataObjects(destinations).map(({ key }) => key.replace('calm/', ''));
  expect(calmKeys.length).toBeGreaterThan(1);
  expect(calm.status).toBe('IN_PROGRESS');

  destinations.exported.clear();
  await engine.exports.start('books', exportRequest(end, 'hit'));
  let written = false;
  const dying = watchedStore(store, {
    // The first object is there, and nobody has noted it yet.
    async beforeTransact(actions) {
      if (actions.some(action => keyOf(action).partition.includes('/export/'))) {
        written = true;
        throw new Death();
      }
    },
  });
  await engineFixture({ store: dying, destinations, clock: () => time.millis++ }).engine.worker('dying', () => undefined).run(strandId, time.millis + 30);
  expect(written).toBe(true);
  const [unredacted] = dataObjects(destinations);

  const rows = await execute(engine, 'SELECT h.blockAddress, h.metadata.id, h.data.block FROM history(People) AS h WHERE h.metadata.version = 0 AND h.data."index" = 5 AND h.data.block IN (3, 10)') as {
    readonly blockAddress: { readonly strandId: string; readonly sequenceNo: number }; readonly id: string; readonly block: number;
  }[];
  const [{ tableId }] = await execute(engine, 'SELECT tableId FROM information_schema.user_tables') as { tableId: string }[];
  for (const { blockAddress: { sequenceNo }, id } of rows) {
    await execute(engine, 'EXEC REDACT_REVISION ?, ?, ?', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`, `"${tableId}"`, `"${id}"`);
  }
  expect(rows).toHaveLength(2);

  time.millis += HOUR_MILLIS;
  await engine.worker('survivor', () => undefined).run(strandId, time.millis + HOUR_MILLIS);
  const objects = dataObjects(destinations);
  expect(objects.map(({ key }) => key.replace('hit/', ''))).toEqual(calmKeys);
  expect(Buffer.from(unredacted!.body).includes('secret 3/5')).toBe(true);
  for (const { body } of objects) for (const secret of ['secret 3/5', 'secret 10/5']) expect(Buffer.from(body).includes(secret)).toBe(false);
  const chain = new ChainVerifier(OWN_JOURNAL);
  expect(blocksIn(objects).flatMap(block => chain.add(block))).toEqual([]);
  for (const { key, body } of objects) {
    const [, firstSequence, lastSequence] = /\.(\d+)-(\d+)\.ion$/.exec(key)!;
    const sequence = blocksIn([{ body }]).map(({ blockAddress }) => blockAddress.sequenceNo);
    expect([sequence[0], sequence.at(-1)]).toEqual([Number(firstSequence), Number(lastSequence)]);
  }
}, 60_000);
