import fs, { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
// eslint-disable-next-line import/no-extraneous-dependencies -- optional for users, installed for tests
import * as lmdb from 'lmdb';
import { collect } from './contract-bench';
import { describeStoreContract } from './store-contract';
import { LOG_FILES, StoreFolders } from './store-folder';
import { EMBEDDED_FILE_NAME, openEmbeddedStore } from '../../src/store';
import { currentOwner, isAlive, type Owner } from '../../src/store/directory-owner';

const onLinux = process.platform === 'linux' ? test : test.skip;

describeStoreContract('the embedded store', async () => {
  const directory = newDirectory();
  const store = await openEmbeddedStore(directory);
  return {
    store,
    cleanup: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});

describe('the directory of an embedded store', () => {
  const key = { partition: 'p', sort: 's' };
  let directory: string;

  beforeEach(() => {
    directory = newDirectory();
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  test('keeps what was written when it is closed and opened again', async () => {
    const first = await openEmbeddedStore(directory);
    await first.transact([{ put: key, value: Buffer.from('x'), ordinal: 3 }]);
    await first.close();
    const second = await openEmbeddedStore(directory);
    expect(await second.get(key)).toEqual({ key, value: new Uint8Array([120]), ordinal: 3 });
    await second.close();
  });

  test('is made with its parents when it does not exist', async () => {
    const nested = join(directory, 'not', 'yet.there');
    await (await openEmbeddedStore(nested)).close();
    expect(statSync(join(nested, EMBEDDED_FILE_NAME)).isFile()).toBe(true);
  });

  test('is open once in a process, under whatever name', async () => {
    const store = await openEmbeddedStore(directory);
    const alias = `${directory}-alias`;
    symlinkSync(directory, alias);
    try {
      await expect(openEmbeddedStore(directory)).rejects.toThrow(/already open in this process/);
      await expect(openEmbeddedStore(alias)).rejects.toThrow(/already open in this process/);
      await store.transact([{ put: key, value: Buffer.from('x') }]);
    } finally {
      rmSync(alias);
      await store.close();
    }
  });

  test('is open once in a process, whichever copy of this module opens it', async () => {
    const store = await openEmbeddedStore(directory);
    await jest.isolateModulesAsync(async () => {
      const copy = jest.requireActual<typeof import('../../src/store')>('../../src/store');
      expect(copy.openEmbeddedStore).not.toBe(openEmbeddedStore);
      await expect(copy.openEmbeddedStore(directory)).rejects.toThrow(/already open in this process/);
    });
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    await store.close();
  });

  test('is refused to another thread', async () => {
    const store = await openEmbeddedStore(directory);
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    expect(await openInThread(directory)).toMatch(/is open in thread 0 of this process/);
    await store.transact([{ put: key, value: Buffer.from('y') }]);
    await store.close();
    expect(await openInThread(directory)).toBe('opened');
  }, 30_000);

  test('is refused while the process that owns it lives, and taken over from a dead one', async () => {
    await (await openEmbeddedStore(directory)).close();
    await recordOwner(directory, { pid: process.ppid });
    await expect(openEmbeddedStore(directory)).rejects.toThrow(new RegExp(`is open in process ${process.ppid}`));
    await recordOwner(directory, { pid: 2 ** 31 - 1 });
    await (await openEmbeddedStore(directory)).close();
  });

  test('can be opened again by the thread that could not close it', async () => {
    await (await openEmbeddedStore(directory)).close();
    await recordOwner(directory, currentOwner(dataFileOf(directory)));
    await (await openEmbeddedStore(directory)).close();
  });

  test('has no owner where it was copied to', async () => {
    const folders = new StoreFolders();
    const store = await openEmbeddedStore(directory);
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    const copy = await openEmbeddedStore(folders.copyOf(directory));
    expect(await copy.get(key)).toBeDefined();
    await copy.close();
    await store.close();
    folders.removeAll();
  });

  test('is let go of after its log, which the next owner has under the same names', async () => {
    const store = await openEmbeddedStore(directory);
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    const { rmSync: remove } = fs;
    const owned: boolean[] = [];
    jest.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
      owned.push(ownerIn(directory) !== undefined);
      remove(path, options);
    });
    await store.close();
    jest.restoreAllMocks();
    expect(owned).toEqual([true, true]);
    expect(LOG_FILES.filter(name => existsSync(join(directory, name)))).toEqual([]);
  });

  test('stays as it is when somebody else has taken it over', async () => {
    const store = await openEmbeddedStore(directory, { idleMilliseconds: 3_600_000 });
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    const other = { ...currentOwner(dataFileOf(directory)), pid: process.ppid };
    await recordOwner(directory, other);
    await expect(store.close()).rejects.toThrow(`was taken over by process ${process.ppid} and is left as it is`);
    expect(ownerIn(directory)).toEqual(other);
    expect(LOG_FILES.filter(name => existsSync(join(directory, name)))).toEqual(LOG_FILES);
    await recordOwner(directory, { ...other, pid: 2 ** 31 - 1 });
    const next = await openEmbeddedStore(directory);
    expect(await next.get(key)).toBeDefined();
    await next.close();
  });

  test('names no owner once it is closed', async () => {
    const store = await openEmbeddedStore(directory);
    await store.transact([{ put: key, value: Buffer.from('x') }]);
    await store.close();
    await withRawDatabase(directory, raw => expect(raw.get(control('owner'))).toBeUndefined());
  });

  test('is refused when it has a format of another version', async () => {
    await (await openEmbeddedStore(directory)).close();
    await withRawDatabase(directory, raw => raw.putSync(control('format'), Buffer.from('cdk-ledger store 9')));
    await expect(openEmbeddedStore(directory)).rejects.toThrow(/has the format "cdk-ledger store 9"/);
  });

  test('holds the documented bytes', async () => {
    const store = await openEmbeddedStore(directory);
    await store.transact([{ put: { partition: 'né', sort: 's1' }, value: Buffer.from('xy'), ordinal: 258, expiresAtSeconds: 3 }]);
    await store.close();
    await withRawDatabase(directory, raw => {
      const entries = [...raw.getRange({ start: Buffer.of(0, 1) })].map(({ key: each, value }) => [each.toString('hex'), value.toString('hex')]);
      expect(entries).toEqual([['00036ec3a97331', '000000000000010200000000000000037879']]);
    });
  });

  test('gives space back while a slow reader stands still', async () => {
    const store = await openEmbeddedStore(directory);
    const item = (round: number) => ({ put: key, value: Buffer.alloc(300_000, round) });
    await store.transact([item(0)]);
    const reader = store.query('p')[Symbol.asyncIterator]();
    await reader.next();
    for (let round = 1; round <= 60; round++) {
      await store.transact([item(round)]);
    }
    expect(statSync(join(directory, EMBEDDED_FILE_NAME)).size).toBeLessThan(6_000_000);
    await store.close();
  });

  test('transacts of one turn are independent: one that fails does not touch its neighbours', async () => {
    const store = await openEmbeddedStore(directory);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, async (_, index) => store.transact([
      { put: { partition: 'p', sort: `${index}` }, value: Buffer.from('x') },
      { check: { partition: 'p', sort: 'none' }, if: index % 2 ? { absent: true } : { ordinal: 1 } },
    ])));
    expect(outcomes.map(outcome => outcome.status)).toEqual(outcomes.map((_, index) => index % 2 ? 'fulfilled' : 'rejected'));
    expect(await collect(store.query('p'))).toHaveLength(25);
    await store.close();
  });
});

