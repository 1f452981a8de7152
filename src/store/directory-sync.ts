import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files are flushed by whoever writes them; that they and their directory exist must be on disk as well. */
export function syncDirectoryEntries(path: string): void {
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
