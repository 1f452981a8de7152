import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { boundsAfter, byteBounds, checkRange, isEmpty } from './bounds';
import { Owner, currentOwner, isAlive, isSameOwner } from './directory-owner';
import { EmbeddedCommits } from './embedded-commits';
import { controlKey, decodeItem, decodeSort, encodeBounds, encodeKey } from './embedded-item';
import { checkActions, checkKey, checkPartition } from './limits';
import { Item, Key, Range, Store } from './store';

type Binary = Database<Buffer, Buffer>;

/** Name of the data file in the directory; LMDB keeps its lock file beside it. */
export const EMBEDDED_FILE_NAME = 'store.mdb';

const FORMAT = 'cdk-ledger store 2';
const FORMAT_KEY = controlKey('format');
const OWNER_KEY = controlKey('owner');

/** Room for the longest key in one LMDB page, and the same file on machines whose memory pages differ. */
const PAGE_BYTES = 8192;
/** A query holds no read transaction between pages, so a slow reader never keeps LMDB from reusing space. */
const QUERY_PAGE_ITEMS = 128;
const QUERY_PAGE_BYTES = 1024 * 1024;

/** Directories open in this process: a pid cannot tell two stores of one process apart. */
const openDirectories = new Set<string>();

/**
 * Opens the store in `directory`, creating both as needed. One process at a time; close it to let another one in.
 *
 * A write becomes visible only after it is on disk, so nothing that was ever read is lost in a crash, and the promise of a
 * `transact` resolves after that. Transacts that arrive while the disk is busy share the next flush.
 *
 * @throws Error when lmdb is not installed, another process has the directory open, or its format is not ours
 */
export async function openEmbeddedStore(directory: string): Promise<Store> {
  const lmdb = loadLmdb();
  mkdirSync(directory, { recursive: true });
  const path = realpathSync(directory);
  if (openDirectories.has(path)) {
    throw new Error(`The store in ${directory} is already open in this process. Share that store, or close it first.`);
  }
  const root: RootDatabase<Buffer, Buffer> = lmdb.open({
    path: join(path, EMBEDDED_FILE_NAME),
    noSubdir: true,
    pageSize: PAGE_BYTES,
    keyEncoding: 'binary',
    encoding: 'binary',
    // With lmdb's default a commit is visible before it is flushed; without, LMDB flushes first and only then publishes it.
    overlappingSync: false,
    // lmdb's own batches of a turn end the process when they fail: nobody can get at the promise that they reject.
    eventTurnBatching: false,
  });
  try {
    claim(root, directory);
    syncDirectoryEntries(path);
  } catch (error) {
    await root.close();
    throw error;
  }
  openDirectories.add(path);
  return storeOver(root, directory, () => openDirectories.delete(path));
}

function storeOver(root: RootDatabase<Buffer, Buffer>, directory: string, onClosed: () => void): Store {
  const commits = new EmbeddedCommits(root, directory);
  let closing: Promise<void> | undefined;

  function assertOpen(): void {
    if (closing) {
      throw new Error(`The store in ${directory} is closed. Open it again with openEmbeddedStore.`);
    }
  }

  function read(key: Key): Item | undefined {
    const bytes = root.getBinaryFast(encodeKey(key));
    return bytes && decodeItem({ partition: key.partition, sort: key.sort }, bytes);
  }

  async function* query(partition: string, range: Range = {}): AsyncGenerator<Item> {
    checkPartition(partition);
    checkRange(range);
    const reverse = range.reverse ?? false;
    let bounds = byteBounds(range);
    let wanted = range.limit ?? Infinity;
    while (wanted > 0 && !isEmpty(bounds)) {
      assertOpen();
      const { lower, upper } = encodeBounds(partition, bounds);
      const limit = Math.min(wanted, QUERY_PAGE_ITEMS);
      const { page, isLast } = readPage(root, partition, limit, reverse
        ? { start: upper, exclusiveStart: true, end: lower, inclusiveEnd: true, reverse, limit }
        : { start: lower, end: upper, reverse, limit });
      for (const item of page) {
        yield item;
      }
      if (isLast) {
        return;
      }
      wanted -= page.length;
      bounds = boundsAfter(bounds, page[page.length - 1].key.sort, reverse);
    }
  }

  return {
    keepsOrder: true,
    async get(key) {
      assertOpen();
      checkKey(key);
      return read(key);
    },
    async getMany(keys) {
      assertOpen();
      keys.forEach(checkKey);
      return keys.map(read).filter(item => item !== undefined);
    },
    query,
    async transact(actions) {
      assertOpen();
      checkActions(actions);
      await commits.transact(actions);
    },
    async close() {
      closing ??= (async () => {
        await commits.settled();
        try {
          release(root);
        } finally {
          await root.close();
          onClosed();
        }
      })();
      return closing;
    },
  };
}

/** Items of a range, as many as it asks for unless they are large, and whether they end it. */
function readPage(
  root: Binary, partition: string, limit: number, options: Parameters<Binary['getRange']>[0],
): { readonly page: readonly Item[]; readonly isLast: boolean } {
  const page: Item[] = [];
  let bytes = 0;
  for (const { key, value } of root.getRange(options)) {
    page.push(decodeItem({ partition, sort: decodeSort(key, partition) }, value));
    bytes += value.length;
    if (bytes >= QUERY_PAGE_BYTES) {
      return { page, isLast: false };
    }
  }
  return { page, isLast: page.length < limit };
}

/** Records this process as the owner, inside LMDB's write lock so that two processes cannot both succeed. */
function claim(root: Binary, directory: string): void {
  root.transactionSync(() => {
    const format = root.get(FORMAT_KEY)?.toString();
    if (format !== undefined && format !== FORMAT) {
      throw new Error(`The store in ${directory} has the format "${format}"; this version reads "${FORMAT}". Open it with the version that wrote it.`);
    }
    const record = root.get(OWNER_KEY);
    const owner = record && JSON.parse(record.toString()) as Owner;
    if (owner && owner.pid !== process.pid && isAlive(owner)) {
      throw new Error(`The store in ${directory} is open in process ${owner.pid}. Stop that process, or use another directory.`);
    }
    root.putSync(FORMAT_KEY, Buffer.from(FORMAT));
    root.putSync(OWNER_KEY, Buffer.from(JSON.stringify(currentOwner())));
  });
}

function release(root: Binary): void {
  root.transactionSync(() => {
    const record = root.get(OWNER_KEY);
    if (record && isSameOwner(JSON.parse(record.toString()) as Owner, currentOwner())) {
      root.removeSync(OWNER_KEY);
    }
  });
}

/** LMDB flushes the data file; that the file and its directory exist must be on disk as well. */
function syncDirectoryEntries(path: string): void {
  if (process.platform === 'win32') {
    return; // Windows cannot open a directory to flush it, and journals such entries itself.
  }
  for (const directory of [path, dirname(path)]) {
    const descriptor = openSync(directory, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
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
