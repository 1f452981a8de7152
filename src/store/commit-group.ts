import { MemoryMark } from './draft-memory';
import { ItemVersion } from './item-version';
import { LogRecordDraft } from './log-record-draft';
import { MemoryTable, Slot } from './memory-table';
import { ConditionFailed } from './store';

/** A caller of `transact` who waits for the disk. */
interface Caller {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Why the transact is refused; reported once what it was compared with is on disk. */
  readonly refusal?: ConditionFailed;
}

/** Transacts that share one record of the log. */
export class CommitGroup {
  private readonly slots: Slot[] = [];
  private readonly versions: ItemVersion[] = [];
  private readonly callers: Caller[] = [];

  private closed = false;

  /** `mark` is where memory ended before the draft was begun. */
  constructor(readonly draft: LogRecordDraft, readonly mark: MemoryMark) {}

  get isClosed(): boolean {
    return this.closed;
  }

  /** Nothing comes in any more. */
  close(): void {
    this.closed = true;
  }

  /** Takes in a change that was written into the draft. */
  add(slot: Slot, version: ItemVersion): void {
    slot.latest = version;
    this.slots.push(slot);
    this.versions.push(version);
  }

  addCaller(caller: Caller): void {
    this.callers.push(caller);
  }

  /** Moves what it will change into the table of the next file. */
  moveTo(table: MemoryTable): void {
    this.slots.forEach((slot, index) => {
      const moved = table.slot(slot.partition.name, slot.sort);
      moved.latest = this.versions[index];
      this.slots[index] = moved;
    });
  }

  /** The record is on disk: readers see it, and callers learn of it. */
  succeed(): void {
    for (let index = 0; index < this.slots.length; index++) {
      this.slots[index].show(this.versions[index]);
    }
    for (const { resolve, reject, refusal } of this.callers) {
      if (refusal) {
        reject(refusal);
      } else {
        resolve();
      }
    }
  }

  fail(error: Error): void {
    for (const slot of this.slots) {
      slot.abandon();
    }
    for (const { reject } of this.callers) {
      reject(error);
    }
  }
}
