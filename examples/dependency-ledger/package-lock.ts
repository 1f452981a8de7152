import { readFile } from 'node:fs/promises';
import * as path from 'node:path';

/** A package as a lock file promises it. */
export interface LockedPackage {
  /** Where it is installed, which names it uniquely: one name may be there in several versions. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball. */
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What really lies in `node_modules`. */
export interface InstalledPackage {
  readonly version: string;
  readonly license?: string;
}

interface LockFile {
  readonly packages: Readonly<Record<string, {
    readonly name?: string;
    readonly version?: string;
    readonly integrity?: string;
    readonly license?: string;
    readonly dependencies?: Readonly<Record<string, string>>;
  }>>;
}

const MODULES = 'node_modules/';

/** Every package of a lock file (version 2 or 3). */
export async function lockedPackages(lockFile: string): Promise<LockedPackage[]> {
  const { packages } = JSON.parse(await readFile(lockFile, 'utf8')) as LockFile;
  return Object.entries(packages)
    .filter(([location, { version }]) => location.includes(MODULES) && version !== undefined)
    .map(([location, entry]) => ({
      path: location,
      name: entry.name ?? location.slice(location.lastIndexOf(MODULES) + MODULES.length),
      version: entry.version!,
      integrity: entry.integrity,
      license: entry.license,
      dependencies: entry.dependencies ?? {},
    }));
}

/** The package as installed, or undefined if it is not: a lock file also lists the builds for other platforms. */
export async function installedPackage(root: string, { path: location }: LockedPackage): Promise<InstalledPackage | undefined> {
  try {
    const { version, license } = JSON.parse(await readFile(path.join(root, location, 'package.json'), 'utf8')) as InstalledPackage;
    return { version, license: typeof license === 'string' ? license : undefined };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
