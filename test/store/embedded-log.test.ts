import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
// eslint-disable-next-line import/no-extraneous-dependencies -- optional for users, installed for tests
import * as lmdb from 'lmdb';
import { collect } from './contract-bench';
import { Changes, lastNumbered, transactNumbered } from './numbered-transacts';
import { describeStoreContract } from './store-contract';
import { StoreFolders } from './store-folder';
import { Action, ConditionFailed, EMBEDDED_FILE_NAME, EmbeddedStoreProps, openEmbeddedStore, Store } from '../../src/store';

const NEVER = 3_600_000;
const folders = new StoreFolders();

afterAll(() => folders.removeAll());

// Each of its files is full after a record or two, so that most reads find part of the answer on its way to LMDB.
describeStoreContract('the embedded store with a tiny log', async () => {
  const store = await openEmbeddedStore(folders.fresh(), { logFileBytes: 8192, idleMilliseconds: 0 });
  return { store, cleanup: async () => store.close() };
}, { propertyRuns: 50, manyItems: 1_000 });

describe('the log of an embedded store', () => {
  const key = { partition: 'p', sort: 's' };
  let directory: string;
  let store: Store;

  beforeEach(() => {
    directory = folders.fresh();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
  });

  test('does not grow, however much is written, and its files are gone once the store is closed', async () => {
    store = await openEmbeddedStore(directory, { logFileBytes: 64 * 1024, idleMilliseconds: NEVER });
    const all: Changes[] = Array.from({ length: 200 }, (_, index) => new Map([[`a${index % 7}`, 'x'.repeat(5_000)]]));
    for (const [index, made] of all.entries()) await transactNumbered(store, index + 1, made);
    expect(Math.max(...['store-1.log', 'store-2.log'].map(name => fs.statSync(join(directory, name)).size))).toBeLessThanOrEqual(256 * 1024);
    await store.close();
    expect(fs.readdirSync(directory).filter(name => !name.startsWith(EMBEDDED_FILE_NAME))).toEqual([]);
    store = await openEmbeddedStore(directory);
    expect(await lastNumbered(store, all)).toBe(all.length);
  });

  test('takes a transact that is larger than one of its files', async () => {
    store = await openEmbeddedStore(directory, { logFileBytes: 8192, idleMilliseconds: NEVER });
    const values = Array.from({ length: 10 }, (_, index) => Buffer.alloc(380 * 1024, index + 1));
    await store.transact([{ put: key, value: Buffer.from('small') }]);
    await store.transact(values.map((value, index) => ({ put: { partition: 'large', sort: `${index}` }, value })));
    const copy = await openEmbeddedStore(folders.copyOf(directory));
    expect((await collect(copy.query('large'))).map(({ value }, index) => Buffer.compare(value, values[index]))).toEqual(values.map(() => 0));
    await copy.close();
  });

  test('holds writers back while LMDB takes in what came before, and takes all of what they write', async () => {
    store = await openEmbeddedStore(directory, { logFileBytes: 16 * 1024, idleMilliseconds: NEVER });
    const all: Changes[] = Array.from({ length: 400 }, (_, index) => new Map([[`a${index % 50}`, `${index}`.repeat(1_000)]]));
    await Promise.all(all.map(async (made, index) => transactNumbered(store, index + 1, made)));
    expect(await lastNumbered(store, all)).toBe(all.length);
    const copy = await openEmbeddedStore(folders.copyOf(directory));
    expect(await lastNumbered(copy, all)).toBe(all.length);
    await copy.close();
  });

  test('is emptied once nothing was written for a while', async () => {
    store = await openEmbeddedStore(directory, { idleMilliseconds: 20 });
    await store.transact([{ put: key, value: Buffer.from('x'), ordinal: 258, expiresAtSeconds: 3 }]);
    for (let attempt = 0; attempt < 100 && restingValue() === undefined; attempt++) await sleep(20);
    expect(restingValue()?.toString('hex')).toBe('0000000000000102000000000000000378');
    expect(await store.get(key)).toMatchObject({ ordinal: 258 });
  });

  test('brings ordinal and expiry back', async () => {
    store = await openEmbeddedStore(directory, { idleMilliseconds: NEVER });
    await store.transact([{ put: key, value: Buffer.from('x'), ordinal: 258, expiresAtSeconds: 3 }]);
    directory = folders.copyOf(directory);
    await store.close();
    store = await openEmbeddedStore(directory, { idleMilliseconds: NEVER });
    expect(restingValue()?.toString('hex')).toBe('0000000000000102000000000000000378');
  });

  test('tells a refusal at once when nothing is under way, and else after what it was compared with', async () => {
    store = await openEmbeddedStore(directory, { idleMilliseconds: NEVER });
    const told: string[] = [];
    const put = store.transact([{ put: key, value: Buffer.from('x') }]).then(() => told.push('put'));
    const refused = store.transact([{ check: key, if: { absent: true } }]).catch(error => told.push(error.name));
    const checked = store.transact([{ check: key, if: { ordinal: 0 } }]).then(() => told.push('check'));
    expect(await store.get(key)).toBeUndefined();
    await Promise.all([put, refused, checked]);
    expect(told).toEqual(['put', 'ConditionFailed', 'check']);
    jest.spyOn(fs, 'write').mockImplementation(() => { throw new Error('Nothing is written for a refusal.'); });
    await expect(store.transact([{ put: key, value: Buffer.from('y'), if: { absent: true } }])).rejects.toBeInstanceOf(ConditionFailed);
    await store.transact([{ check: key, if: { ordinal: 0 } }]);
  });

  test.each([
    ['nothing of it was written', 0],
    ['part of it was written', 512],
    ['all of it was written', Infinity],
  ])('a write that fails when %s fails the transacts that depend on it, and is not there later', async (_, written) => {
    store = await openEmbeddedStore(directory, { idleMilliseconds: NEVER });
    await store.transact([{ put: key, value: Buffer.from('1'), ordinal: 1 }]);
    failWrites(1, written);
    const counted = (ordinal: number): Action => ({ put: key, value: Buffer.from(`${ordinal}`), ordinal, if: { ordinal: ordinal - 1 } });
    const outcomes = await Promise.allSettled([store.transact([counted(2)]), store.transact([counted(3)]), store.transact([counted(3)])]);
    for (const outcome of outcomes) {
      const message = expect.stringMatching(/^The store in .* could not commit: no space\. Check the disk's free space and health\.$/);
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message } });
    }
    expect(await store.get(key)).toMatchObject({ ordinal: 1 });
    const copy = folders.copyOf(directory);
    expect(await ordinalIn(copy)).toBe(1);
    // The store goes on, over what was there before.
    await store.transact([{ put: { ...key, sort: 'other' }, value: Buffer.from('x') }]);
    await expect(store.transact([counted(3)])).rejects.toBeInstanceOf(ConditionFailed);
    await store.transact([counted(2)]);
    expect(await ordinalIn(folders.copyOf(directory))).toBe(2);
  });

  test('while nothing can be written nothing is acknowledged, and what is acknowledged afterwards stands on what was there before', async () => {
    store = await openEmbeddedStore(directory, { logFileBytes: 16 * 1024, idleMilliseconds: NEVER });
    const all: Changes[] = Array.from({ length: 40 }, (_, index) => new Map([[`a${index % 5}`, 'y'.repeat(3_000)]]));
    for (const [index, made] of all.entries()) {
      if (index % 4 === 1) {
        failWrites(3, index % 8 === 1 ? Infinity : 4096);
        // Each attempt, and each record that was to take its place, but for the last of them.
        await expect(transactNumbered(store, index + 1, new Map([['a0', 'never']]))).rejects.toThrow(/could not commit/);
        await expect(transactNumbered(store, index + 1, new Map([['a1', 'never']]))).rejects.toThrow(/could not commit/);
        expect(await lastNumbered(store, all)).toBe(index);
      }
      await transactNumbered(store, index + 1, made);
      if (index % 10 === 9) {
        const copy = await openEmbeddedStore(folders.copyOf(directory));
        expect(await lastNumbered(copy, all)).toBe(index + 1);
        await copy.close();
      }
    }
  });

  test('takes no more memory however often a write fails', async () => {
    store = await openEmbeddedStore(directory, { idleMilliseconds: NEVER });
    await store.transact([{ put: key, value: Buffer.from('1') }]);
    const allocations = jest.spyOn(Buffer, 'allocUnsafeSlow');
    const attempt = async (index: number): Promise<void> => {
      const large = store.transact([{ put: { partition: `p${index}`, sort: 's' }, value: Buffer.alloc(200 * 1024, index) }]);
      const small = store.transact([{ put: { ...key, sort: `${index}` }, value: Buffer.alloc(100, index) }]);
      const outcomes = await Promise.allSettled([large, small]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    };
    for (let index = 0; index < 50; index++) {
      failWrites(2, 4096);
      allocations.mockClear();
      await attempt(index);
    }
    expect(allocations).toHaveBeenCalledTimes(0);
    jest.restoreAllMocks();
    expect((await store.get(key))?.value).toEqual(new Uint8Array([49]));
    await store.transact([{ put: key, value: Buffer.from('2') }]);
    const copy = await openEmbeddedStore(folders.copyOf(directory));
    expect((await copy.get(key))?.value).toEqual(new Uint8Array([50]));
    expect(await collect(copy.query('p'))).toHaveLength(1);
    await copy.close();
  });

  test('takes all of a transact or nothing when memory runs out in the middle of it', async () => {
    store = await openEmbeddedStore(directory, { idleMilliseconds: NEVER });
    const first = store.transact([{ put: { ...key, sort: 'first' }, value: Buffer.from('x') }]);
    jest.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation(() => { throw new RangeError('Array buffer allocation failed'); });
    const torn = store.transact([
      { put: { ...key, sort: 'a' }, value: Buffer.from('x') },
      { put: { ...key, sort: 'b' }, value: Buffer.alloc(300 * 1024) },
    ]);
    await expect(torn).rejects.toThrow('Array buffer allocation failed');
    jest.restoreAllMocks();
    await first;
    await store.transact([{ put: { ...key, sort: 'last' }, value: Buffer.from('x') }]);
    expect((await collect(store.query('p'))).map(item => item.key.sort)).toEqual(['first', 'last']);
  });

  test('is full after many changes, however small they are', async () => {
    store = await openEmbeddedStore(directory, { logFileBytes: 2 ** 30, idleMilliseconds: NEVER });
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    const tiny = (index: number): Action[] => Array.from({ length: 100 }, (_, part) => ({ put: { partition: 'q', sort: `${index}/${part}` }, value: new Uint8Array() }));
    await Promise.all(Array.from({ length: 320 }, async (_, index) => store.transact(tiny(index))));
    expect(restingValue()).toBeUndefined();
    await store.transact(tiny(320));
    for (let attempt = 0; attempt < 100 && restingValue() === undefined; attempt++) await sleep(20);
    expect(restingValue()).toBeDefined();
  });

  test('is emptied later when LMDB could not be written at first', async () => {
    const root = await openWithRoot({ idleMilliseconds: 20 });
    const failing = jest.spyOn(root, 'batch').mockImplementation(async () => { throw new Error('no space'); });
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    for (let attempt = 0; attempt < 100 && failing.mock.calls.length < 3; attempt++) await sleep(20);
    expect(restingValue()).toBeUndefined();
    failing.mockRestore();
    for (let attempt = 0; attempt < 100 && restingValue() === undefined; attempt++) await sleep(20);
    expect(restingValue()).toBeDefined();
  });

  test('is what the next opening reads when LMDB fails for good: nobody waits for it', async () => {
    const root = await openWithRoot({ logFileBytes: 8192, idleMilliseconds: NEVER });
    await store.transact([{ put: key, value: Buffer.from('1') }]);
    jest.spyOn(root, 'batch').mockRejectedValueOnce(new Error('EIO')).mockReturnValue(new Promise(() => undefined));
    jest.spyOn(root, 'transactionSync').mockImplementation(() => { throw new Error('MDB_PANIC'); });
    const writes = async (): Promise<void> => {
      for (let index = 0; index < 10; index++) await store.transact([{ put: { ...key, sort: `${index}` }, value: Buffer.alloc(3_000) }]);
    };
    const reason = /LMDB failed in the middle of a commit.* takes nothing any more\. What was acknowledged is in the log\. Restart the process/;
    await expect(writes()).rejects.toThrow(reason);
    await expect(store.transact([{ put: { ...key, sort: 'large' }, value: Buffer.alloc(9_000) }])).rejects.toThrow(reason);
    const copy = folders.copyOf(directory);
    await expect(store.close()).rejects.toThrow(reason);
    directory = copy;
    store = await openEmbeddedStore(directory);
    expect((await store.get(key))?.value).toEqual(new Uint8Array([49]));
  });

  /** Opens the store, and answers the database below it. */
  async function openWithRoot(props: EmbeddedStoreProps): Promise<lmdb.RootDatabase<Buffer, Buffer>> {
    const { open } = lmdb;
    let root: lmdb.RootDatabase<Buffer, Buffer> | undefined;
    jest.spyOn(lmdb, 'open').mockImplementation(((options: lmdb.RootDatabaseOptionsWithPath) => root = open(options)) as typeof open);
    store = await openEmbeddedStore(directory, props);
    jest.restoreAllMocks();
    return root!;
  }

  function restingValue(): Buffer | undefined {
    const raw = lmdb.open<Buffer, Buffer>({
      path: join(folders.copyOf(directory), EMBEDDED_FILE_NAME), noSubdir: true, keyEncoding: 'binary', encoding: 'binary', overlappingSync: false,
    });
    const value = raw.get(Buffer.from('\x00\x01ps'));
    void raw.close();
    return value && Buffer.from(value);
  }

  async function ordinalIn(copy: string): Promise<number | undefined> {
    const opened = await openEmbeddedStore(copy);
    try {
      return (await opened.get(key))?.ordinal;
    } finally {
      await opened.close();
    }
  }
});

/** The next so many writes fail after that many bytes. */
function failWrites(count: number, written: number): void {
  jest.restoreAllMocks();
  const original = fs.write;
  let failing = count;
  type Done = (...outcome: unknown[]) => void;
  const failingWrite = (descriptor: number, bytes: Buffer, offset: number, length: number, position: number, done: Done): void => {
    if (failing === 0) {
      original(descriptor, bytes, offset, length, position, done);
      return;
    }
    failing--;
    fs.writeSync(descriptor, bytes, offset, Math.min(length, written), position);
    done(new Error('no space'), 0, bytes);
  };
  jest.spyOn(fs, 'write').mockImplementation(failingWrite as typeof fs.write);
}
