/**
 * Quick tests for bodies of scalars that are surely in canonical form and well-formed. `false` says nothing more than: decode it to find out.
 */

const SIGN_OF_INT = 0x80;

/** For a decimal with an exponent of one byte. */
export function isCanonicalDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  const exponent = bytes[start]!;
  // The last one is an exponent of -0.
  if (exponent < 0x80 || exponent === 0xc0) return false;
  return start + 1 === end ? exponent !== 0x80 : isCanonicalInt(bytes, start + 1, end);
}

/** For a float of eight bytes that is not zero, infinite or no number, and for the zero of none. */
export function isCanonicalFloat(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  // The exponent has eleven bits.
  const exponent = ((bytes[start]! & 0x7f) << 4) | (bytes[start + 1]! >> 4);
  return end - start === 8 && exponent > 0 && exponent < 0x7ff;
}

/** For a UTC timestamp of the years 128 to 9999, of day, second or millisecond precision. */
export function isCanonicalTimestamp(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 8 || length > 11 || bytes[start] !== 0x80) return false;
  const year = (bytes[start + 1]! << 7) | (bytes[start + 2]! & 0x7f);
  if (bytes[start + 1]! < 1 || bytes[start + 1]! > 0x7f || bytes[start + 2]! < 0x80 || year > 9999) return false;
  const inRange = within(bytes[start + 3]!, 1, 12) && within(bytes[start + 4]!, 1, safeDays(bytes[start + 3]! & 0x7f))
    && within(bytes[start + 5]!, 0, 23) && within(bytes[start + 6]!, 0, 59) && within(bytes[start + 7]!, 0, 59);
  if (!inRange) return false;
  if (length === 8) return true;
  return bytes[start + 8] === MILLISECONDS && (length === 9 || isCanonicalMillisecond(bytes, start + 9, end));
}

/** Days that a month of any year has. */
function safeDays(month: number): number {
  if (month === 2) return 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The exponent -3 as a VarInt. */
const MILLISECONDS = 0xc3;

function isCanonicalMillisecond(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]!;
  if (end - start === 1) return first > 0 && first < SIGN_OF_INT;
  const value = (first << 8) | bytes[start + 1]!;
  return value >= 0x80 && value <= 999;
}

/** A VarUInt of one byte. */
function within(byte: number, least: number, most: number): boolean {
  return byte >= (least | 0x80) && byte <= (most | 0x80);
}

/** Sign and magnitude in as few bytes as possible; a zero only if it is negative. */
function isCanonicalInt(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]!;
  if ((first & ~SIGN_OF_INT) !== 0) return true;
  return start + 1 === end ? first === SIGN_OF_INT : bytes[start + 1]! >= SIGN_OF_INT;
}
