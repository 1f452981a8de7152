/** Who has an embedded store's directory open, recorded so that the dead can be told from the living. */
import { readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

export interface Owner {
  readonly pid: number;
  /** Linux: when that process started, in clock ticks since boot; tells a reused pid from the process we mean. */
  readonly startTicks?: string;
  /** Linux: names that boot. The first process of a container always has the same number, and may start at the same tick. */
  readonly boot?: string;
  /** The thread of that process, by the number that Node.js gives it. */
  readonly thread: number;
  /** Device and inode of the data file: a copy of the directory has the record as well, but not the owner. */
  readonly file: string;
}

/** This thread of this process. */
export function currentOwner(file: string): Owner {
  return { pid: process.pid, startTicks: processStat(process.pid)?.startTicks, boot: bootId(), thread: threadId, file };
}

export function isSameOwner(left: Owner, right: Owner): boolean {
  return isSameProcess(left, right) && left.thread === right.thread && left.file === right.file;
}

function isSameProcess(left: Owner, right: Owner): boolean {
  return left.pid === right.pid && left.startTicks === right.startTicks && left.boot === right.boot;
}

/** Whether the process that `owner` names still runs. */
export function isAlive(owner: Pick<Owner, 'pid' | 'startTicks' | 'boot'>): boolean {
  if (owner.boot !== undefined && owner.boot !== bootId()) return false;
  const stat = processStat(owner.pid);
  if (stat !== undefined) {
    return !stat.exited && (owner.startTicks === undefined || owner.startTicks === stat.startTicks);
  }
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** What Linux tells of a process; undefined on other systems or when there is no such process. */
function processStat(pid: number): { exited: boolean; startTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name stands in parentheses and may contain spaces; the state is field 3, the start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { exited: fields[0] === 'Z' || fields[0] === 'X', startTicks: fields[19] };
  } catch {
    return undefined;
  }
}
