import { alignedBytes } from './log-record';

/** Memory is taken in pieces of this size, which records share; a larger record has a piece of its own. */
const PIECE_BYTES = 256 * 1024;

/** Up to where memory is taken. */
export interface MemoryMark { readonly piece: Buffer; readonly used: number }

/**
 * Where records are made, one after another, and stay while readers need them. Pieces are used again: the garbage collector counts memory outside
 * its heap as well, and would look through all of the heap for every few megabytes written.
 */
export class DraftMemory {
  private newest: Buffer = Buffer.alloc(0);
  private used = 0;
  private inUse: Buffer[] = [];
  private free: Buffer[] = [];

  get bytes(): Buffer {
    return this.newest;
  }

  mark(): MemoryMark {
    return { piece: this.newest, used: this.used };
  }

  /** Takes back all room that was given since; what is in it nobody reads any more. */
  rewind({ piece, used }: MemoryMark): void {
    // A piece that was let go of meanwhile held nothing that came later.
    const kept = this.inUse.slice(0, this.inUse.indexOf(piece) + 1);
    this.reuse(this.inUse.slice(kept.length));
    this.inUse = kept;
    this.newest = kept.length > 0 ? piece : Buffer.alloc(0);
    this.used = kept.length > 0 ? used : 0;
  }

  /** Room for a record of so many bytes, of which it returns the beginning. */
  reserve(length: number): number {
    if (this.used + alignedBytes(length) > this.newest.length) {
      this.newest = this.newPiece(alignedBytes(length));
      this.inUse.push(this.newest);
      this.used = 0;
    }
    const start = this.used;
    this.used += alignedBytes(length);
    return start;
  }

  /** Makes the room of the newest record, which begins at `start`, that long; false when the piece ends before. */
  extend(start: number, length: number): boolean {
    const fits = start + alignedBytes(length) <= this.newest.length;
    if (fits) {
      this.used = start + alignedBytes(length);
    }
    return fits;
  }

  /** Lets go of all pieces but the newest and those that are `needed`, and returns them. */
  release(needed: ReadonlySet<Buffer>): Buffer[] {
    const isKept = (piece: Buffer): boolean => piece === this.newest || needed.has(piece);
    const released = this.inUse.filter(piece => !isKept(piece));
    this.inUse = this.inUse.filter(isKept);
    return released;
  }

  /** Nobody reads these pieces any more. */
  reuse(pieces: readonly Buffer[]): void {
    this.free.push(...pieces.filter(piece => piece.length === PIECE_BYTES));
  }

  /** Gives back what is not in use. */
  shrink(): void {
    this.free = [];
  }

  private newPiece(length: number): Buffer {
    if (length <= PIECE_BYTES) {
      return this.free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    }
    // A record that has outgrown a piece will grow further.
    return Buffer.allocUnsafeSlow(2 * length);
  }
}
