import { printTimestamp } from './text-writer';
import type { IonDecimal, IonValue } from './value';

/**
 * Ion's down-conversion to JSON, as journal exports use it: types that JSON lacks become strings, numbers or null, annotations are dropped.
 * Repeated fields stay repeated. Numbers keep their digits however many there are, so a reader may need more than doubles.
 */
export function ionToJson(value: IonValue): string {
  switch (value.kind) {
    case 'null': return 'null';
    case 'bool': return value.value ? 'true' : 'false';
    case 'int': return value.value.toString();
    case 'float': return floatToJson(value.value);
    case 'decimal': return decimalToJson(value);
    case 'timestamp': return `"${printTimestamp(value)}"`;
    case 'symbol':
    case 'string': return JSON.stringify(value.value);
    case 'clob': return clobToJson(value.value);
    case 'blob': return `"${Buffer.from(value.value).toString('base64')}"`;
    case 'list':
    case 'sexp': return `[${value.items.map(ionToJson).join(',')}]`;
    case 'struct': return `{${value.fields.map(([name, field]) => `${JSON.stringify(name)}:${ionToJson(field)}`).join(',')}}`;
  }
}

function floatToJson(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function decimalToJson({ coefficient, exponent, negativeZero }: IonDecimal): string {
  const sign = coefficient < 0n || (coefficient === 0n && negativeZero === true) ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  if (exponent === 0) return sign + digits;
  const wholeDigits = digits.length + exponent;
  if (exponent > 0 || wholeDigits < -5) return `${sign}${digits}e${exponent}`;
  return wholeDigits > 0
    ? `${sign}${digits.slice(0, wholeDigits)}.${digits.slice(wholeDigits)}`
    : `${sign}0.${'0'.repeat(-wholeDigits)}${digits}`;
}

function clobToJson(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString('latin1')).replace(/[\x7f-\xff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
