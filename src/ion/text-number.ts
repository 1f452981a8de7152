import { problemOfTimestamp } from './calendar';
import { MAXIMUM_EXPONENT, MAXIMUM_FRACTION_DIGITS } from './limits';
import type { IonDecimal, IonTimestamp, IonValue } from './value';

const TIMESTAMP = /^(\d{4})(?:T|-(\d\d)(?:T|-(\d\d)(?:T(?:(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d))?)?))$/;
const PLAIN_INT = /^(?:0|[1-9]\d*)$/;
const PLAIN_DECIMAL = /^(?:0|[1-9]\d*)\.\d+$/;
const RADIX_INT = /^(-?)0([xXbB])([\da-fA-F_]+)$/;
const NUMBER = /^(-?)(0|[1-9][\d_]*)(?:(\.)([\d_]*))?(?:([dDeE])([+-]?\d+))?$/;
const STRAY_UNDERSCORE = /^_|__|_$/;

/**
 * The int, float, decimal or timestamp that a word starting with a digit or `-` spells.
 * A string instead of a value is the reason why it spells none.
 */
export function parseNumericWord(word: string): IonValue | string {
  if (PLAIN_INT.test(word)) return { kind: 'int', value: BigInt(word) };
  if (PLAIN_DECIMAL.test(word)) return plainDecimal(word);
  if (/^\d{4}[T-]/.test(word)) return parseTimestamp(word);
  const radixInt = RADIX_INT.exec(word);
  if (radixInt !== null) return parseRadixInt(word, radixInt);
  const [, sign, whole, point, fraction = '', exponentLetter, exponentText] = NUMBER.exec(word) ?? [];
  if (whole === undefined || STRAY_UNDERSCORE.test(whole) || STRAY_UNDERSCORE.test(fraction)) return `${shown(word)} is not a number`;
  const digits = `${whole}${fraction}`.replaceAll('_', '');
  if (exponentLetter === 'e' || exponentLetter === 'E') return { kind: 'float', value: Number(word.replaceAll('_', '')) };
  const magnitude = BigInt(digits);
  const coefficient = sign === '-' ? -magnitude : magnitude;
  if (point === undefined && exponentLetter === undefined) return { kind: 'int', value: coefficient };
  const exponent = Number(exponentText ?? 0) - fraction.replaceAll('_', '').length;
  if (Math.abs(exponent) > MAXIMUM_EXPONENT) return `The exponent of ${shown(word)} is beyond ±${MAXIMUM_EXPONENT}`;
  const decimal: IonDecimal = { kind: 'decimal', coefficient, exponent: exponent + 0 };
  return sign === '-' && magnitude === 0n ? { ...decimal, negativeZero: true } : decimal;
}

/** As below, without the pieces that a match would leave. */
function plainDecimal(word: string): IonValue {
  const point = word.indexOf('.');
  return { kind: 'decimal', coefficient: BigInt(word.slice(0, point) + word.slice(point + 1)), exponent: point + 1 - word.length };
}

function parseRadixInt(word: string, [, sign, letter, digits]: RegExpExecArray): IonValue | string {
  const binary = letter === 'b' || letter === 'B';
  if (STRAY_UNDERSCORE.test(digits!) || (binary && !/^[01_]+$/.test(digits!))) return `${shown(word)} is not a number`;
  const magnitude = BigInt(`0${letter}${digits!.replaceAll('_', '')}`);
  return { kind: 'int', value: sign === '-' ? -magnitude : magnitude };
}

function parseTimestamp(word: string): IonValue | string {
  const parts = TIMESTAMP.exec(word);
  if (parts === null) return `${shown(word)} is not a timestamp`;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  if (fraction !== undefined && fraction.length > MAXIMUM_FRACTION_DIGITS) {
    return `A timestamp has more than ${MAXIMUM_FRACTION_DIGITS} fraction digits`;
  }
  const offsetMinutes = offset === undefined || offset === '-00:00' ? undefined : parseOffset(offset);
  if (offsetMinutes !== undefined && Number.isNaN(offsetMinutes)) return `The offset of ${shown(word)} is not within 23:59`;
  const timestamp: IonTimestamp = {
    kind: 'timestamp',
    precision: second !== undefined ? 'second' : hour !== undefined ? 'minute' : day !== undefined ? 'day' : month !== undefined ? 'month' : 'year',
    year: Number(year),
    ...(month !== undefined && { month: Number(month) }),
    ...(day !== undefined && { day: Number(day) }),
    ...(hour !== undefined && { hour: Number(hour), minute: Number(minute) }),
    ...(second !== undefined && { second: Number(second) }),
    ...(fraction !== undefined && { fraction: { digits: BigInt(fraction), scale: fraction.length } }),
    ...(offsetMinutes !== undefined && { offsetMinutes }),
  };
  const problem = problemOfTimestamp(timestamp);
  return problem === undefined ? timestamp : `${shown(word)} is not a timestamp: ${problem}`;
}

function parseOffset(offset: string): number {
  if (offset === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4));
  if (hours > 23 || minutes > 59) return NaN;
  const magnitude = hours * 60 + minutes;
  return offset.startsWith('-') ? -magnitude : magnitude;
}

function shown(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}
