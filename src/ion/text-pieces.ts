import type { IonDecimal, IonTimestamp } from './value';

/** The pieces of Ion text, as strings. */

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const SYMBOL_ID = /^\$\d+$/;
const VERSION_MARKER = /^\$ion_\d+_\d+$/;
const KEYWORDS: ReadonlySet<string> = new Set(['null', 'true', 'false', 'nan']);
const ESCAPED_IN_TEXT = /[\x00-\x1f\x7f-\x9f"\\]/g;
const ESCAPED_IN_SYMBOL = /[\x00-\x1f\x7f-\x9f'\\]/g;
const ESCAPED_IN_CLOB = /[^\x20-\x7e]|["\\]/g;
const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\v': '\\v', '"': '\\"', "'": "\\'", '\\': '\\\\',
};

/** The same few field names come again and again. */
const printedSymbols = new Map<string, string>();
const PRINTED_SYMBOLS_MAX = 1024;

/** A symbol, quoted when it would otherwise read as something else. */
export function printSymbol(text: string): string {
  const known = printedSymbols.get(text);
  if (known !== undefined) return known;
  const plain = IDENTIFIER.test(text) && !KEYWORDS.has(text) && !SYMBOL_ID.test(text) && !VERSION_MARKER.test(text);
  const result = plain ? text : `'${text.replace(ESCAPED_IN_SYMBOL, escapedCharacter)}'`;
  if (printedSymbols.size === PRINTED_SYMBOLS_MAX) printedSymbols.clear();
  printedSymbols.set(text, result);
  return result;
}

/** A float, always with an exponent. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  return Object.is(value, -0) ? '-0e0' : value.toExponential().replace('e+', 'e');
}

/** A decimal, always with a point or a `d`. */
export function printDecimal({ coefficient, exponent, negativeZero }: IonDecimal): string {
  const negative = coefficient < 0n || (coefficient === 0n && negativeZero === true);
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  return (negative ? '-' : '') + placePoint(digits, exponent);
}

function placePoint(digits: string, exponent: number): string {
  if (exponent === 0) return `${digits}.`;
  const wholeDigits = digits.length + exponent;
  // The range in which decimals are commonly written out; beyond it zeros would hide the digits.
  if (exponent > 0 || wholeDigits < -5) return `${digits}d${exponent}`;
  return wholeDigits > 0 ? `${digits.slice(0, wholeDigits)}.${digits.slice(wholeDigits)}` : `0.${'0'.repeat(-wholeDigits)}${digits}`;
}

/** A timestamp in Ion text form, such as `2019-09-16T19:37:05.360Z` or `2017-08-21`. */
export function printTimestamp(timestamp: IonTimestamp): string {
  const { precision, year, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction, offsetMinutes } = timestamp;
  const yearText = year.toString().padStart(4, '0');
  if (precision === 'year') return `${yearText}T`;
  if (precision === 'month') return `${yearText}-${twoDigits(month)}T`;
  const date = `${yearText}-${twoDigits(month)}-${twoDigits(day)}`;
  if (precision === 'day') return date;
  const offset = printOffset(offsetMinutes);
  const time = `${date}T${twoDigits(hour)}:${twoDigits(minute)}`;
  if (precision === 'minute') return time + offset;
  const fractionText = fraction === undefined || fraction.scale === 0 ? '' : `.${fraction.digits.toString().padStart(fraction.scale, '0')}`;
  return `${time}:${twoDigits(second)}${fractionText}${offset}`;
}

function printOffset(offsetMinutes: number | undefined): string {
  if (offsetMinutes === undefined) return '-00:00';
  if (offsetMinutes === 0) return 'Z';
  const magnitude = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(magnitude / 60))}:${twoDigits(magnitude % 60)}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** A string in its quotes. */
export const printString = (text: string): string => `"${escapedWhere(text, ESCAPED_IN_TEXT)}"`;

/** A clob in its braces. */
export const printClob = (bytes: Uint8Array): string => `{{"${escapedWhere(viewOf(bytes).toString('latin1'), ESCAPED_IN_CLOB)}"}}`;

/** A blob in its braces. */
export const printBlob = (bytes: Uint8Array): string => `{{${viewOf(bytes).toString('base64')}}}`;

/** `pattern` is global; a search for it costs less than a replacement of nothing. */
function escapedWhere(text: string, pattern: RegExp): string {
  return text.search(pattern) < 0 ? text : text.replace(pattern, escapedCharacter);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What stands for a character that cannot stand for itself. */
export function escapedCharacter(character: string): string {
  return NAMED_ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
