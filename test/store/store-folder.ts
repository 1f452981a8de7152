import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const LOG_FILES = ['store-1.log', 'store-2.log'] as const;

/** Folders of stores that a test makes, and what happens to their files when a machine dies. */
export class StoreFolders {
  private readonly made: string[] = [];

  fresh(): string {
    const directory = mkdtempSync(join(tmpdir(), 'embedded-folder-'));
    this.made.push(directory);
    return directory;
  }

  /** The files as they are at this moment: what a process that is killed now leaves behind. */
  copyOf(directory: string): string {
    const copy = this.fresh();
    cpSync(directory, copy, { recursive: true });
    return copy;
  }

  removeAll(): void {
    this.made.splice(0).forEach(directory => rmSync(directory, { recursive: true }));
  }
}

export function readLog(directory: string): Buffer[] {
  return LOG_FILES.map(name => readFileSync(join(directory, name)));
}

export function writeLog(directory: string, contents: readonly Buffer[]): void {
  LOG_FILES.forEach((name, index) => writeFileSync(join(directory, name), contents[index]));
}
