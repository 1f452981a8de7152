import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { gate, putsTo, watchedStore, type StoreHooks } from './watched-store';
import { memorySessionStore } from '../../src/engine';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks } from '../../src/engine/journal-store';
import { blockPartition, headKey } from '../../src/engine/keys';
import { catchUp } from '../../src/engine/projection';
import { encodeRecord } from '../../src/engine/record';
import { ConditionFailed, memoryStore, type Item, type Store } from '../../src/store';

class StoreFault extends Error {}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn === 10_000) throw new Error('What the test waits for did not happen.');
    await new Promise(setImmediate);
  }
}

async function catalogRebuiltFrom(store: Store, strandId: string): Promise<string> {
  const copy = memoryStore();
  const head = await readHead(store, strandId);
  const put = async ({ key, value, ordinal }: Item) => copy.transact([{ put: key, value, ordinal }]);
  for await (const item of store.query(blockPartition(strandId))) await put(item);
  const record = { ...head, blockHash: Buffer.from(head.blockHash).toString('base64'), projectedSequenceNo: 0 };
  await copy.transact([{ put: headKey(strandId), value: encodeRecord(record), ordinal: head.ordinal }]);
  await catchUp(copy, strandId);
  return catalogIn(copy, strandId);
}

async function catalogIn(store: Store, strandId: string): Promise<string> {
  return Buffer.from((await store.get({ partition: strandId, sort: 'catalog' }))!.value).toString();
}

describe('an index over more documents than one write takes', () => {
  async function crowdedTable() {
    const store = memoryStore();
    const fixture = engineFixture({ store });
    const strandId = await newLedger(fixture.engine);
    await execute(fixture.engine, 'CREATE TABLE People');
    for (let batch = 0; batch < 4; batch++) {
      const rows = Array.from({ length: 40 }, (_, index) => `{'n': ${batch * 40 + index}}`);
      await execute(fixture.engine, `INSERT INTO People << ${rows.join()} >>`);
    }
    return { ...fixture, strandId, store };
  }

  test('is finished by the next transaction after its making was interrupted half way', async () => {
    const { store } = await crowdedTable();
    let indexWrites = 0;
    const dying = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (putsTo(actions, '/index/') && ++indexWrites === 2) throw new StoreFault();
        },
      }),
    });
    await execute(dying.engine, 'CREATE INDEX ON People (n)');
    await until(() => indexWrites > 1);
    // A process that knows nothing of the interruption.
    const { engine } = engineFixture({ store });
    expect(await execute(engine, 'SELECT VALUE n FROM People WHERE n = 150')).toEqual([150]);
  });

  test('hinders no transaction that starts in another process while it is made', async () => {
    const { store } = await crowdedTable();
    const held = gate();
    let indexWrites = 0;
    const maker = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (putsTo(actions, '/index/') && ++indexWrites === 2) await held.pass();
        },
      }),
    });
    const making = execute(maker.engine, 'CREATE INDEX ON People (n)');
    await held.reached;
    const other = execute(engineFixture({ store }).engine, 'SELECT VALUE n FROM People WHERE n = 150').catch((error: unknown) => error);
    const answer = await other;
    held.open();
    await making;
    expect(answer).toEqual([150]);
  });

  test('is acknowledged once its block is durable, though its projection has to wait', async () => {
    const { store, strandId } = await crowdedTable();
    const before = (await readHead(store, strandId)).sequenceNo;
    const hooks: StoreHooks = {
      async beforeTransact(actions) {
        if (putsTo(actions, '/index/')) throw new StoreFault();
      },
    };
    const { engine } = engineFixture({ store: watchedStore(store, hooks) });
    const answer = await execute(engine, 'CREATE INDEX ON People (n)').catch((error: unknown) => error);
    expect((await readHead(store, strandId)).sequenceNo).toBe(before + 1);
    expect(answer).not.toBeInstanceOf(Error);
  });
});

