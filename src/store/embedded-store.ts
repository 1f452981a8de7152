import { mkdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { byteBounds, checkRange, isEmpty } from './bounds';
import { DirectoryClaim } from './directory-claim';
import { syncDirectoryEntries } from './directory-sync';
import { EmbeddedCommits } from './embedded-commits';
import { EmbeddedReads } from './embedded-reads';
import { checkActions, checkKey, checkPartition } from './limits';
import { openLog, removeLog } from './log-opening';
import { openDirectories } from './open-directories';
import { Item, Range, Store } from './store';
import { UnappliedChanges } from './unapplied-changes';
import { WriteAheadLog } from './write-ahead-log';

/** Name of the data file in the directory; LMDB keeps its lock file beside it, and the log lies there while the store is open. */
export const EMBEDDED_FILE_NAME = 'store.mdb';

/** Room for the longest key in one LMDB page, and the same file on machines whose memory pages differ. */
const PAGE_BYTES = 8192;
/** Each of the two files of the log, and about as much memory: what one of them holds goes to LMDB at once, the more the cheaper. */
const LOG_FILE_BYTES = 16 * 1024 * 1024;
const IDLE_MILLISECONDS = 1_000;
/** A query holds no read transaction between pages, so a slow reader never keeps LMDB from reusing space. */
const QUERY_PAGE_ITEMS = 128;

export interface EmbeddedStoreProps {
  /** Size at which a file of the log is full. @default 16 MiB */
  readonly logFileBytes?: number;
  /** How long nothing must have been written before what the log holds goes to the data file. @default 1 second */
  readonly idleMilliseconds?: number;
}

/**
 * Opens the store in `directory`, creating both as needed. One thread of one process at a time; close it to let another one in.
 *
 * A write becomes visible only after it is on disk, so nothing that was ever read is lost in a crash, and the promise of a
 * `transact` resolves after that. Transacts that arrive while the disk is busy share the next flush.
 *
 * @throws Error when lmdb is not installed, somebody else has the directory open, or its format is not ours
 */
export async function openEmbeddedStore(directory: string, props: EmbeddedStoreProps = {}): Promise<Store> {
  const lmdb = loadLmdb();
  const firstMade = mkdirSync(directory, { recursive: true });
  const path = realpathSync(directory);
  if (openDirectories().has(path)) {
    throw new Error(`The store in ${directory} is already open in this process. Share that store, or close it first.`);
  }
  const dataFile = join(path, EMBEDDED_FILE_NAME);
  const root: RootDatabase<Buffer, Buffer> = lmdb.open({
    path: dataFile,
    noSubdir: true,
    pageSize: PAGE_BYTES,
    keyEncoding: 'binary',
    encoding: 'binary',
    // With lmdb's default a commit is visible before it is flushed; without, LMDB flushes first and only then publishes it.
    overlappingSync: false,
    // lmdb's own batches of a turn end the process when they fail: nobody can get at the promise that they reject.
    eventTurnBatching: false,
  });
  openDirectories().add(path);
  let claim: DirectoryClaim | undefined;
  try {
    claim = DirectoryClaim.take(root, dataFile, directory);
    if (firstMade !== undefined) syncDirectoryEntries(path, firstMade);
    const log = await openLog(root, path, props.logFileBytes ?? LOG_FILE_BYTES);
    return storeOver({ root, claim, log, directory, path, idleMilliseconds: props.idleMilliseconds ?? IDLE_MILLISECONDS });
  } catch (error) {
    // Why it could not be opened says more than why it could not be left.
    await closeDirectory({ root, claim, path, isComplete: false }).catch(() => undefined);
    throw error;
  }
}

interface OpenDirectory {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly claim: DirectoryClaim;
  readonly log: WriteAheadLog;
  /** As the caller named it. */
  readonly directory: string;
  readonly path: string;
  readonly idleMilliseconds: number;
}

function storeOver({ root, claim, log, directory, path, idleMilliseconds }: OpenDirectory): Store {
  const changes = new UnappliedChanges();
  const commits = new EmbeddedCommits({ root, log, changes, directory, idleMilliseconds });
  const reads = new EmbeddedReads(root, changes);
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing) {
      throw new Error(`The store in ${directory} is closed. Open it again with openEmbeddedStore.`);
    }
  }

  async function* query(partition: string, range: Range = {}): AsyncGenerator<Item> {
    checkPartition(partition);
    checkRange(range);
    const reverse = range.reverse ?? false;
    let bounds = byteBounds(range);
    let wanted = range.limit ?? Infinity;
    while (wanted > 0 && !isEmpty(bounds)) {
      assertOpen();
      const { items, rest } = reads.page({ partition, bounds, reverse }, Math.min(wanted, QUERY_PAGE_ITEMS));
      for (const item of items) {
        yield item;
      }
      if (rest === undefined) {
        return;
      }
      wanted -= items.length;
      bounds = rest;
    }
  }

  async function close(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (step: Promise<void>): Promise<void> => step.catch((error: unknown) => { failures.push(error); });
    await attempt(commits.close(claim));
    const isComplete = failures.length === 0;
    await attempt(log.close());
    await attempt(closeDirectory({ root, claim, path, isComplete }));
    // What went wrong first says most.
    if (failures.length > 0) throw failures[0];
  }

  return {
    keepsOrder: true,
    async get(key) {
      assertOpen();
      checkKey(key);
      return reads.get(key);
    },
    async getMany(keys) {
      assertOpen();
      keys.forEach(checkKey);
      return keys.map(key => reads.get(key)).filter(item => item !== undefined);
    },
    query,
    async transact(actions) {
      assertOpen();
      checkActions(actions);
      await commits.transact(actions);
    },
    async close() {
      closing ??= close();
      return closing;
    },
  };
}

interface ClosingDirectory {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** Undefined when it is not ours. */
  readonly claim?: DirectoryClaim;
  readonly path: string;
  /** Whether the data file has everything, so that the log goes. */
  readonly isComplete: boolean;
}

/** Others are let in last: whoever comes next makes a log of the same name. */
async function closeDirectory({ root, claim, path, isComplete }: ClosingDirectory): Promise<void> {
  try {
    if (isComplete) {
      claim?.leaveLog();
      removeLog(path);
    }
  } finally {
    try {
      claim?.release();
    } finally {
      await root.close();
      openDirectories().delete(path);
    }
  }
}

function loadLmdb(): typeof import('lmdb') {
  try {
    return createRequire(__filename)('lmdb') as typeof import('lmdb');
  } catch (error) {
    throw new Error(`The embedded store needs the package lmdb, which could not be loaded: ${(error as Error).message}. Run: npm install lmdb`, { cause: error });
  }
}
