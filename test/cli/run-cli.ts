import { execFile } from 'node:child_process';
import * as path from 'node:path';

/** The bundle that users run. */
export const CLI = path.join(__dirname, '..', '..', 'assets', 'cli', 'index.js');

export interface EndedProcess { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs the command line to its end. */
export const runCli = (...args: string[]): Promise<EndedProcess> => runCliWith({}, ...args);

/** The same with more in its environment. */
export const runCliWith = (environment: Readonly<Record<string, string>>, ...args: string[]): Promise<EndedProcess> => new Promise((resolve) => {
  execFile(process.execPath, [CLI, ...args], { env: { ...process.env, ...environment } }, (error, stdout, stderr) => {
    resolve({ code: error ? error.code as number : 0, stdout, stderr });
  });
});
