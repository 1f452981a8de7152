import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { DRIVERS_FOLDER } from './toolchain';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const FAILURE_CHARACTERS = 4_000;
const execute = promisify(execFile);

/**
 * A folder under `.drivers/` that `build` fills once for each content of the given files, and each platform.
 *
 * Several processes may ask at once: each builds in a folder of its own and the first rename wins. So nothing in it may hold its own path.
 */
export async function builtOnce(name: string, sources: readonly string[], build: (folder: string) => Promise<void>): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const source of sources) hash.update(await readFile(source));
  const folder = path.join(DRIVERS_FOLDER, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    await build(draft);
    await rename(draft, folder).catch((problem: NodeJS.ErrnoException) => {
      if (!existsSync(folder)) throw problem; // else another process was first
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Runs a build tool to its end. @throws Error with the tail of what it printed */
export async function runTool(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<void> {
  try {
    await execute(command, args, { ...options, maxBuffer: OUTPUT_BYTES_MAX });
  } catch (problem) {
    const { stdout = '', stderr = '' } = problem as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed: ${(stdout + stderr).slice(-FAILURE_CHARACTERS) || String(problem)}`, { cause: problem });
  }
}
