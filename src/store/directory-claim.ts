import { statSync } from 'node:fs';
import type { Database } from 'lmdb';
import { Owner, currentOwner, isAlive, isSameOwner } from './directory-owner';
import { controlKey } from './embedded-item';
import { removeLogState } from './log-state';

const FORMAT = 'cdk-ledger store 3';
const FORMAT_KEY = controlKey('format');
const OWNER_KEY = controlKey('owner');

/** A directory that this thread owns: others may not touch it before it is released. */
export class DirectoryClaim {
  private constructor(private readonly root: Database<Buffer, Buffer>, private readonly directory: string, private readonly owner: Owner) {}

  /**
   * Records this thread as the owner, inside LMDB's write lock so that two cannot both succeed.
   * @throws Error when somebody else is the owner and alive, or the format is not ours
   */
  static take(root: Database<Buffer, Buffer>, dataFile: string, directory: string): DirectoryClaim {
    const { dev, ino } = statSync(dataFile, { bigint: true });
    const owner = currentOwner(`${dev}:${ino}`);
    root.transactionSync(() => {
      const format = root.get(FORMAT_KEY)?.toString();
      if (format !== undefined && format !== FORMAT) {
        throw new Error(`The store in ${directory} has the format "${format}"; this version reads "${FORMAT}". Open it with the version that wrote it.`);
      }
      const other = recordedOwner(root);
      // This thread knows what it has open itself: what names it was left behind when closing failed.
      if (other && other.file === owner.file && !isSameOwner(other, owner) && isAlive(other)) throw isOpen(directory, other);
      root.putSync(FORMAT_KEY, Buffer.from(FORMAT));
      root.putSync(OWNER_KEY, Buffer.from(JSON.stringify(owner)));
    });
    return new DirectoryClaim(root, directory, owner);
  }

  /** @throws Error when the directory has another owner by now */
  assertHeld(): void {
    const owner = recordedOwner(this.root);
    if (owner && isSameOwner(owner, this.owner)) return;
    throw new Error(
      `The store in ${this.directory} was taken over by ${owner ? `process ${owner.pid}` : 'somebody'} and is left as it is. `
      + 'Open it in one process at a time, of those that see each other\'s pids.',
    );
  }

  /** LMDB has everything, the log means nothing any more. @throws Error as `assertHeld` */
  leaveLog(): void {
    this.whileHeld(() => removeLogState(this.root));
  }

  /** Lets others in. @throws Error as `assertHeld` */
  release(): void {
    this.whileHeld(() => this.root.removeSync(OWNER_KEY));
  }

  private whileHeld(work: () => void): void {
    this.root.transactionSync(() => {
      this.assertHeld();
      work();
    });
  }
}

function recordedOwner(root: Database<Buffer, Buffer>): Owner | undefined {
  const record = root.get(OWNER_KEY);
  return record && JSON.parse(record.toString()) as Owner;
}

function isOpen(directory: string, { pid, thread }: Owner): Error {
  return new Error(pid === process.pid
    ? `The store in ${directory} is open in thread ${thread} of this process. Close it there, or, if that thread has ended, restart the process.`
    : `The store in ${directory} is open in process ${pid}. Stop that process, or use another directory.`);
}
