import { compareDecimals, decimalFrom, reduced, type Decimal } from './decimal';
import type { PartiqlValue } from './partiql-value';
import type { Position } from './position';
import { evaluationError } from './statement-error';
import { millisFromIonTimestamp, type IonDecimal, type IonFloat, type IonInt, type IonTimestamp } from '../ion/value';

/**
 * A text that two values share exactly if PartiQL takes them for equal: numbers by value whatever their type, string and symbol by text,
 * timestamps by instant, structs and bags without order, annotations ignored, null of any type (and missing) like null.
 * An index over these keys finds what a scan with `=` finds.
 */
export function equalityKey(value: PartiqlValue): string {
  switch (value.kind) {
    case 'null':
    case 'missing': return 'null';
    case 'bool': return value.value ? 'true' : 'false';
    case 'int':
    case 'float':
    case 'decimal': return numberKey(value);
    case 'timestamp': return timestampKey(value);
    case 'string':
    case 'symbol': return JSON.stringify(value.value);
    case 'clob':
    case 'blob': return `{{${Buffer.from(value.value.buffer, value.value.byteOffset, value.value.length).toString('base64')}}}`;
    case 'list': return `[${value.items.map(equalityKey).join()}]`;
    case 'sexp': return `(${value.items.map(equalityKey).join()})`;
    case 'bag': return `<${value.items.map(equalityKey).sort().join()}>`;
    case 'struct': return `{${value.fields.map(([name, field]) => `${JSON.stringify(name)}:${equalityKey(field)}`).sort().join()}}`;
  }
}

function numberKey(value: IonInt | IonFloat | IonDecimal): string {
  if (value.kind === 'int') return intKey({ coefficient: value.value, exponent: 0 });
  const decimal = decimalFrom(value);
  return decimal === undefined ? `n${(value as IonFloat).value}` : intKey(decimal);
}

function intKey(value: Decimal): string {
  const { coefficient, exponent } = reduced(value);
  return `n${coefficient}e${exponent}`;
}

function timestampKey(timestamp: IonTimestamp): string {
  const { seconds, fraction } = instantOf(timestamp);
  const { coefficient, exponent } = reduced(fraction);
  return `t${seconds}+${coefficient}e${exponent}`;
}

function instantOf(timestamp: IonTimestamp): { readonly seconds: number; readonly fraction: Decimal } {
  const { digits, scale } = timestamp.fraction ?? { digits: 0n, scale: 0 };
  return {
    seconds: Math.floor(millisFromIonTimestamp({ ...timestamp, fraction: undefined }) / 1000),
    fraction: { coefficient: digits, exponent: -scale },
  };
}

/** Equality as of `=` and IN for values that are known; never fails. */
export function valuesEqual(left: PartiqlValue, right: PartiqlValue): boolean {
  if (left.kind === right.kind) {
    switch (left.kind) {
      case 'bool':
      case 'string':
      case 'symbol':
      case 'int': return left.value === (right as typeof left).value;
    }
  } else if (comparableGroup(left) !== comparableGroup(right)) {
    return false;
  }
  return equalityKey(left) === equalityKey(right);
}

/** Types that are ordered among each other have the same number; they sort by it when they differ. */
function comparableGroup(value: PartiqlValue): number {
  switch (value.kind) {
    case 'missing':
    case 'null': return 0;
    case 'bool': return 1;
    case 'int':
    case 'float':
    case 'decimal': return 2;
    case 'timestamp': return 3;
    case 'string':
    case 'symbol': return 4;
    case 'clob':
    case 'blob': return 5;
    case 'list': return 6;
    case 'sexp': return 7;
    case 'struct': return 8;
    case 'bag': return 9;
  }
}

/**
 * The order that `<` and its kin see: negative, zero or positive.
 *
 * @throws StatementError for types that have no order among each other
 */
export function compareLikeValues(left: PartiqlValue, right: PartiqlValue, at: Position): number {
  if (comparableGroup(left) !== comparableGroup(right)) throw evaluationError(`Cannot compare values: ${left.kind} and ${right.kind}`, at);
  return compareValues(left, right);
}

/** A total order over all values; what MIN and MAX see. */
export function compareValues(left: PartiqlValue, right: PartiqlValue): number {
  const groups = comparableGroup(left) - comparableGroup(right);
  if (groups !== 0) return groups;
  switch (left.kind) {
    case 'missing':
    case 'null': return 0;
    case 'bool': return Number(left.value) - Number((right as typeof left).value);
    case 'int':
    case 'float':
    case 'decimal': return compareNumbers(left, right as typeof left);
    case 'timestamp': return compareTimestamps(left, right as typeof left);
    case 'string':
    case 'symbol': return compareTexts(left.value, (right as typeof left).value);
    case 'clob':
    case 'blob': return Buffer.compare(left.value, (right as typeof left).value);
    case 'list':
    case 'sexp': return compareSequences(left.items, (right as typeof left).items);
    case 'struct':
    case 'bag': return compareTexts(equalityKey(left), equalityKey(right));
  }
}

function compareSequences(left: readonly PartiqlValue[], right: readonly PartiqlValue[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = compareValues(left[index]!, right[index]!);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareNumbers(left: IonInt | IonFloat | IonDecimal, right: IonInt | IonFloat | IonDecimal): number {
  if (left.kind === 'int' && right.kind === 'int') return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  const [leftDecimal, rightDecimal] = [decimalFrom(left), decimalFrom(right)];
  if (leftDecimal !== undefined && rightDecimal !== undefined) return compareDecimals(leftDecimal, rightDecimal);
  return rankOfFloat(left) - rankOfFloat(right);
}

/** Not-a-number before minus infinity before all finite numbers before infinity. */
function rankOfFloat(value: IonInt | IonFloat | IonDecimal): number {
  if (value.kind !== 'float' || Number.isFinite(value.value)) return 0;
  return Number.isNaN(value.value) ? -2 : Math.sign(value.value);
}

function compareTimestamps(left: IonTimestamp, right: IonTimestamp): number {
  const [leftInstant, rightInstant] = [instantOf(left), instantOf(right)];
  return leftInstant.seconds - rightInstant.seconds || compareDecimals(leftInstant.fraction, rightInstant.fraction);
}

/** By code points, which UTF-16 units are not in the order of. */
function compareTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index += 1;
  if (index === length) return left.length - right.length;
  return rankOfUnit(left.charCodeAt(index)) - rankOfUnit(right.charCodeAt(index));
}

/** Surrogates stand for code points above all others. */
function rankOfUnit(unit: number): number {
  return unit >= 0xD800 && unit <= 0xDFFF ? unit + 0x10000 : unit;
}
