import type { IonDecimal } from './value';

/** The pieces of JSON that take more than `JSON.stringify`. */

/** What is no number in JSON becomes null. */
export function floatToJson(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

/** A number with as many digits as the decimal has. */
export function decimalToJson({ coefficient, exponent, negativeZero }: IonDecimal): string {
  const sign = coefficient < 0n || (coefficient === 0n && negativeZero === true) ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  if (exponent === 0) return sign + digits;
  const wholeDigits = digits.length + exponent;
  if (exponent > 0 || wholeDigits < -5) return `${sign}${digits}e${exponent}`;
  return wholeDigits > 0
    ? `${sign}${digits.slice(0, wholeDigits)}.${digits.slice(wholeDigits)}`
    : `${sign}0.${'0'.repeat(-wholeDigits)}${digits}`;
}

/** A string with an escape for every byte beyond ASCII. */
export function clobToJson(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1')).replace(/[\x7f-\xff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
