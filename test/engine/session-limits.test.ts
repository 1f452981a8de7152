import { randomBytes } from 'node:crypto';
import { begin, CALLER, engineFixture, execute, newLedger } from './engine-fixture';
import { createEngine, memorySessionStore, storedSessionStore, type Engine } from '../../src/engine';
import { decodeIon, encodeIon, parseIon, printIon } from '../../src/ion';
import { foldStatement, startDigest, statementDigest } from '../../src/journal';
import { memoryStore, type Action, type Store } from '../../src/store';

/** A store that remembers what was asked of it. */
function countingStore(store: Store): { store: Store; itemsRead: number; written: Action[] } {
  const counting = {
    itemsRead: 0,
    written: [] as Action[],
    store: {
      ...store,
      async get(key) {
        counting.itemsRead++;
        return store.get(key);
      },
      async getMany(keys) {
        counting.itemsRead += keys.length;
        return store.getMany(keys);
      },
      async* query(partition, range) {
        for await (const item of store.query(partition, range)) {
          counting.itemsRead++;
          yield item;
        }
      },
      async transact(actions) {
        counting.written.push(...actions);
        await store.transact(actions);
      },
    } satisfies Store as Store,
  };
  return counting;
}

describe('limits are checked before anything is written', () => {
  const kilobytes = (count: number): string => `"${'x'.repeat(count * 1_000)}"`;

  test.each<[string, readonly (readonly [statement: string, ...parameters: string[]])[], RegExp]>([
    ['a document of more than 128 KB', [['INSERT INTO T {\'a\': ?, \'b\': ?}', kilobytes(66), kilobytes(66)]], /^Document of 132\d{3} bytes .* exceeds the limit of 131072 bytes/],
    ['a document that grows beyond 128 KB', [['INSERT INTO T {\'a\': ?}', kilobytes(100)], ['UPDATE T SET b = ?', kilobytes(50)]], /^Document of 150\d{3} bytes/],
    ['more than 40 documents in a statement', [[`INSERT INTO T <<${Array.from({ length: 41 }, () => '{}').join()}>>`]], /at most 40 documents/],
    ['more than 40 documents in several statements', [...Array.from({ length: 41 }, () => ['INSERT INTO T {}'] as const)], /at most 40 documents/],
    ['4 MB in several statements', [...Array.from({ length: 40 }, () => ['INSERT INTO T {\'a\': ?}', kilobytes(110)] as const)], /limit of 3900000 bytes/],
    ['4 MB of statements that only read', [...Array.from({ length: 45 }, () => [`SELECT 1 FROM <<0>> AS x -- ${'x'.repeat(90_000)}`] as const)], /limit of 3900000 bytes/],
  ])('%s', async (_, statements, message) => {
    const counted = countingStore(memoryStore());
    const { engine } = engineFixture({ store: counted.store });
    await newLedger(engine);
    await execute(engine, 'CREATE TABLE T');
    const transaction = await begin(engine);
    counted.written.length = 0;
    await expect((async () => {
      for (const [statement, ...parameters] of statements) await transaction.run(statement, ...parameters);
    })()).rejects.toMatchObject({ name: 'BadRequestException', message: expect.stringMatching(message) });
    expect(counted.written).toEqual([]);
    // The refused statement is undone, those before it are not, and what there is can be committed.
    await transaction.commit();
  });
});

test('a change of too many documents is refused as soon as that is known, and reads no further', async () => {
  const counted = countingStore(memoryStore());
  const { engine } = engineFixture({ store: counted.store });
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE T');
  for (let count = 0; count < 25; count++) await execute(engine, 'INSERT INTO T ?', `[${Array.from({ length: 40 }, (_, n) => `{n: ${n}}`).join()}]`);
  const transaction = await begin(engine);
  counted.itemsRead = 0;
  await expect(transaction.run('UPDATE T SET n = 0')).rejects.toMatchObject({ message: expect.stringContaining('at most 40 documents') });
  expect(counted.itemsRead).toBeLessThan(100);
  await expect(transaction.run('DELETE FROM T')).rejects.toMatchObject({ message: expect.stringContaining('at most 40 documents') });
});

test('a statement changes documents that it saw long before the last ones', async () => {
  const { engine } = engineFixture();
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE T');
  for (let batch = 0; batch < 40; batch++) await execute(engine, 'INSERT INTO T ?', `[${Array.from({ length: 40 }, (_, n) => `{n: ${n}}`).join()}]`);
  // One of each batch, so that some are among the first that a scan of 1,600 comes upon.
  expect(await execute(engine, 'UPDATE T SET seen = true WHERE n = 0')).toHaveLength(40);
  expect(await execute(engine, 'SELECT VALUE metadata.version FROM _ql_committed_T WHERE data.seen IS NOT MISSING')).toEqual(Array(40).fill(1));
});

describe('an index serves a point read', () => {
  test.each(['SELECT * FROM T WHERE k = ?', 'SELECT n FROM T AS t WHERE t.k = ?', 'UPDATE T SET n = 0 WHERE k = ?', 'SELECT * FROM _ql_committed_T WHERE data.k = ?'])(
    '%s reads as little of a large table as of a small one', async (statement) => {
      const reads: number[] = [];
      for (const documents of [40, 1_200]) {
        const counted = countingStore(memoryStore());
        const { engine } = engineFixture({ store: counted.store });
        await newLedger(engine);
        await execute(engine, 'CREATE TABLE T');
        await execute(engine, 'CREATE INDEX ON T (k)');
        for (let start = 0; start < documents; start += 40) {
          await execute(engine, 'INSERT INTO T ?', `[${Array.from({ length: 40 }, (_, index) => `{k: ${start + index}, n: 1}`).join()}]`);
        }
        const transaction = await begin(engine);
        counted.itemsRead = 0;
        expect(await transaction.run(statement, '17')).toHaveLength(1);
        reads.push(counted.itemsRead);
        expect(reads.at(-1)).toBeLessThanOrEqual(4);
      }
      expect(reads[1]).toBe(reads[0]);
    });
});

