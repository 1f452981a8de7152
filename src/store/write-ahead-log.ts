import { randomBytes } from 'node:crypto';
import { DraftMemory } from './draft-memory';
import { LogFile } from './log-file';
import { SALT_BYTES } from './log-record';
import { LogRecordDraft } from './log-record-draft';

/** Where the log of an opened store begins. */
export interface LogStart {
  readonly salt: Buffer;
  /** Number of the last record that LMDB has all of. */
  readonly applied: number;
}

/** A file that holds so many changes is full: each takes memory beside its bytes until LMDB has it. */
const CHANGES_PER_FILE_MAX = 32_000;

export function newSalt(): Buffer {
  return randomBytes(SALT_BYTES);
}

/**
 * Records on disk, one after another in files that are used in turn. One record is written at a time; a file is used again once LMDB has all that
 * is in it, which the caller takes care of.
 */
export class WriteAheadLog {
  private fileIndex = 0;
  private position = 0;
  /** In the file that is in use. */
  private changes = 0;
  /** Number of the last record written, well or not. */
  private number: number;
  /** Number of the last record that was written well. */
  private last: number;

  constructor(private readonly files: readonly LogFile[], private readonly start: LogStart, private readonly fileBytes: number) {
    this.number = start.applied;
    this.last = start.applied;
    this.file.fillAhead(0, fileBytes);
  }

  get salt(): Buffer {
    return this.start.salt;
  }

  get lastNumber(): number {
    return this.last;
  }

  /** Whether a record of so many bytes can be appended to the file that is in use, at once. */
  isReadyFor(bytes: number): boolean {
    return this.isWithin(bytes) && this.file.isFilled(this.position + bytes);
  }

  /**
   * Gets ready for a record of so many bytes; false when that takes another file.
   * @throws Error when the disk has no room for it
   */
  async makeReady(bytes: number): Promise<boolean> {
    if (!this.isWithin(bytes)) {
      return false;
    }
    try {
      await this.file.fill(this.position + bytes);
      return true;
    } catch (error) {
      if (this.position === 0) {
        throw error;
      }
      return false;
    }
  }

  /** Durable once it resolves. */
  async append(draft: LogRecordDraft): Promise<void> {
    const number = ++this.number;
    const bytes = draft.complete({ number, previous: this.last, salt: this.start.salt });
    await this.file.write(bytes, this.position);
    this.position += bytes.length;
    this.changes += draft.changeCount;
    this.last = number;
    this.file.fillAhead(this.position, this.fileBytes);
  }

  /** Sees to it that a record whose writing failed never comes back, by one without changes that follows the same record. */
  async supersedeFailed(): Promise<void> {
    if (this.number !== this.last) {
      await this.append(new LogRecordDraft(new DraftMemory()));
    }
  }

  /** Goes on in the next file, from its beginning. */
  useNextFile(): void {
    this.fileIndex = (this.fileIndex + 1) % this.files.length;
    this.position = 0;
    this.changes = 0;
    this.file.fillAhead(0, this.fileBytes);
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map(async file => file.close()));
  }

  private get file(): LogFile {
    return this.files[this.fileIndex];
  }

  /** A file takes at least one record, however large. */
  private isWithin(bytes: number): boolean {
    return this.position === 0 || (this.changes < CHANGES_PER_FILE_MAX && this.position + bytes <= this.fileBytes);
  }
}
