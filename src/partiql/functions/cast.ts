import { parseIon } from '../../ion/text-reader';
import { printTimestamp } from '../../ion/text-writer';
import { ionBool, ionDecimal, ionFloat, ionInt, ionString, ionSymbol, type IonDecimal, type IonTimestamp, type IonValue } from '../../ion/value';
import { int64, isNumber } from '../arithmetic';
import { decimalFrom, truncated } from '../decimal';
import { parseNumber } from '../number-literal';
import { elementsOf, isUnknown, missing, nullValue, textOf, type PartiqlValue } from '../partiql-value';
import type { Position } from '../position';
import { evaluationError } from '../statement-error';
import type { TypeName } from '../type-names';

/**
 * The value as another type.
 *
 * @throws StatementError if the value has no counterpart there
 */
export function castValue(value: PartiqlValue, type: TypeName, at: Position): PartiqlValue {
  if (isUnknown(value)) return type === 'missing' ? missing : type === 'null' || value.kind === 'null' ? nullValue : missing;
  if (value.kind === type) return value;
  const result = convert(value, type, at);
  if (result !== undefined) return result;
  const text = textOf(value);
  throw evaluationError(`cannot cast ${text === undefined ? value.kind : `'${text.slice(0, 40)}'`} to ${type}`, at);
}

function convert(value: PartiqlValue, type: TypeName, at: Position): PartiqlValue | undefined {
  switch (type) {
    case 'null':
    case 'missing':
    case 'struct': return undefined;
    case 'bool': return toBool(value);
    case 'int': return toInt(value, at);
    case 'float': return toFloat(value);
    case 'decimal': return toDecimal(value);
    case 'timestamp': return toTimestamp(value);
    case 'string': return ofText(toText(value), ionString);
    case 'symbol': return ofText(toText(value), ionSymbol);
    case 'clob': return value.kind === 'blob' ? { kind: 'clob', value: value.value } : undefined;
    case 'blob': return value.kind === 'clob' ? { kind: 'blob', value: value.value } : undefined;
    case 'list':
    case 'sexp':
    case 'bag': {
      const items = value.kind === 'struct' ? undefined : elementsOf(value);
      return items === undefined ? undefined : { kind: type, items };
    }
  }
}

function ofText(text: string | undefined, create: (text: string) => IonValue): IonValue | undefined {
  return text === undefined ? undefined : create(text);
}

function toBool(value: PartiqlValue): IonValue | undefined {
  const text = textOf(value);
  if (text !== undefined) return ionBool(text.toLowerCase() === 'true');
  if (!isNumber(value)) return undefined;
  const decimal = decimalFrom(value);
  return ionBool(decimal === undefined || decimal.coefficient !== 0n);
}

function toInt(value: PartiqlValue, at: Position): IonValue | undefined {
  if (value.kind === 'bool') return ionInt(value.value ? 1 : 0);
  const text = textOf(value);
  if (text !== undefined) {
    const integer = integerOf(text);
    return integer === undefined ? undefined : int64(integer, at);
  }
  const decimal = isNumber(value) ? decimalFrom(value) : undefined;
  return decimal === undefined ? undefined : int64(truncated(decimal, at), at);
}

/** Base ten, or sixteen after `0x`, or two after `0b`. */
function integerOf(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|\d{1,100})$/.exec(text);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2]!);
  return match[1] === '-' ? -magnitude : magnitude;
}

function toFloat(value: PartiqlValue): IonValue | undefined {
  if (value.kind === 'bool') return ionFloat(value.value ? 1 : 0);
  const number = numberOf(value);
  return number === undefined ? undefined : ionFloat(Number(number.kind === 'int' ? number.value : `${number.coefficient}e${number.exponent}`));
}

function toDecimal(value: PartiqlValue): IonValue | undefined {
  if (value.kind === 'bool') return ionDecimal(value.value ? 1n : 0n, 0);
  const number = numberOf(value);
  const decimal = number === undefined ? undefined : decimalFrom(number);
  return decimal === undefined ? undefined : ionDecimal(decimal.coefficient, decimal.exponent);
}

function numberOf(value: PartiqlValue): Extract<IonValue, { kind: 'int' | 'decimal' }> | undefined {
  const text = textOf(value);
  if (text !== undefined) return parseNumber(text.trim());
  if (value.kind === 'int' || value.kind === 'decimal') return value;
  const decimal = value.kind === 'float' ? decimalFrom(value) : undefined;
  return decimal === undefined ? undefined : ionDecimal(decimal.coefficient, decimal.exponent);
}

function toTimestamp(value: PartiqlValue): IonValue | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : timestampOf(text);
}

/** The timestamp that a text is in Ion's notation. */
export function timestampOf(text: string): IonTimestamp | undefined {
  // Anything longer or else would only make the Ion reader look for other types.
  if (!/^\d{4}[\dTZ:.+-]{1,60}$/i.test(text)) return undefined;
  try {
    const value = parseIon(text);
    return value.kind === 'timestamp' ? value : undefined;
  } catch {
    return undefined;
  }
}

function toText(value: PartiqlValue): string | undefined {
  switch (value.kind) {
    case 'string':
    case 'symbol': return value.value;
    case 'bool': return String(value.value);
    case 'int': return value.value.toString();
    case 'float': return textOfFloat(value.value);
    case 'decimal': return textOfDecimal(value);
    case 'timestamp': return printTimestamp(value);
    default: return undefined;
  }
}

function textOfFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

/** Plain notation unless that would show zeros that are not significant. */
function textOfDecimal({ coefficient, exponent }: IonDecimal): string {
  const negative = coefficient < 0n;
  const digits = (negative ? -coefficient : coefficient).toString();
  const adjusted = exponent + digits.length - 1;
  const sign = negative ? '-' : '';
  if (exponent > 0 || adjusted < -6) {
    const fraction = digits.length === 1 ? '' : `.${digits.slice(1)}`;
    return `${sign}${digits[0]}${fraction}E${adjusted < 0 ? '' : '+'}${adjusted}`;
  }
  const padded = digits.padStart(1 - exponent, '0');
  const point = padded.length + exponent;
  return exponent === 0 ? `${sign}${padded}` : `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}
