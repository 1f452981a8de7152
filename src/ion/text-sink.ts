import { ByteSink } from './byte-sink';
import type { IonTimestamp } from './value';

/** What Ion can be printed as. */
export type PrintFormat = 'text' | 'json';

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** Two letters for each number of twelve bits. */
const BASE64_PAIRS = Uint8Array.from({ length: 8192 }, (_, index) => BASE64[index % 2 === 0 ? index >> 7 : (index >> 1) & 63]!);
const BASE64_PAD = 0x3d;

/** Largest count of zeros between the point and the digits of a decimal that is written out. */
const LEADING_ZEROS_MAX = 5;

/** A byte buffer for text, with the pieces of which Ion text and JSON are made alike. */
export class TextSink extends ByteSink {
  /** Text that is known to be ASCII. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** The digits of a whole number from 0 up to 2^53, at least that many. */
  digits(value: number, least = 1): void {
    let count = least;
    for (let power = 10 ** least; power <= value; power *= 10) count++;
    this.reserve(count);
    const { bytes } = this;
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const next = rest < 0x8000_0000 ? (rest / 10) | 0 : Math.floor(rest / 10);
      bytes[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.length += count;
  }

  integer(value: bigint): void {
    const number = Number(value);
    if (Number.isSafeInteger(number)) this.safeInteger(number);
    else this.ascii(value.toString());
  }

  safeInteger(value: number): void {
    if (value < 0) this.byte(MINUS);
    this.digits(Math.abs(value));
  }

  /**
   * A decimal of an exponent below 0 in the form that is common to Ion and JSON.
   * @returns whether there is one; if not, nothing was written
   */
  pointedDecimal(coefficient: number, exponent: number): boolean {
    if (exponent >= 0 || exponent < -20) return false;
    const start = this.length;
    if (coefficient < 0) this.byte(MINUS);
    const digitsStart = this.length;
    // One digit at least stands before the point.
    this.digits(Math.abs(coefficient), 1 - exponent);
    const significant = Math.abs(coefficient) === 0 ? 1 : this.length - firstSignificant(this.bytes, digitsStart);
    if (significant + exponent < -LEADING_ZEROS_MAX) {
      this.length = start;
      return false;
    }
    const pointAt = this.length + exponent;
    this.reserve(1);
    const { bytes } = this;
    for (let at = this.length; at > pointAt; at--) bytes[at] = bytes[at - 1]!;
    bytes[pointAt] = POINT;
    this.length += 1;
    return true;
  }

  /** A timestamp of UTC with milliseconds or none. */
  utcTimestamp({ year, month = 1, day = 1, hour = 0, minute = 0, second = 0 }: Omit<IonTimestamp, 'kind' | 'precision'>, milliseconds: number | undefined): void {
    this.reserve(24);
    this.digits(year, 4);
    this.twoDigits(MINUS, month);
    this.twoDigits(MINUS, day);
    this.twoDigits(0x54, hour);
    this.twoDigits(0x3a, minute);
    this.twoDigits(0x3a, second);
    if (milliseconds !== undefined) {
      this.byte(POINT);
      this.digits(milliseconds, 3);
    }
    this.byte(0x5a);
  }

  private twoDigits(before: number, value: number): void {
    const { bytes, length } = this;
    const tens = (value / 10) | 0;
    bytes[length] = before;
    bytes[length + 1] = ZERO + tens;
    bytes[length + 2] = ZERO + value - tens * 10;
    this.length = length + 3;
  }

  base64(source: Uint8Array, start: number, end: number): void {
    this.reserve(Math.ceil((end - start) / 3) * 4);
    const { bytes } = this;
    let at = this.length;
    let from = start;
    for (; from + 2 < end; from += 3) {
      const group = (source[from]! << 16) | (source[from + 1]! << 8) | source[from + 2]!;
      const one = (group >> 12) << 1;
      const other = (group & 0xfff) << 1;
      bytes[at] = BASE64_PAIRS[one]!;
      bytes[at + 1] = BASE64_PAIRS[one + 1]!;
      bytes[at + 2] = BASE64_PAIRS[other]!;
      bytes[at + 3] = BASE64_PAIRS[other + 1]!;
      at += 4;
    }
    for (; from < end; from += 3) {
      const left = end - from;
      const group = (source[from]! << 16) | (left > 1 ? source[from + 1]! << 8 : 0);
      bytes[at++] = BASE64[group >> 18]!;
      bytes[at++] = BASE64[(group >> 12) & 63]!;
      bytes[at++] = left > 1 ? BASE64[(group >> 6) & 63]! : BASE64_PAD;
      bytes[at++] = BASE64_PAD;
    }
    this.length = at;
  }

  /** Everything written, as a string. */
  text(): string {
    return this.bytes.toString('utf8', 0, this.length);
  }
}

function firstSignificant(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === ZERO) at++;
  return at;
}