describe('the owner of a directory', () => {
  test('is alive when it is this process or its parent', () => {
    expect(isAlive(currentOwner('1:1'))).toBe(true);
    expect(isAlive({ pid: process.ppid })).toBe(true);
  });

  onLinux('is dead when its pid was given to a process that started at another time', () => {
    expect(isAlive({ ...currentOwner('1:1'), startTicks: '1' })).toBe(false);
  });

  onLinux('is dead when the machine was started again since', () => {
    expect(isAlive({ ...currentOwner('1:1'), boot: 'another' })).toBe(false);
  });
});

test('without lmdb the store says how to install it', async () => {
  jest.doMock('lmdb', () => { throw new Error("Cannot find module 'lmdb'"); });
  try {
    await expect(openEmbeddedStore(join(tmpdir(), 'never-made'))).rejects.toThrow(/npm install lmdb/);
  } finally {
    jest.dontMock('lmdb');
  }
});

function newDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'embedded-store-'));
}

function dataFileOf(directory: string): string {
  const { dev, ino } = statSync(join(directory, EMBEDDED_FILE_NAME), { bigint: true });
  return `${dev}:${ino}`;
}

/** Says that the directory is somebody's. */
async function recordOwner(directory: string, owner: Partial<Owner>): Promise<void> {
  const record = Buffer.from(JSON.stringify({ thread: 0, file: dataFileOf(directory), ...owner }));
  await withRawDatabase(directory, raw => raw.putSync(control('owner'), record));
}

function ownerIn(directory: string): Owner | undefined {
  const raw = openRaw(directory);
  const record = raw.get(control('owner'));
  void raw.close();
  return record && JSON.parse(record.toString()) as Owner;
}

/** What comes of it when another thread opens and closes the store. */
async function openInThread(directory: string): Promise<unknown> {
  const program = `
    require('ts-node/register/transpile-only');
    const { parentPort, workerData } = require('node:worker_threads');
    const { openEmbeddedStore } = require(workerData.module);
    openEmbeddedStore(workerData.directory)
      .then(async store => store.close())
      .then(() => 'opened', error => error.message)
      .then(outcome => parentPort.postMessage(outcome));
  `;
  const worker = new Worker(program, { eval: true, workerData: { module: join(__dirname, '../../src/store/index.ts'), directory } });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

function control(name: string): Buffer {
  return Buffer.concat([Buffer.of(0, 0), Buffer.from(name)]);
}

async function withRawDatabase(directory: string, use: (raw: lmdb.RootDatabase<Buffer, Buffer>) => unknown): Promise<void> {
  const raw = openRaw(directory);
  try {
    use(raw);
  } finally {
    await raw.close();
  }
}

function openRaw(directory: string): lmdb.RootDatabase<Buffer, Buffer> {
  return lmdb.open<Buffer, Buffer>({
    path: join(directory, EMBEDDED_FILE_NAME), noSubdir: true, keyEncoding: 'binary', encoding: 'binary', overlappingSync: false,
  });
}
