import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'lmdb';
import { syncDirectoryEntries } from './directory-sync';
import { decodePartition, decodeSortBytes } from './embedded-item';
import { ItemVersion } from './item-version';
import { LogFile } from './log-file';
import { changesOf } from './log-record';
import { LogContent, LogDamaged, recordsAfter } from './log-recovery';
import { readLogState } from './log-state';
import { MemoryTable } from './memory-table';
import { writeTable } from './table-writing';
import { LogStart, WriteAheadLog, newSalt } from './write-ahead-log';

const LOG_FILE_NAMES = ['store-1.log', 'store-2.log'];

/**
 * Opens the log in a directory that this process owns. What a process that died has left in it is in LMDB once the promise resolves.
 * @throws Error when a file is missing or damaged
 */
export async function openLog(root: Database<Buffer, Buffer>, directory: string, fileBytes: number): Promise<WriteAheadLog> {
  const state = readLogState(root);
  const missing = state && LOG_FILE_NAMES.find(name => !existsSync(join(directory, name)));
  if (missing !== undefined) {
    throw new Error(
      `The store in ${directory} was not closed, and ${missing}, which may hold what was written last, is missing. Put it back, or restore a backup.`,
    );
  }
  const files = LOG_FILE_NAMES.map(name => LogFile.open(join(directory, name)));
  try {
    const found = state && await recovered(state, files);
    const start = { salt: newSalt(), applied: found?.applied ?? 0 };
    // The state says that there are files, so they are there for good before it is.
    syncDirectoryEntries(directory);
    await writeTable(root, found?.table ?? new MemoryTable(), start);
    return new WriteAheadLog(files, start, fileBytes);
  } catch (error) {
    await Promise.all(files.map(async file => file.close()));
    const { message } = error as Error;
    throw new Error(error instanceof LogDamaged
      ? `The log of the store in ${directory} is damaged: ${message} Restore a backup.`
      : `The log of the store in ${directory} could not be opened: ${message}. Check the disk's free space and health.`, { cause: error });
  }
}

/** For a store that was closed. */
export function removeLog(directory: string): void {
  for (const name of LOG_FILE_NAMES) {
    rmSync(join(directory, name), { force: true });
  }
}

async function recovered({ salt, applied }: LogStart, files: readonly LogFile[]): Promise<{ table: MemoryTable; applied: number }> {
  const contents: LogContent[] = [];
  for (const [index, file] of files.entries()) {
    contents.push({ name: LOG_FILE_NAMES[index], bytes: await file.content() });
  }
  const table = new MemoryTable();
  let last = applied;
  for (const record of recordsAfter(applied, salt, contents)) {
    const { bytes } = record.file;
    for (const { at, keyLength, valueLength } of changesOf(bytes, record)) {
      const version = new ItemVersion({ bytes, start: 0 }, at, keyLength, valueLength);
      const key = version.keyBytes();
      table.slot(decodePartition(key), decodeSortBytes(key)).show(version);
    }
    last = record.number;
  }
  return { table, applied: last };
}
