import { close, closeSync, constants, fdatasync, fstatSync, openSync, read, write } from 'node:fs';
import { RECORD_ALIGNMENT } from './log-record';

/** Elsewhere O_DSYNC is missing, or leaves what was written in the disk's own cache. */
const IS_WRITTEN_THROUGH = process.platform === 'linux';
const FIRST_STEP_BYTES = 256 * 1024;
const STEP_BYTES_MAX = 4 * 1024 * 1024;
const ZEROS = Buffer.alloc(1024 * 1024);

/** One file of the log. It is filled with zeros ahead of its records: a write that changes no metadata takes one trip to the disk. */
export class LogFile {
  private filled: number;
  private filling?: Promise<void>;

  private constructor(private readonly descriptor: number) {
    this.filled = floorAligned(fstatSync(descriptor).size);
  }

  /** Creates the file where there is none. */
  static open(path: string): LogFile {
    const through = IS_WRITTEN_THROUGH ? constants.O_DSYNC : 0;
    return new LogFile(openSync(path, constants.O_RDWR | constants.O_CREAT | through, 0o644));
  }

  async content(): Promise<Buffer> {
    const bytes = Buffer.alloc(fstatSync(this.descriptor).size);
    for (let position = 0; position < bytes.length;) {
      const count = await this.readAt(bytes, position);
      if (count === 0) {
        return bytes.subarray(0, position);
      }
      position += count;
    }
    return bytes;
  }

  /** On disk once it resolves. What is written must lie within what was filled. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      written += await this.writeAt(bytes.subarray(written), position + written);
    }
    if (!IS_WRITTEN_THROUGH) {
      await this.flush();
    }
  }

  /** Whether the file is filled up to `end`. */
  isFilled(end: number): boolean {
    return end <= this.filled;
  }

  /** Fills the file up to `end`. */
  async fill(end: number): Promise<void> {
    await this.filling?.catch(() => undefined);
    while (this.filled < end) {
      await this.fillStep();
    }
  }

  /** Fills the file in the background, in time for what follows `position`, up to `limit`. */
  fillAhead(position: number, limit: number): void {
    const step = this.stepBytes();
    if (this.filling === undefined && this.filled < limit && this.filled - position < step) {
      // Where there is no room the next write says so, if it needs it.
      this.filling = this.fillStep().catch(() => undefined).finally(() => { this.filling = undefined; });
    }
  }

  async close(): Promise<void> {
    await this.filling;
    await new Promise<void>((resolve, reject) => {
      close(this.descriptor, error => error ? reject(error) : resolve());
    });
  }

  /** For a file that nothing was written to. */
  closeNow(): void {
    closeSync(this.descriptor);
  }

  private stepBytes(): number {
    return Math.min(STEP_BYTES_MAX, Math.max(FIRST_STEP_BYTES, this.filled));
  }

  private async fillStep(): Promise<void> {
    const end = this.filled + this.stepBytes();
    while (this.filled < end) {
      const zeros = ZEROS.subarray(0, Math.min(ZEROS.length, end - this.filled));
      await this.write(zeros, this.filled);
      this.filled += zeros.length;
    }
  }

  private async writeAt(bytes: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.descriptor, bytes, 0, bytes.length, position, (error, count) => error ? reject(error) : resolve(count));
    });
  }

  private async readAt(bytes: Buffer, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.descriptor, bytes, position, bytes.length - position, position, (error, count) => error ? reject(error) : resolve(count));
    });
  }

  private async flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.descriptor, error => error ? reject(error) : resolve());
    });
  }
}

function floorAligned(bytes: number): number {
  return bytes - bytes % RECORD_ALIGNMENT;
}
