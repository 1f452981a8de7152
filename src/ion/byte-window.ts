/** The bytes of a stream that have arrived and are still needed, in one piece however they arrived. */
export class ByteWindow {
  private buffer = Buffer.allocUnsafe(64 * 1024);
  private start = 0;
  private end = 0;
  /** How many bytes of the stream have been dropped: the offset of the window's first byte. */
  offset = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** A view, valid until the next `append`. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  append(chunk: Uint8Array): void {
    if (this.end + chunk.length > this.buffer.length) this.makeRoom(chunk.length);
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }

  drop(byteCount: number): void {
    this.start += byteCount;
    this.offset += byteCount;
  }

  private makeRoom(byteCount: number): void {
    const needed = this.length + byteCount;
    // Doubling keeps the copying linear in what arrives; a buffer far too large for its content is given back.
    const fits = needed <= this.buffer.length && needed * 8 >= this.buffer.length;
    const target = fits ? this.buffer : Buffer.allocUnsafe(Math.max(needed * 2, 64 * 1024));
    this.buffer.copy(target, 0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
    this.buffer = target;
  }
}
