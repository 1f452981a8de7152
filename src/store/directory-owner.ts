/** Who has an embedded store's directory open: one process at a time, recorded so that a dead one can be told from a live one. */
import { readFileSync } from 'node:fs';

export interface Owner {
  readonly pid: number;
  /** Linux: when that process started, in clock ticks since boot; tells a reused pid from the process we mean. */
  readonly startTicks?: string;
}

/** This process. */
export function currentOwner(): Owner {
  return { pid: process.pid, startTicks: processStat(process.pid)?.startTicks };
}

export function isSameOwner(left: Owner, right: Owner): boolean {
  return left.pid === right.pid && left.startTicks === right.startTicks;
}

/** Whether the process that `owner` names still runs. */
export function isAlive(owner: Owner): boolean {
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
