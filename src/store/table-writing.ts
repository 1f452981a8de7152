import type { Database } from 'lmdb';
import { ItemVersion } from './item-version';
import { putLogState } from './log-state';
import { MemoryTable } from './memory-table';
import type { LogStart } from './write-ahead-log';

/** Handing changes to LMDB's thread takes ours some microseconds each; others get their turn after so many. */
const CHANGES_AT_ONCE = 500;
const BYTES_AT_ONCE = 2 * 1024 * 1024;

/**
 * Writes what is visible in `table` to LMDB, and `state` with the last of it. It takes several transactions of LMDB: when they are not completed,
 * doing all of it again comes to the same. Durable once it resolves.
 */
export async function writeTable(root: Database<Buffer, Buffer>, table: MemoryTable, state: LogStart): Promise<void> {
  let versions: ItemVersion[] = [];
  let bytes = 0;
  for (const version of table.visible()) {
    versions.push(version);
    bytes += version.byteLength;
    if (versions.length >= CHANGES_AT_ONCE || bytes >= BYTES_AT_ONCE) {
      await write(root, versions);
      versions = [];
      bytes = 0;
    }
  }
  await write(root, versions, state);
}

async function write(root: Database<Buffer, Buffer>, versions: readonly ItemVersion[], state?: LogStart): Promise<void> {
  // What is written in a batch goes into one LMDB transaction, which happens whole or not at all.
  const written = root.batch(() => {
    for (const version of versions) {
      const value = version.valueBytes();
      void (value === undefined ? root.remove(version.keyBytes()) : root.put(version.keyBytes(), value));
    }
    if (state) {
      putLogState(root, state);
    }
  });
  try {
    await written;
  } catch (error) {
    // lmdb rejects with a general error that carries a promise of the particular one, which ends the process when nobody waits for it.
    await (error as { commitError?: Promise<never> }).commitError;
    throw error;
  }
}
