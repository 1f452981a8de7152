import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { StoreFault } from './faulty-store';
import { differencesFromRebuilt } from './simulation-judge';
import { gate, putsTo, watchedStore } from './watched-store';
import { memoryStore, type Store } from '../../src/store';

const LONGER_THAN_ATTEMPTS_MILLIS = 60_000;

describe('a commit whose write has an unknown outcome', () => {
  test('is answered as committed when attempts end on the very block that was thought lost', async () => {
    const store = memoryStore();
    const first = engineFixture({ store });
    const strandId = await newLedger(first.engine);
    await execute(first.engine, 'CREATE TABLE People');
    let late: (() => Promise<void>) | undefined;
    let heads = 0;
    const losing: Store = {
      ...store,
      async transact(actions) {
        if (!putsTo(actions, `${strandId} head`)) return store.transact(actions);
        heads++;
        if (heads === 1) {
          // On its way for long: it takes effect after the caller gave it up.
          late = async () => store.transact(actions);
          throw new StoreFault('The connection broke.');
        }
        await late?.();
        return store.transact(actions);
      },
    };
    const fixture = engineFixture({
      store: losing,
      pause: async () => {
        fixture.time.millis += LONGER_THAN_ATTEMPTS_MILLIS;
      },
    });
    const { engine } = fixture;
    const transaction = await begin(engine);
    await transaction.run('INSERT INTO People ?', '{n:1}');
    await transaction.commit();
    expect(heads).toBe(2);
    expect(await execute(first.engine, 'SELECT VALUE n FROM People')).toEqual([1]);
    expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
  });

  test('is told the fault, not that it was refused, when nobody can say whether its block is there', async () => {
    const store = memoryStore();
    const first = engineFixture({ store });
    const strandId = await newLedger(first.engine);
    await execute(first.engine, 'CREATE TABLE People');
    let heads = 0;
    const losing = watchedStore(store, {
      async get() {
        if (heads >= 2) throw new StoreFault('A read failed.');
      },
      async beforeTransact(actions) {
        if (!putsTo(actions, `${strandId} head`)) return;
        heads++;
        if (heads === 1) throw new StoreFault('The connection broke.');
        await execute(first.engine, 'INSERT INTO People ?', '{n:2}');
      },
    });
    const fixture = engineFixture({
      store: losing,
      pause: async () => {
        fixture.time.millis += LONGER_THAN_ATTEMPTS_MILLIS;
      },
    });
    const transaction = await begin(fixture.engine);
    await transaction.run('INSERT INTO People ?', '{n:1}');
    await expect(transaction.commit()).rejects.toThrow('A read failed.');
  });

  test('that never got to the journal is told that there is no capacity', async () => {
    const store = memoryStore();
    const first = engineFixture({ store });
    const strandId = await newLedger(first.engine);
    await execute(first.engine, 'CREATE TABLE People');
    const busy = watchedStore(store, {
      async beforeTransact(actions) {
        if (putsTo(actions, `${strandId} head`)) await execute(first.engine, 'INSERT INTO People ?', '{n:2}');
      },
    });
    const fixture = engineFixture({
      store: busy,
      pause: async () => {
        fixture.time.millis += LONGER_THAN_ATTEMPTS_MILLIS;
      },
    });
    const transaction = await begin(fixture.engine);
    await transaction.run('INSERT INTO People ?', '{n:1}');
    await expect(transaction.commit()).rejects.toMatchObject({ name: 'CapacityExceededException' });
    expect(await execute(first.engine, 'SELECT VALUE n FROM People WHERE n = 1')).toEqual([]);
  });
});

test('a transaction is not in conflict with a block that it saw, though the write of that block is not answered yet', async () => {
  const store = memoryStore();
  const answer = gate();
  let holding = false;
  const slow = watchedStore(store, {
    async afterTransact(actions) {
      if (holding && putsTo(actions, '/block')) {
        holding = false;
        await answer.pass();
      }
    },
  });
  const { engine } = engineFixture({ store: slow });
  const strandId = await newLedger(engine);
  await execute(engine, 'CREATE TABLE People');
  await execute(engine, 'INSERT INTO People ?', '{n:1}');
  holding = true;
  const one = execute(engine, 'UPDATE People SET n = n + 1');
  await answer.reached;
  const other = await begin(engine);
  expect(await other.run('SELECT VALUE n FROM People')).toEqual([2]);
  await other.run('UPDATE People SET n = n + 1');
  const committed = other.commit();
  // It is on its way before the answer comes.
  await new Promise(resolve => setImmediate(resolve));
  answer.open();
  await Promise.all([one, committed]);
  expect(await execute(engine, 'SELECT VALUE n FROM People')).toEqual([3]);
  expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
});