test('a commit that became durable is acknowledged although the store\'s answer was lost', async () => {
  const store = memoryStore();
  let losing = false;
  const { engine } = engineFixture({
    store: watchedStore(store, {
      async afterTransact(actions) {
        if (losing && putsTo(actions, '/block ')) throw new StoreFault();
      },
    }),
  });
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  losing = true;
  const answer = await execute(engine, 'INSERT INTO People ?', '{n:1}').catch((error: unknown) => error);
  losing = false;
  expect(await execute(engine, 'SELECT VALUE n FROM People')).toEqual([1]);
  expect(answer).not.toBeInstanceOf(Error);
});

test('an index made in the transaction that also updates a document finds that document', async () => {
  const { engine } = engineFixture();
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  await execute(engine, 'INSERT INTO People ?', '{email:"ada@x.org",age:36}');
  const transaction = await begin(engine);
  await transaction.run('CREATE INDEX ON People (email)');
  await transaction.run('UPDATE People SET age = 37');
  await transaction.commit();
  expect(await execute(engine, 'SELECT VALUE age FROM People')).toEqual([37]);
  expect(await execute(engine, 'SELECT VALUE age FROM People WHERE email = ?', '"ada@x.org"')).toEqual([37]);
});

test('history shows every revision of the snapshot while the document is updated by someone else', async () => {
  const store = memoryStore();
  const { engine: writer } = engineFixture({ store });
  await newLedger(writer);
  await execute(writer, 'CREATE TABLE People');
  const [{ documentId: id }] = await execute(writer, 'INSERT INTO People ?', '{age:1}') as { documentId: string }[];
  await execute(writer, 'UPDATE People SET age = 2');
  let interfering = false;
  const { engine: reader } = engineFixture({
    store: watchedStore(store, {
      async got({ partition }) {
        if (!interfering || !partition.includes('/table/')) return;
        interfering = false;
        await execute(writer, 'UPDATE People SET age = 3');
      },
    }),
  });
  const transaction = await begin(reader);
  interfering = true;
  const ages = await transaction.run('SELECT VALUE h.data.age FROM history(People) AS h WHERE h.metadata.id = ?', `"${id}"`);
  await transaction.commit();
  expect(interfering).toBe(false);
  expect(ages).toEqual([1, 2]);
});

test('a reader at a snapshot finds by an index what had the value then, though it lost and regained it since', async () => {
  const { engine } = engineFixture();
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  await execute(engine, 'CREATE INDEX ON People (email)');
  await execute(engine, 'INSERT INTO People ?', '{email:"ada@x.org",age:36}');
  const reader = await begin(engine);
  await execute(engine, 'UPDATE People SET email = \'other@x.org\'');
  await execute(engine, 'UPDATE People SET email = \'ada@x.org\'');
  expect(await reader.run('SELECT VALUE age FROM People WHERE email = ?', '"ada@x.org"')).toEqual([36]);
});

