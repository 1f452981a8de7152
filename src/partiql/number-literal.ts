import { limits } from './limits';
import { ionDecimal, ionInt, type IonDecimal, type IonInt } from '../ion/value';

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/;

/** The number as PartiQL reads it, without point and exponent an int, else a decimal; undefined if the text is none or its exponent too large. */
export function parseNumber(text: string): IonInt | IonDecimal | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction, exponentText] = match;
  if (whole === '' && (fraction ?? '') === '') return undefined;
  const digits = BigInt(`${whole}${fraction ?? ''}`);
  const coefficient = sign === '-' ? -digits : digits;
  if (fraction === undefined && exponentText === undefined) return ionInt(coefficient);
  const exponent = Number(exponentText ?? 0) - (fraction ?? '').length;
  return Math.abs(exponent) > limits.decimalExponentMax ? undefined : ionDecimal(coefficient, exponent);
}
