import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { gate, putsTo, watchedStore } from './watched-store';
import { catchUp } from '../../src/engine/projection';
import { memoryStore, type Store } from '../../src/store';

const FIELDS = ['a', 'b', 'c', 'd', 'e'];
const DOCUMENTS = 30;

/** A ledger whose last block needs several writes to be projected, and somebody who was held up in the middle of that, and then overtaken. */
async function overtakenProjection() {
  const truth = memoryStore();
  const partitions = new Set<string>();
  const held = gate();
  const store: Store = watchedStore(truth, {
    beforeTransact: async actions => actions.forEach(action => 'put' in action && partitions.add(action.put.partition)),
  });
  const { engine } = engineFixture({ store });
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE Wide');
  for (const field of FIELDS) await execute(engine, `CREATE INDEX ON Wide (${field})`);
  const crashing = engineFixture({
    store: watchedStore(store, {
      async beforeTransact(actions) {
        if (!putsTo(actions, '/block ')) throw new Error('Its block is durable, and that is all.');
      },
    }),
  });
  const transaction = await begin(crashing.engine);
  await transaction.run('INSERT INTO Wide ?', `[${Array.from({ length: DOCUMENTS }, (_, n) => `{n:${n},${FIELDS.map(field => `${field}:"secret ${n}"`).join()}}`).join()}]`);
  await transaction.commit();
  let writes = 0;
  const slow = catchUp(watchedStore(store, {
    beforeTransact: async () => {
      if (++writes === 2) await held.pass();
    },
  }), strandId);
  await held.reached;
  await catchUp(store, strandId);
  return {
    engine,
    store,
    strandId,
    partitions,
    goOn: async () => {
      held.open();
      return slow;
    },
  };
}

async function itemsOf(store: Store, partitions: Iterable<string>): Promise<string[]> {
  const keys: string[] = [];
  for (const partition of partitions) for await (const { key } of store.query(partition)) keys.push(`${key.partition} ${key.sort}`);
  return keys;
}

test('who is slow to project a block leaves nothing behind of a ledger that was deleted meanwhile', async () => {
  const { engine, store, strandId, partitions, goOn } = await overtakenProjection();
  await engine.ledgers.delete('books');
  await engine.worker('worker', () => undefined).run(strandId, Infinity);
  await goOn().catch(() => undefined);
  expect(await itemsOf(store, [...partitions].filter(partition => partition.startsWith(strandId)))).toEqual([]);
});

test('who is slow to project a block brings no value back to an index that was redacted meanwhile', async () => {
  const { engine, store, partitions, goOn } = await overtakenProjection();
  for (const n of [0, DOCUMENTS - 1]) {
    const [{ id, blockAddress: { strandId, sequenceNo } }] = await execute(engine, `SELECT metadata.id, blockAddress FROM _ql_committed_Wide WHERE data.n = ${n}`) as {
      id: string; blockAddress: { strandId: string; sequenceNo: number };
    }[];
    await execute(engine, `UPDATE Wide SET ${FIELDS.map(field => `${field} = 'gone'`).join()} WHERE n = ${n}`);
    const [{ tableId }] = await execute(engine, 'SELECT tableId FROM information_schema.user_tables') as { tableId: string }[];
    await execute(engine, 'EXEC REDACT_REVISION ?, ?, ?', `{strandId:"${strandId}",sequenceNo:${sequenceNo}}`, `"${tableId}"`, `"${id}"`);
  }
  const indexes = [...partitions].filter(partition => partition.includes('/index/'));
  const before = await itemsOf(store, indexes);
  await goOn().catch(() => undefined);
  expect(await itemsOf(store, indexes)).toEqual(before);
});