describe('a statement that fails', () => {
  test('because its session could not be saved leaves no definition in the journal', async () => {
    const store = memoryStore();
    let failing = false;
    const sessions = memorySessionStore(() => Date.parse('2026-03-01T12:00:00Z'));
    const { engine } = engineFixture({
      store,
      sessions: {
        ...sessions,
        save: async (session) => {
          if (failing) {
            failing = false;
            throw new StoreFault();
          }
          return sessions.save(session);
        },
      },
    });
    const strandId = await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    const transaction = await begin(engine);
    await transaction.run('INSERT INTO People ?', '{n:1}');
    failing = true;
    await expect(transaction.run('CREATE TABLE Ghost')).rejects.toThrow(StoreFault);
    await transaction.commit();
    expect(await catalogRebuiltFrom(store, strandId)).toEqual(await catalogIn(store, strandId));
  });

  test('because two ran at once in a session takes nothing from the one that was acknowledged', async () => {
    const { engine } = engineFixture();
    await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    await execute(engine, 'INSERT INTO People << {\'n\': 1}, {\'n\': 2}, {\'n\': 3} >>');
    const transaction = await begin(engine);
    const [first, second] = await Promise.allSettled([
      transaction.run('UPDATE People SET seen = true WHERE n = 1'),
      transaction.run('SELECT * FROM People AS a, People AS b'),
    ]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
    const committed = await transaction.commit().then(() => true, () => false);
    // Either nothing at all, or what was acknowledged.
    expect(await execute(engine, 'SELECT COUNT(*) FROM People WHERE seen = true')).toEqual([{ _1: committed ? 1 : 0 }]);
  });
});

test('a transaction whose statements outgrow a block is refused with a reason', async () => {
  const { engine } = engineFixture();
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  const transaction = await begin(engine);
  const attempt = async (): Promise<void> => {
    for (let index = 0; index < 44; index++) await transaction.run(`SELECT * FROM People WHERE n = '${'x'.repeat(99_000)}'`);
    await transaction.run('INSERT INTO People ?', '{n:1}');
    await transaction.commit();
  };
  await expect(attempt()).rejects.toMatchObject({ name: 'BadRequestException' });
});

test('blocks of a journal carry their transactions\' ids once each', async () => {
  const { engine, store } = engineFixture();
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  for (let index = 0; index < 5; index++) await execute(engine, 'INSERT INTO People ?', `{n:${index}}`);
  const ids: string[] = [];
  for await (const { transactionId } of readBlocks(store, strandId, 0, (await readHead(store, strandId)).sequenceNo)) ids.push(transactionId);
  expect(new Set(ids).size).toBe(7);
});

test('two redactions in one block at once take no other transaction with them', async () => {
  const { engine } = engineFixture();
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  await execute(engine, 'INSERT INTO People << {\'n\': 1}, {\'n\': 2} >>');
  await execute(engine, 'UPDATE People SET seen = true');
  const rows = await execute(engine, 'SELECT h.blockAddress, h.metadata.id FROM history(People) AS h WHERE h.metadata.version = 0') as {
    blockAddress: { strandId: string; sequenceNo: number }; id: string;
  }[];
  const [{ tableId }] = await execute(engine, 'SELECT tableId FROM information_schema.user_tables') as { tableId: string }[];
  const transactions = await Promise.all([begin(engine), begin(engine), begin(engine)]);
  for (const [index, { blockAddress: { strandId, sequenceNo }, id }] of rows.entries()) {
    await transactions[index].run('EXEC REDACT_REVISION ?, ?, ?', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`, `"${tableId}"`, `"${id}"`);
  }
  await transactions[2].run('INSERT INTO People ?', '{n:3}');
  const outcomes = await Promise.allSettled(transactions.map(transaction => transaction.commit()));
  const reasons = outcomes.flatMap(outcome => outcome.status === 'rejected' ? [(outcome.reason as Error).name] : []);
  // A loser may be told to try again; the one that has nothing to do with it must not be.
  expect(outcomes[2].status).toBe('fulfilled');
  expect(reasons.filter(name => name !== 'OccConflictException')).toEqual([]);
});

test('a commit that loses every race is told to try again before its request is cut off', async () => {
  const store = memoryStore();
  const time = { millis: Date.parse('2026-03-01T12:00:00Z') };
  let racing = false;
  const { engine } = engineFixture({
    store: watchedStore(store, {
      async beforeTransact(actions) {
        // Whoever is faster each time, after four seconds.
        if (!racing || !putsTo(actions, '/block ')) return;
        time.millis += 4_000;
        throw new ConditionFailed(0, { partition: 'journal', sort: 'head' });
      },
    }),
    clock: () => time.millis++,
  });
  await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  const start = time.millis;
  racing = true;
  await expect(execute(engine, 'INSERT INTO People ?', '{n:1}')).rejects.toMatchObject({ name: 'CapacityExceededException' });
  expect(time.millis - start).toBeLessThan(25_000);
});
