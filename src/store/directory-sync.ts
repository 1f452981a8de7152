import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Files are flushed by whoever writes them; that they and their directory exist must be on disk as well.
 * @param firstMade the outermost of the directories that were made on the way to `path`
 */
export function syncDirectoryEntries(path: string, firstMade = path): void {
  if (process.platform === 'win32') {
    return; // Windows cannot open a directory to flush it, and journals such entries itself.
  }
  for (const directory of upwards(path, dirname(resolve(firstMade)))) {
    const descriptor = openSync(directory, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Both included; just two where the last is not above the first, as a link may be on the way. */
function upwards(path: string, last: string): string[] {
  const directories = [path, dirname(path)];
  if (!path.startsWith(last)) return directories;
  while (directories.at(-1)!.length > last.length) directories.push(dirname(directories.at(-1)!));
  return directories;
}
