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
  /** Memory of what the previous file holds. */
  private pieces: Buffer[] = [];

  constructor(private readonly props: LogTurnoverProps) {
    this.applied = props.log.lastNumber;
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

  /** Begins to write all that is in the log to LMDB; nothing may be on its way into it. */
  startEmptying(): void {
    if (this.props.changes.previous === undefined && this.props.log.lastNumber !== this.applied) {
      this.turn();
    }
    this.props.memory.shrink();
    this.writeInBackground();
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
    if (changes.previous) {
      await writeTable(root, changes.previous, { salt: log.salt, applied: this.applied });
      changes.previous = undefined;
      memory.reuse(this.pieces.splice(0));
    }
  }
}
