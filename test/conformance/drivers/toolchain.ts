import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

const REPOSITORY = path.join(__dirname, '..', '..', '..');

/** Everything that is downloaded or compiled for the drivers; not under version control, safe to delete. */
export const DRIVERS_FOLDER = path.join(REPOSITORY, '.drivers');

/** What a driver's program needs on the machine. */
export interface Toolchain {
  /** Which tool is absent, and how old one may be; undefined when all are there. */
  readonly missing?: string;
}

export const NO_TOOLS_NEEDED: Toolchain = {};

/** A tool with the version that it prints, such as `go` with `go version`. */
export interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  readonly version: RegExp;
  readonly oldest: readonly [major: number, minor: number];
}

/** Looks for tools before any test is declared, so that a suite can be skipped by its name. */
export function findTools(...tools: readonly Tool[]): Toolchain {
  for (const { name, command: [command, ...args], version, oldest } of tools) {
    const { stdout, stderr, error } = spawnSync(command!, args, { encoding: 'utf8', timeout: 60_000 });
    const wanted = `${name} ${oldest.join('.')} or newer`;
    const [, major, minor = '0'] = version.exec(`${stdout}${stderr}`) ?? [];
    if (error || major === undefined) return { missing: `${wanted} is not on this machine` };
    const [oldestMajor, oldestMinor] = oldest;
    if (Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor)) {
      return { missing: `${wanted} is needed, and this machine has ${major}.${minor}` };
    }
  }
  return {};
}
