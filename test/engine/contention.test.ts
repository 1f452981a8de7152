import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { begin, engineFixture, execute, newLedger } from './engine-fixture';
import { chainViolations, differencesFromRebuilt } from './simulation-judge';
import { gate, putsTo, watchedStore } from './watched-store';
import { startLocalAws, type LocalAws } from '../../local-aws/local-aws';
import type { Engine } from '../../src/engine';
import { readHead } from '../../src/engine/journal-head';
import { readBlocks } from '../../src/engine/journal-store';
import type { Block } from '../../src/journal';
import { commitPause } from '../../src/service/commit-pause';
import { dynamoDbStore, memoryStore, type Store } from '../../src/store';

async function blocksOf(store: Store, strandId: string): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of readBlocks(store, strandId, 0, (await readHead(store, strandId)).sequenceNo)) blocks.push(block);
  return blocks;
}

describe('a transaction whose block loses the race for the tip', () => {
  test('keeps what it has read: only its block is made again', async () => {
    const store = memoryStore();
    const other = engineFixture({ store }).engine;
    const strandId = await newLedger(other);
    await execute(other, 'CREATE TABLE People');
    await execute(other, 'CREATE INDEX ON People (n)');
    await execute(other, `INSERT INTO People << ${Array.from({ length: 20 }, (_, n) => `{'n': ${n}, 'seen': 0}`).join()} >>`);
    const reads: string[] = [];
    let races = 0;
    const watched: Store = {
      ...watchedStore(store, {
        get: async key => void reads.push(key.partition),
        async beforeTransact(actions) {
          if (!putsTo(actions, `${strandId} head`) || races === 3) return;
          races++;
          await execute(other, 'INSERT INTO People ?', `{n:${1_000 + races}}`);
          reads.length = 0;
        },
      }),
      getMany: async (keys) => {
        reads.push(...keys.map(({ partition }) => partition));
        return store.getMany(keys);
      },
    };
    const { engine } = engineFixture({ store: watched });
    const transaction = await begin(engine);
    await transaction.run(`UPDATE People SET seen = 1, n = n + 100 WHERE n IN (${Array.from({ length: 20 }, (_, n) => n).join()})`);
    await transaction.commit();
    expect(races).toBe(3);
    expect(reads.filter(partition => /\/(table|index|history)\//.test(partition))).toEqual([]);
    expect(await execute(other, 'SELECT COUNT(*) FROM People WHERE seen = 1')).toEqual([{ _1: 20 }]);
    expect(await execute(other, 'SELECT VALUE n FROM People WHERE n = 105')).toEqual([105]);
    expect(await differencesFromRebuilt(store, strandId)).toEqual([]);
  });

  test('is refused if the block that won changed what it saw', async () => {
    const store = memoryStore();
    const other = engineFixture({ store }).engine;
    const strandId = await newLedger(other);
    await execute(other, 'CREATE TABLE People');
    await execute(other, 'INSERT INTO People ?', '{n:1}');
    let raced = false;
    const { engine } = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (!putsTo(actions, `${strandId} head`) || raced) return;
          raced = true;
          await execute(other, 'UPDATE People SET n = 2');
        },
      }),
    });
    const transaction = await begin(engine);
    await transaction.run('UPDATE People SET n = n + 10');
    await expect(transaction.commit()).rejects.toMatchObject({ name: 'OccConflictException' });
    expect(await execute(other, 'SELECT VALUE n FROM People AS p')).toEqual([2]);
  });
});

