import { limits } from './limits';
import { ionDecimal, ionInt, type IonDecimal, type IonInt } from '../ion/value';

// By hand, because each match of an expression takes more memory than the number.

const exponentDigitsMax = 10;

/** The number as PartiQL reads it, without point and exponent an int, else a decimal; undefined if the text is none or its exponent too large. */
export function parseNumber(text: string): IonInt | IonDecimal | undefined {
  const isNegative = text.startsWith('-');
  const start = isNegative || text.startsWith('+') ? 1 : 0;
  if (!isNumber(text, start, text.length)) return undefined;
  const wholeEnd = endOfDigits(text, start);
  const fractionEnd = endOfFraction(text, wholeEnd);
  const magnitude = BigInt(text.slice(start, wholeEnd) + text.slice(wholeEnd + 1, fractionEnd));
  const coefficient = isNegative ? -magnitude : magnitude;
  return wholeEnd === text.length ? ionInt(coefficient) : ionDecimal(coefficient, exponentOf(text, wholeEnd, fractionEnd));
}

/** Whether an unsigned number stands between the two places, its exponent not too large. */
export function isNumber(text: string, start: number, end: number): boolean {
  const wholeEnd = endOfDigits(text, start);
  const fractionEnd = endOfFraction(text, wholeEnd);
  const hasDigits = wholeEnd > start || fractionEnd > wholeEnd + 1;
  if (!hasDigits || endOfNumber(text, start) !== end) return false;
  if (fractionEnd === end) return fractionEnd - wholeEnd <= limits.decimalExponentMax;
  const exponentDigits = end - startOfExponent(text, fractionEnd);
  return exponentDigits > 0 && exponentDigits <= exponentDigitsMax && Math.abs(exponentOf(text, wholeEnd, fractionEnd)) <= limits.decimalExponentMax;
}

/** Where the unsigned number ends that starts there. */
export function endOfNumber(text: string, start: number): number {
  const fractionEnd = endOfFraction(text, endOfDigits(text, start));
  return isExponentAt(text, fractionEnd) ? endOfDigits(text, startOfExponent(text, fractionEnd)) : fractionEnd;
}

function isExponentAt(text: string, place: number): boolean {
  const letter = text.charAt(place);
  return letter === 'e' || letter === 'E';
}

function endOfFraction(text: string, wholeEnd: number): number {
  return text.charAt(wholeEnd) === '.' ? endOfDigits(text, wholeEnd + 1) : wholeEnd;
}

/** The first of its digits. */
function startOfExponent(text: string, letter: number): number {
  const sign = text.charAt(letter + 1);
  return sign === '+' || sign === '-' ? letter + 2 : letter + 1;
}

/** Of the coefficient without point. */
function exponentOf(text: string, wholeEnd: number, fractionEnd: number): number {
  const fractionDigits = Math.max(0, fractionEnd - wholeEnd - 1);
  if (!isExponentAt(text, fractionEnd)) return -fractionDigits + 0;
  let exponent = 0;
  for (let place = startOfExponent(text, fractionEnd); isDigitAt(text, place); place += 1) exponent = exponent * 10 + text.charCodeAt(place) - 0x30;
  return (text.charAt(fractionEnd + 1) === '-' ? -exponent : exponent) - fractionDigits + 0;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isDigitAt(text, end)) end += 1;
  return end;
}

function isDigitAt(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  return code >= 0x30 && code <= 0x39;
}
