import { hash } from 'node:crypto';
import { ByteSink } from './byte-sink';
import { instantiateSha256, Sha256Exports, SHA256_SCRATCH } from './sha256-module';
import { shortCopy } from './short-copy';
import { MEMORY_PAGE } from './wasm-assembler';

export const DIGEST_LENGTH = 32;

/** From here on, the runtime's SHA-256 and its vector instructions make up for the cost of calling it. */
const NATIVE_FROM_LENGTH = 1024;

/**
 * A byte buffer whose latest bytes can be replaced by their SHA-256. It rests in the memory that the digest function works in, so that nothing
 * is copied for a digest. Positions behind each other make a stack: what stands before the bytes that are digested stays.
 */
export class DigestSink extends ByteSink {
  private readonly sha256: Sha256Exports;

  constructor() {
    super(0);
    this.sha256 = instantiateSha256();
    this.bytes = this.usableMemory();
  }

  /** Replaces everything from `start` on by its SHA-256. */
  digestFrom(start: number): void {
    const length = this.length - start;
    if (length < DIGEST_LENGTH) this.reserve(DIGEST_LENGTH - length);
    if (length < NATIVE_FROM_LENGTH) this.sha256.digest(start, length);
    else this.bytes.set(hash('sha256', this.bytes.subarray(start, this.length), 'buffer'), start);
    this.length = start + DIGEST_LENGTH;
  }

  /** Appends a digest from elsewhere. */
  appendDigest(digest: Uint8Array): void {
    this.reserve(DIGEST_LENGTH);
    const { bytes, length } = this;
    for (let index = 0; index < DIGEST_LENGTH; index++) bytes[length + index] = digest[index]!;
    this.length += DIGEST_LENGTH;
  }

  /** A copy of the digest that stands at an offset. */
  digestAt(offset: number): Uint8Array {
    return shortCopy(this.bytes, offset, offset + DIGEST_LENGTH);
  }

  /** Appends the digest that stands at an offset, escaped for Ion Hash. */
  appendEscapedDigest(offset: number): void {
    this.reserve(2 * DIGEST_LENGTH);
    this.length = this.sha256.copyEscaped(offset, this.length);
  }

  protected override grow(capacity: number): void {
    const { memory } = this.sha256;
    memory.grow(Math.ceil((capacity + SHA256_SCRATCH - memory.buffer.byteLength) / MEMORY_PAGE));
    this.bytes = this.usableMemory();
  }

  private usableMemory(): Buffer {
    const { buffer } = this.sha256.memory;
    return Buffer.from(buffer, 0, buffer.byteLength - SHA256_SCRATCH);
  }
}