describe('a transaction in conflict with a block that is on its way', () => {
  async function conflicting(outcome: 'durable' | 'lost') {
    const store = memoryStore();
    const held = gate();
    let holding = false;
    const { engine } = engineFixture({
      store: watchedStore(store, {
        async beforeTransact(actions) {
          if (!holding || !putsTo(actions, ' head')) return;
          holding = false;
          await held.pass();
          if (outcome === 'lost') throw new Error('The disk is gone.');
        },
      }),
    });
    await newLedger(engine);
    await execute(engine, 'CREATE TABLE People');
    await execute(engine, 'INSERT INTO People ?', '{n:1}');
    const [first, second] = [await begin(engine), await begin(engine)];
    await first.run('UPDATE People SET n = 2');
    await second.run('UPDATE People SET n = 3');
    holding = true;
    const firstCommit = first.commit();
    await held.reached;
    let told = false;
    const secondCommit = second.commit().catch((error: Error) => error.name).finally(() => {
      told = true;
    });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(told).toBe(false);
    held.open();
    await firstCommit;
    return { outcome: await secondCommit, engine };
  }

  test('learns of it once the block is durable: before, it would only meet it again', async () => {
    const { outcome, engine } = await conflicting('durable');
    expect(outcome).toBe('OccConflictException');
    expect(await execute(engine, 'SELECT VALUE n FROM People AS p')).toEqual([2]);
  });

  test('is judged anew if the block does not come to be', async () => {
    const { outcome, engine } = await conflicting('lost');
    // The first one stood before it in the line, and is written by the next attempt.
    expect(outcome).toBe('OccConflictException');
    expect(await execute(engine, 'SELECT VALUE n FROM People AS p')).toEqual([2]);
  });
});

describe('several writers over one DynamoDB table', () => {
  const WRITERS = 4;
  const CLIENTS_PER_WRITER = 3;
  const TRANSACTIONS_PER_CLIENT = 4;
  let localAws: LocalAws;
  const clients: DynamoDBClient[] = [];

  beforeAll(async () => {
    localAws = await startLocalAws();
  }, 120_000);

  afterAll(async () => {
    clients.forEach(client => client.destroy());
    await localAws?.stop();
  });

  test('leave no gap, no duplicate and no lost update, and all come to an end', async () => {
    const newClient = (): DynamoDBClient => {
      const client = new DynamoDBClient({ endpoint: localAws.endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
      clients.push(client);
      return client;
    };
    await newClient().send(new CreateTableCommand({
      TableName: 'ledgers',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }, { AttributeName: 's', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }, { AttributeName: 's', KeyType: 'RANGE' }],
    }));
    // Each with its own connections and its own belief of where the journal ends, as processes have.
    const stores = Array.from({ length: WRITERS }, () => dynamoDbStore({ client: newClient(), tableName: 'ledgers' }));
    const engines = stores.map(store => engineFixture({ store, clock: Date.now, pause: commitPause }).engine);
    const strandId = await newLedger(engines[0]);
    await execute(engines[0], 'CREATE TABLE Counters');
    await execute(engines[0], 'CREATE INDEX ON Counters (name)');
    await execute(engines[0], 'INSERT INTO Counters ?', '{name:"shared",n:0}');

    const increment = async (engine: Engine, client: string): Promise<void> => {
      for (;;) {
        const transaction = await begin(engine);
        await transaction.run('INSERT INTO Counters ?', `{name:"${client}"}`);
        // One in four contends for the same document, the others only for the tip.
        if (client.endsWith('0')) await transaction.run('UPDATE Counters SET n = n + 1 WHERE name = ?', '"shared"');
        try {
          return await transaction.commit();
        } catch (error) {
          if ((error as Error).name !== 'OccConflictException') throw error;
        }
      }
    };
    const names = engines.flatMap((_, writer) => Array.from({ length: CLIENTS_PER_WRITER }, (__, client) => `${writer}-${client}`));
    await Promise.all(names.map(async (name) => {
      for (let count = 0; count < TRANSACTIONS_PER_CLIENT; count++) await increment(engines[Number(name[0])], name);
    }));

    const increments = WRITERS * TRANSACTIONS_PER_CLIENT;
    expect(await execute(engines[1], 'SELECT VALUE c.n FROM Counters AS c WHERE c.name = ?', '"shared"')).toEqual([increments]);
    for (const name of names) {
      expect(await execute(engines[2], 'SELECT COUNT(*) FROM Counters AS c WHERE c.name = ?', `"${name}"`)).toEqual([{ _1: TRANSACTIONS_PER_CLIENT }]);
    }
    const blocks = await blocksOf(stores[0], strandId);
    expect(chainViolations(blocks, (await engines[0].proofs.getDigest('books')).digest)).toEqual([]);
    expect(new Set(blocks.map(({ transactionId }) => transactionId)).size).toBe(blocks.length);
    expect(blocks).toHaveLength(4 + names.length * TRANSACTIONS_PER_CLIENT);
    expect(await differencesFromRebuilt(stores[0], strandId)).toEqual([]);
  }, 60_000);
});
