import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { changes, Changes, lastNumbered, transactNumbered } from './numbered-transacts';
import { LOG_FILES, readLog, StoreFolders, writeLog } from './store-folder';
import { openEmbeddedStore } from '../../src/store';

/** So small that the files of the log are used in turn again and again. */
const TINY_LOG = { logFileBytes: 32 * 1024, idleMilliseconds: 3_600_000 };
/** So large that nothing of what a test writes goes to LMDB before the store is closed. */
const ROOMY_LOG = { ...TINY_LOG, logFileBytes: 1024 * 1024 };
const RUNS = 25;

describe('what a store is after its machine died', () => {
  const folders = new StoreFolders();

  afterEach(() => folders.removeAll());

  /** Number of the last transact in a copy of the directory, which is whole up to there. */
  async function lastIn(directory: string, all: readonly Changes[]): Promise<number> {
    const store = await openEmbeddedStore(directory, TINY_LOG);
    try {
      return await lastNumbered(store, all);
    } finally {
      await store.close();
    }
  }

  test('whenever the process is killed, all that was acknowledged is there, and what was not, whole and in order or not at all', async () => {
    const moments = fc.array(fc.record({ made: changes, waits: fc.boolean(), dies: fc.boolean() }), { minLength: 1, maxLength: 40 });
    await fc.assert(fc.asyncProperty(moments, async run => {
      const directory = folders.fresh();
      const store = await openEmbeddedStore(directory, TINY_LOG);
      const all = run.map(({ made }) => made);
      let acknowledged = 0;
      const remains: { copy: string; acknowledged: number; called: number }[] = [];
      const calls: Promise<void>[] = [];
      for (const [index, { made, waits, dies }] of run.entries()) {
        calls.push(transactNumbered(store, index + 1, made).then(() => { acknowledged = index + 1; }));
        if (waits) await calls.at(-1);
        else if (index % 3 === 0) await setImmediate();
        if (dies && remains.length < 4) remains.push({ copy: folders.copyOf(directory), acknowledged, called: index + 1 });
      }
      await Promise.all(calls);
      expect(await lastNumbered(store, all)).toBe(all.length);
      await store.close();
      for (const { copy, acknowledged: atLeast, called } of remains) {
        const last = await lastIn(copy, all);
        expect(last).toBeGreaterThanOrEqual(atLeast);
        expect(last).toBeLessThanOrEqual(called);
        // Recovered once is recovered for good.
        expect(await lastIn(copy, all)).toBe(last);
      }
      expect(await lastIn(directory, all)).toBe(all.length);
      folders.removeAll();
    }), { numRuns: RUNS });
  }, 120_000);

  test('a write that the power failure cut anywhere is not there, and all before it is', async () => {
    const directory = folders.fresh();
    const store = await openEmbeddedStore(directory, ROOMY_LOG);
    const all: Changes[] = ['1', '2', '3'].map(text => new Map([['a', text], ['b', 'y'.repeat(9_000)]]));
    await transactNumbered(store, 1, all[0]);
    await transactNumbered(store, 2, all[1]);
    const before = folders.copyOf(directory);
    await transactNumbered(store, 3, all[2]);
    const after = folders.copyOf(directory);
    await store.close();

    const [newer, other] = readLog(after);
    // The file may have been filled further with zeros meanwhile.
    const older = Buffer.alloc(newer.length);
    readLog(before)[0].copy(older);
    const start = newer.findIndex((byte, index) => byte !== older[index]);
    const end = newer.length - [...newer].reverse().findIndex((byte, index) => byte !== older.at(-1 - index));
    expect(end - start).toBeGreaterThan(8_000);
    const cuts = [start + 1, start + 4, start + 39, start + 40, start + 512, start + 4096, end - 4096, end - 1];
    for (const cut of cuts) {
      for (const torn of [
        // The first part was written, or the last; or the file ends there.
        Buffer.concat([newer.subarray(0, cut), older.subarray(cut)]),
        Buffer.concat([older.subarray(0, cut), newer.subarray(cut)]),
        newer.subarray(0, cut),
      ]) {
        const copy = folders.copyOf(after);
        writeLog(copy, [torn, other]);
        expect(await lastIn(copy, all)).toBe(2);
      }
    }
    expect(await lastIn(after, all)).toBe(3);
  }, 60_000);

  test('a bit that flipped in a record before the last is told, and nothing is lost by the attempt', async () => {
    const directory = folders.fresh();
    const store = await openEmbeddedStore(directory, TINY_LOG);
    const all: Changes[] = ['1', '2', '3'].map(text => new Map([['a', text]]));
    for (const [index, made] of all.entries()) await transactNumbered(store, index + 1, made);
    const copy = folders.copyOf(directory);
    await store.close();

    const [first, second] = readLog(copy);
    for (const at of [0, 5, 20, 30, 41, 4096, 4096 + 50]) {
      const flipped = Buffer.from(first);
      flipped[at] ^= 4;
      writeLog(copy, [flipped, second]);
      await expect(openEmbeddedStore(copy, TINY_LOG)).rejects.toThrow(/The log of the store in .* is damaged: Record \d in store-1.log follows record \d, which cannot be read/);
    }
    writeLog(copy, [first, second]);
    expect(await lastIn(copy, all)).toBe(3);
  });

  test('a file of the log that is missing is told, unless the store was closed', async () => {
    const directory = folders.fresh();
    const store = await openEmbeddedStore(directory, TINY_LOG);
    const all: Changes[] = [new Map([['a', '1']])];
    await transactNumbered(store, 1, all[0]);
    const copy = folders.copyOf(directory);
    await store.close();
    rmSync(join(copy, LOG_FILES[1]));
    await expect(openEmbeddedStore(copy, TINY_LOG)).rejects.toThrow(/was not closed, and store-2.log, .*, is missing/);
    expect(await lastIn(directory, all)).toBe(1);
  });

  test('a backup of a closed store is what it was, whatever log lies beside it', async () => {
    const directory = folders.fresh();
    const all: Changes[] = ['1', '2', '3'].map(text => new Map([['a', text]]));
    const first = await openEmbeddedStore(directory, TINY_LOG);
    await transactNumbered(first, 1, all[0]);
    await first.close();
    const backup = folders.copyOf(directory);
    const second = await openEmbeddedStore(directory, TINY_LOG);
    await transactNumbered(second, 2, all[1]);
    writeLog(backup, readLog(directory));
    await second.close();
    expect(await lastIn(backup, all)).toBe(1);
  });

  test('files of the log that hold anything else do no harm to a store that was closed', async () => {
    const directory = folders.fresh();
    LOG_FILES.forEach(name => writeFileSync(join(directory, name), 'not a log'));
    const store = await openEmbeddedStore(directory, TINY_LOG);
    const all: Changes[] = [new Map([['a', '1']])];
    await transactNumbered(store, 1, all[0]);
    expect(await lastIn(folders.copyOf(directory), all)).toBe(1);
    await store.close();
  });
});
