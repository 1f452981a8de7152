import { InvalidIon } from './invalid-ion';

const LONE_SURROGATE = /\p{Surrogate}/u;

const SHORT_PART = 48;

/** A growing byte buffer with the primitive encodings of binary Ion. `bytes` beyond `length` is scratch space. */
export class ByteSink {
  bytes: Buffer;
  length = 0;

  constructor(initialCapacity = 1024) {
    this.bytes = Buffer.allocUnsafe(initialCapacity);
  }

  /** A copy of what was written from `start` on. */
  copy(start = 0): Uint8Array {
    return new Uint8Array(this.bytes.subarray(start, this.length));
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytes.length) this.grow(Math.max(needed, this.bytes.length * 2));
  }

  /** Replaces `bytes` by a buffer of at least that capacity with the same content. */
  protected grow(capacity: number): void {
    const grown = Buffer.allocUnsafe(capacity);
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  append(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** A few bytes. */
  piece(piece: Uint8Array): void {
    const { length } = piece;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < length; index++) bytes[at++] = piece[index]!;
    this.length = at;
  }

  /** A part of other bytes. */
  appendPart(source: Buffer, start: number, end: number): void {
    const length = end - start;
    this.reserve(length);
    const { bytes } = this;
    const at = this.length;
    // A call into the runtime costs as much as a few bytes.
    if (length < SHORT_PART) for (let index = 0; index < length; index++) bytes[at + index] = source[start + index]!;
    else source.copy(bytes, at, start, end);
    this.length = at + length;
  }

  /** @throws InvalidIon for a string with half a surrogate pair, which UTF-8 cannot carry. */
  utf8(text: string): void {
    this.reserve(text.length * 3);
    const { bytes } = this;
    let at = this.length;
    // Most strings are short and ASCII; a plain loop then beats the call into the runtime.
    if (text.length < 64) {
      let index = 0;
      for (; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code > 0x7f) break;
        bytes[at++] = code;
      }
      if (index === text.length) {
        this.length = at;
        return;
      }
    }
    if (LONE_SURROGATE.test(text)) {
      throw new InvalidIon(`The text ${JSON.stringify(text)} holds half a surrogate pair and cannot be written as UTF-8`);
    }
    this.length += bytes.write(text, this.length, 'utf8');
  }

  varUInt(value: number): void {
    if (value < 0x80) {
      this.byte(value | 0x80);
      return;
    }
    const groups = varUIntLength(value);
    this.reserve(groups);
    let rest = value;
    for (let at = this.length + groups - 1; at >= this.length; at--) {
      this.bytes[at] = rest % 128;
      rest = Math.floor(rest / 128);
    }
    this.length += groups;
    this.bytes[this.length - 1] |= 0x80;
  }

  /** A VarInt of sign and magnitude; `-0` is told from `0`. */
  varInt(value: number): void {
    const sign = value < 0 || Object.is(value, -0) ? 0x40 : 0;
    const magnitude = Math.abs(value);
    const start = this.length;
    let groups = 1;
    for (let rest = Math.floor(magnitude / 64); rest > 0; rest = Math.floor(rest / 128)) groups++;
    this.reserve(groups);
    let rest = magnitude;
    for (let at = start + groups - 1; at >= start; at--) {
      this.bytes[at] = rest % 128;
      rest = Math.floor(rest / 128);
    }
    this.length += groups;
    this.bytes[start] |= sign;
    this.bytes[this.length - 1] |= 0x80;
  }

  /** A UInt of the fewest bytes, for values up to 2^48; nothing at all for 0. */
  uInt(value: number): void {
    let size = 0;
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) size++;
    this.reserve(size);
    let rest = value;
    for (let at = this.length + size - 1; at >= this.length; at--) {
      this.bytes[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.length += size;
  }

  /** A safe integer from 0 up as a UInt of the fewest bytes; nothing at all for 0. */
  count(value: number): void {
    if (value < 2 ** 48) this.uInt(value);
    else this.magnitude(BigInt(value));
  }

  /** The magnitude as a UInt of the fewest bytes; nothing at all for 0. */
  magnitude(value: bigint): void {
    const magnitude = value < 0n ? -value : value;
    if (magnitude <= 0xffff_ffff_ffffn) {
      this.uInt(Number(magnitude));
      return;
    }
    const hex = magnitude.toString(16);
    const size = (hex.length + 1) >> 1;
    this.reserve(size);
    this.bytes.write(hex.length % 2 === 0 ? hex : `0${hex}`, this.length, 'hex');
    this.length += size;
  }

  /** Sign and magnitude in the fewest bytes; nothing at all for a positive 0. */
  signedInt(value: bigint, negative: boolean): void {
    const start = this.length;
    this.magnitude(value);
    if (this.length === start) {
      if (negative) this.byte(0x80);
      return;
    }
    if (this.bytes[start]! & 0x80) {
      this.insertGap(start, 1);
      this.bytes[start] = 0;
    }
    if (negative) this.bytes[start] |= 0x80;
  }

  /** Puts a VarUInt in front of what stands at `at`. */
  insertVarUInt(at: number, value: number): void {
    this.insertGap(at, varUIntLength(value));
    const end = this.length;
    this.length = at;
    this.varUInt(value);
    this.length = end;
  }

  /** Moves everything from `at` on up by `count` bytes. */
  insertGap(at: number, count: number): void {
    this.reserve(count);
    this.bytes.copyWithin(at + count, at, this.length);
    this.length += count;
  }
}

export function varUIntLength(value: number): number {
  let groups = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) groups++;
  return groups;
}
