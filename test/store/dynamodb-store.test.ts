import {
  CreateTableCommand, DynamoDBClient, GetItemCommand, ProvisionedThroughputExceededException, ServiceInputTypes, ServiceOutputTypes,
  ThrottlingException, TransactionCanceledException, TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { collect } from './contract-bench';
import { describeStoreContract } from './store-contract';
import { LocalAws, startLocalAws } from '../../local-aws/local-aws';
import { Action, ConditionFailed, dynamoDbStore, DynamoDbStoreProps, Store } from '../../src/store';

const STARTING_MILLISECONDS = 120_000;
const METADATA = { $metadata: {}, message: 'injected' };

let localAws: LocalAws;
let client: DynamoDBClient;
let tableCount = 0;

beforeAll(async () => {
  localAws = await startLocalAws();
  client = newClient();
}, STARTING_MILLISECONDS);

afterAll(async () => {
  client?.destroy();
  await localAws?.stop();
});

describeStoreContract('the DynamoDB store', async () => ({
  store: dynamoDbStore({ client, tableName: await newTable() }),
  cleanup: async () => {},
}), { propertyRuns: 20, manyItems: 300 });

describe('the DynamoDB store', () => {
  const key = { partition: 'p', sort: 's' };
  const createdOnce: Action = { put: key, value: Buffer.from('x'), ordinal: 1, if: { absent: true } };
  let tableName: string;
  let faulty: DynamoDBClient;

  beforeEach(async () => {
    tableName = await newTable();
    faulty = newClient();
  });

  afterEach(() => faulty.destroy());

  function newStore(more: Partial<DynamoDbStoreProps> = {}): { store: Store; waits: number[] } {
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => { waits.push(milliseconds); };
    return { store: dynamoDbStore({ client: faulty, tableName, random: () => 0.5, sleep, ...more }), waits };
  }

  test('an item has the documented attributes', async () => {
    await newStore().store.transact([{ put: key, value: Buffer.from('x'), ordinal: 7, expiresAtSeconds: 4_000_000_000 }]);
    const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: { p: { S: 'p' }, s: { S: 's' } } }));
    expect(Item).toEqual({ p: { S: 'p' }, s: { S: 's' }, v: { B: new Uint8Array([120]) }, o: { N: '7' }, t: { N: '4000000000' } });
  });

  test('every read is strongly consistent', async () => {
    const consistencies: unknown[] = [];
    intercept(faulty, async (input, next) => {
      const { ConsistentRead, RequestItems } = input as { ConsistentRead?: boolean; RequestItems?: Record<string, { ConsistentRead?: boolean }> };
      consistencies.push(ConsistentRead ?? RequestItems?.[tableName].ConsistentRead);
      return next();
    });
    const { store } = newStore();
    await store.get(key);
    await store.getMany([key]);
    await collect(store.query('p'));
    expect(consistencies).toEqual([true, true, true]);
  });

  test('a query continues from page to page, in both directions and up to its limit', async () => {
    const { store } = newStore();
    const sorts = Array.from({ length: 10 }, (_, index) => `${index}`);
    await store.transact(sorts.map(sort => ({ put: { partition: 'p', sort }, value: Buffer.from(sort) })));
    let pages = 0;
    intercept(faulty, async (input, next) => {
      pages++;
      const paged = input as { Limit?: number };
      paged.Limit = Math.min(3, paged.Limit ?? 3);
      return next();
    });
    const read = async (range: object) => (await collect(store.query('p', range))).map(item => item.key.sort);
    expect(await read({})).toEqual(sorts);
    expect(pages).toBe(4);
    expect(await read({ reverse: true })).toEqual([...sorts].reverse());
    expect(await read({ limit: 7 })).toEqual(sorts.slice(0, 7));
    expect(await read({ from: '2', to: '8', limit: 6 })).toEqual(sorts.slice(2, 8));
  });

  test('a query asks for the next page only when the caller does', async () => {
    const { store } = newStore();
    await store.transact(['a', 'b'].map(sort => ({ put: { partition: 'p', sort }, value: Buffer.from(sort) })));
    let pages = 0;
    intercept(faulty, async (input, next) => {
      pages++;
      (input as { Limit?: number }).Limit = 1;
      return next();
    });
    for await (const item of store.query('p')) {
      expect(item.key.sort).toBe('a');
      break;
    }
    expect(pages).toBe(1);
  });

  test('keys that a batch left unprocessed are asked for again', async () => {
    const { store, waits } = newStore();
    const keys = Array.from({ length: 5 }, (_, index) => ({ partition: 'p', sort: `${index}` }));
    await store.transact(keys.map(each => ({ put: each, value: Buffer.from(each.sort) })));
    let requests = 0;
    intercept(faulty, async (input, next) => {
      requests++;
      const { RequestItems } = input as { RequestItems: Record<string, { Keys: object[] }> };
      const all = RequestItems[tableName].Keys;
      // The second request is answered with nothing, all others with one item.
      RequestItems[tableName].Keys = all.slice(0, 1);
      const result = await next();
      const output = result.output as { Responses?: object; UnprocessedKeys?: object };
      const unread = requests === 2 ? all : all.slice(1);
      if (requests === 2) {
        output.Responses = {};
      }
      output.UnprocessedKeys = unread.length ? { [tableName]: { Keys: unread } } : {};
      return result;
    });
    expect((await store.getMany(keys)).map(item => item.key.sort)).toEqual(['0', '1', '2', '3', '4']);
    expect(requests).toBe(6);
    expect(waits).toHaveLength(1);
  });

  test('keys that stay unprocessed are given up after bounded attempts', async () => {
    const { store } = newStore();
    intercept(faulty, async (input, next) => {
      const result = await next();
      (result.output as { UnprocessedKeys?: object }).UnprocessedKeys = (input as { RequestItems: object }).RequestItems;
      return result;
    });
    await expect(store.getMany([key])).rejects.toThrow(/left 1 keys unread in 10 attempts/);
  });

  test.each([
    ['throttling', () => new ThrottlingException(METADATA)],
    ['exhausted throughput', () => new ProvisionedThroughputExceededException(METADATA)],
    ['a broken connection', () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['a server error', () => Object.assign(new Error('injected'), { $metadata: { httpStatusCode: 503 } })],
  ])('%s is retried when reading and when writing', async (_, failure) => {
    const { store, waits } = newStore();
    failFirst(faulty, 2, failure);
    await store.transact([createdOnce]);
    failFirst(faulty, 1, failure);
    expect(await store.get(key)).toMatchObject({ ordinal: 1 });
    failFirst(faulty, 1, failure);
    expect(await collect(store.query('p'))).toHaveLength(1);
    failFirst(faulty, 1, failure);
    expect(await store.getMany([key])).toHaveLength(1);
    expect(waits).toEqual([12.5, 25, 12.5, 12.5, 12.5]);
  });

  test.each([
    ['a conflict with another transaction', () => cancelled('None', 'TransactionConflict')],
    ['throttling of one action', () => cancelled('ThrottlingError', 'None')],
    ['exhausted throughput of one action', () => cancelled('ProvisionedThroughputExceeded')],
    ['its own earlier attempt still in progress', () => new TransactionInProgressException({ ...METADATA, Message: 'injected' })],
  ])('a transact that meets %s is retried with the same token', async (_, failure) => {
    let transacts = 0;
    const { store, waits } = newStore({ newRequestToken: () => `${tableName} ${transacts++}` });
    const tokens: unknown[] = [];
    intercept(faulty, async (input, next) => {
      tokens.push((input as { ClientRequestToken?: string }).ClientRequestToken);
      return next();
    });
    failFirst(faulty, 3, failure);
    await store.transact([createdOnce]);
    expect(waits).toEqual([12.5, 25, 50]);
    expect(tokens).toEqual(Array(4).fill(`${tableName} 0`));
  });

  test('a failed condition is never retried, also beside a conflict', async () => {
    const { store, waits } = newStore();
    failFirst(faulty, 1, () => cancelled('TransactionConflict', 'ConditionalCheckFailed'));
    const outcome = store.transact([{ put: { partition: 'p', sort: 'first' }, value: Buffer.from('x') }, createdOnce]);
    await expect(outcome).rejects.toMatchObject({ name: 'ConditionFailed', actionIndex: 1, key });
    expect(waits).toEqual([]);
  });

  test('an invalid request is not retried and keeps its own error', async () => {
    const { store, waits } = newStore({ tableName: 'missing' });
    await expect(store.get(key)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(store.transact([createdOnce])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(waits).toEqual([]);
  });

  test('retrying ends after bounded attempts with the last error, each wait within its ceiling', async () => {
    const { store, waits } = newStore();
    failFirst(faulty, Infinity, () => cancelled('TransactionConflict'));
    await expect(store.transact([createdOnce])).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(waits).toEqual([12.5, 25, 50, 100, 200, 400, 800, 1000, 1000]);
  });

  test.each([
    ['the store', 'initialize'],
    ['the SDK', 'finalizeRequest'],
  ] as const)('a transact whose response was lost succeeds once when %s repeats it', async (_, step) => {
    const { store } = newStore();
    let lost = 0;
    intercept(faulty, async (__, next) => {
      const result = await next();
      if (lost++ === 0) {
        throw Object.assign(new Error('response lost'), { name: 'TimeoutError' });
      }
      return result;
    }, step);
    await store.transact([createdOnce]);
    expect(lost).toBe(2);
    await expect(store.transact([createdOnce])).rejects.toBeInstanceOf(ConditionFailed);
    expect(await store.get(key)).toMatchObject({ ordinal: 1 });
  });

  test('closing leaves the client to its owner', async () => {
    await newStore().store.close();
    expect(await newStore().store.get(key)).toBeUndefined();
  });
});

function newClient(): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

async function newTable(): Promise<string> {
  const TableName = `store-${tableCount++}`;
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }, { AttributeName: 's', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }, { AttributeName: 's', KeyType: 'RANGE' }],
  }));
  return TableName;
}

type Interceptor = (input: ServiceInputTypes, next: () => Promise<{ output: ServiceOutputTypes }>) => Promise<{ output: ServiceOutputTypes }>;

/** Stands between the store and the SDK (`initialize`), or between the SDK's retries and the network (`finalizeRequest`). */
function intercept(target: DynamoDBClient, interceptor: Interceptor, step: 'initialize' | 'finalizeRequest' = 'initialize'): void {
  target.middlewareStack.add(
    ((next: (args: unknown) => Promise<{ output: ServiceOutputTypes }>) => async (args: { input: ServiceInputTypes }) =>
      interceptor(args.input, async () => next(args))) as never,
    { step: step as 'initialize', priority: 'low' },
  );
}

/** The next `count` requests fail before they reach the table. */
function failFirst(target: DynamoDBClient, count: number, failure: () => Error): void {
  let failed = 0;
  intercept(target, async (_, next) => {
    if (failed < count) {
      failed++;
      throw failure();
    }
    return next();
  });
}

function cancelled(...codes: string[]): TransactionCanceledException {
  return new TransactionCanceledException({ ...METADATA, CancellationReasons: codes.map(Code => ({ Code })) });
}