describe('a transaction whose every command is served by another instance', () => {
  /** Instances that share nothing but the store, as functions of a Lambda do. */
  function instances(): { next: () => Engine; first: Engine } {
    const store = memoryStore();
    const clock = Date.now;
    const create = (): Engine => createEngine({
      ...{ store, clock, random: randomBytes, sessions: storedSessionStore(store, clock), wake: () => undefined, pause: async () => undefined },
      destinations: engineFixture().destinations,
      account: { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' },
    });
    return { next: create, first: create() };
  }

  test('sees its own writes and definitions, reads its pages to the end, and commits', async () => {
    const { first, next } = instances();
    await newLedger(first);
    const token = await next().sessions.startSession('books', CALLER);
    const transactionId = await next().sessions.startTransaction(token, CALLER);
    let digest = startDigest(transactionId);
    const run = async (statement: string, ...texts: string[]): Promise<string[]> => {
      digest = foldStatement(digest, statementDigest(statement, texts.map(text => parseIon(text))));
      const { page } = await next().sessions.executeStatement(token, CALLER, transactionId, statement, texts.map(ionText => ({ ionText })));
      const values = [...page.values];
      for (let following = page.nextPageToken; following !== undefined;) {
        const fetched = await next().sessions.fetchPage(token, CALLER, transactionId, following);
        values.push(...fetched.page.values);
        following = fetched.page.nextPageToken;
      }
      return values.map(value => printIon(decodeIon(value)));
    };
    await run('CREATE TABLE T');
    await run('CREATE INDEX ON T (k)');
    await run('INSERT INTO T ?', '[{k: 1}, {k: 2}]');
    await expect(run('SELECT * FROM Nowhere')).rejects.toMatchObject({ name: 'BadRequestException' });
    expect(await run('SELECT * FROM T WHERE k = 2')).toEqual(['{k:2}']);
    expect(await run(`SELECT VALUE n FROM <<${Array.from({ length: 450 }, (_, index) => index).join()}>> AS n`)).toHaveLength(450);
    await next().sessions.commitTransaction(token, CALLER, transactionId, digest);
    expect(await execute(first, 'SELECT VALUE k FROM T WHERE k IN (1, 2)')).toEqual(expect.arrayContaining([1, 2]));
    await next().sessions.endSession(token, CALLER);
    await expect(next().sessions.startTransaction(token, CALLER)).rejects.toMatchObject({ name: 'InvalidSessionException', message: 'No such session' });
  });
});

describe('parameters', () => {
  test.each(['{a: x::[1, 2.50, 2020T]}', 'null.int', '"\\u00e9"', '{{YQ==}}'])('%s count in the digest alike as Ion text and as Ion binary', async (text) => {
    const { engine } = engineFixture();
    await newLedger(engine);
    for (const parameter of [{ ionText: text }, { ionBinary: encodeIon(parseIon(text)) }]) {
      const token = await engine.sessions.startSession('books', CALLER);
      const transactionId = await engine.sessions.startTransaction(token, CALLER);
      const statement = 'SELECT VALUE [?] FROM <<0>>';
      const { page } = await engine.sessions.executeStatement(token, CALLER, transactionId, statement, [parameter]);
      expect(printIon(decodeIon(page.values[0]!))).toBe(printIon(parseIon(`[${text}]`)));
      const digest = foldStatement(startDigest(transactionId), statementDigest(statement, [parseIon(text)]));
      await engine.sessions.commitTransaction(token, CALLER, transactionId, digest);
    }
  });

  test.each([
    ['Ion text of two values', { ionText: '1 2' }], ['Ion text of none', { ionText: '' }], ['broken Ion text', { ionText: '{a:' }],
    ['Ion binary without its version', { ionBinary: Buffer.from('20', 'hex') }], ['truncated Ion binary', { ionBinary: Buffer.from('e00100ea8e', 'hex') }],
  ])('%s is refused and the transaction goes on', async (_, parameter) => {
    const { engine } = engineFixture();
    await newLedger(engine);
    const token = await engine.sessions.startSession('books', CALLER);
    const transactionId = await engine.sessions.startTransaction(token, CALLER);
    const statement = 'SELECT VALUE ? FROM <<0>>';
    await expect(engine.sessions.executeStatement(token, CALLER, transactionId, statement, [parameter]))
      .rejects.toMatchObject({ name: 'BadRequestException', message: expect.stringContaining('not a valid Ion value') });
    await engine.sessions.executeStatement(token, CALLER, transactionId, statement, [{ ionText: '1' }]);
  });
});

test('pages that an expired transaction left take no room once another one has begun in its session', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const { engine } = engineFixture({ clock: () => now, sessions: memorySessionStore(() => now, 10_000) });
  await newLedger(engine);
  const token = await engine.sessions.startSession('books', CALLER);
  const rows = { ionText: `[${Array.from({ length: 450 }, () => '"twenty characters ..."').join(',')}]` };
  for (let index = 0; index < 3; index++) {
    const transactionId = await engine.sessions.startTransaction(token, CALLER);
    const { page } = await engine.sessions.executeStatement(token, CALLER, transactionId, 'SELECT VALUE row FROM ? AS row', [rows]);
    expect((await engine.sessions.fetchPage(token, CALLER, transactionId, page.nextPageToken!)).page.values).toHaveLength(200);
    now += 31_000;
  }
});
