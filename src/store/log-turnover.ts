import type { Database } from 'lmdb';
import { CommitGroup } from './commit-group';
import { DraftMemory } from './draft-memory';
import { MemoryTable } from './memory-table';
import { writeTable } from './table-writing';
import { UnappliedChanges } from './unapplied-changes';
import { WriteAheadLog } from './write-ahead-log';

export interface LogTurnoverProps {
  readonly root: Database<Buffer, Buffer>;
  readonly log: WriteAheadLog;
  readonly changes: UnappliedChanges;
  /** Of the records. */
  readonly memory: DraftMemory;
  /** What is called and not in the log yet. */
  readonly waiting: readonly CommitGroup[];
}

/**
 * Goes from one file of the log to the next when it is full. What the file holds is in memory as well, and is written to LMDB from there while the
 * next file fills; that one done, the file is used again. When LMDB takes longer than that, whoever writes waits for it, so that memory stays bounded.
 */
export class LogTurnover {
  private applied: number;
  private writing?: Promise<void>;
  private panicked = false;
  /** Memory of what the previous file holds. */
  private pieces: Buffer[] = [];

  constructor(private readonly props: LogTurnoverProps) {
    this.applied = props.log.lastNumber;
  }

  /** Whether LMDB takes nothing any more. */
  get hasPanicked(): boolean {
    return this.panicked;
  }

  /**
   * Gets the log ready for a record of so many bytes; nothing may be on its way into it.
   * @throws Error when there is no room for it, as LMDB cannot be written
   */
  async makeReady(bytes: number): Promise<void> {
    while (!await this.props.log.makeReady(bytes)) {
      await this.written();
      this.turn();
    }
  }

  /** Begins to write what is in the log to LMDB, and gives memory back; nothing may be on its way into the log. `again` says that something is left. */
  emptyInBackground(again: () => void): void {
    const { changes, log, memory } = this.props;
    if (changes.previous === undefined && log.lastNumber !== this.applied) this.turn();
    const whenDone = (): void => {
      memory.shrink();
      if (log.lastNumber !== this.applied) again();
    };
    this.written().then(whenDone, () => { if (!this.panicked) again(); });
  }

  /** Once it resolves LMDB has everything. Nothing may be called meanwhile. */
  async empty(): Promise<void> {
    await this.written();
    if (this.props.log.lastNumber !== this.applied) {
      this.turn();
      await this.written();
    }
  }

  private turn(): void {
    const { log, changes, memory, waiting } = this.props;
    this.applied = log.lastNumber;
    changes.previous = changes.current;
    changes.current = new MemoryTable();
    for (const group of waiting) {
      group.moveTo(changes.current);
    }
    this.pieces = memory.release(new Set(waiting.map(({ draft }) => draft.piece)));
    log.useNextFile();
    this.writeInBackground();
  }

  /** When it fails, that is told to whoever needs the room. */
  private writeInBackground(): void {
    this.written().catch(() => undefined);
  }

  /** When LMDB has what the previous file holds. */
  private async written(): Promise<void> {
    this.writing ??= this.writePrevious().finally(() => { this.writing = undefined; });
    return this.writing;
  }

  private async writePrevious(): Promise<void> {
    const { root, log, changes, memory } = this.props;
    if (changes.previous === undefined) return;
    // An LMDB that has panicked never answers a write again.
    if (this.panicked) throw panic();
    try {
      await writeTable(root, changes.previous, { salt: log.salt, applied: this.applied });
    } catch (error) {
      this.panicked = isUnusable(root);
      throw this.panicked ? panic(error) : error;
    }
    changes.previous = undefined;
    memory.reuse(this.pieces.splice(0));
  }
}

/** A failure in the middle of publishing a commit leaves LMDB unusable for as long as the process has it open. */
function isUnusable(root: Database<Buffer, Buffer>): boolean {
  try {
    root.transactionSync(() => undefined);
    return false;
  } catch {
    return true;
  }
}

function panic(cause?: unknown): Error {
  const reason = cause === undefined ? '' : ` (${(cause as Error).message})`;
  return new Error(`LMDB failed in the middle of a commit${reason} and takes nothing any more. What was acknowledged is in the log. Restart the process`, { cause });
}
