import {
  addDecimals, decimalFrom, divideDecimals, multiplyDecimals, remainderOfDecimals, type Decimal,
} from './decimal';
import { isUnknown, nullValue, type PartiqlValue } from './partiql-value';
import type { Position } from './position';
import { evaluationError } from './statement-error';
import type { ArithmeticOperator } from './syntax-tree';
import { ionFloat, ionInt, type IonDecimal, type IonFloat, type IonInt, type IonValue } from '../ion/value';

type IonNumber = IonInt | IonFloat | IonDecimal;

const intMin = -(2n ** 63n);
const intMax = 2n ** 63n - 1n;

export function isNumber(value: PartiqlValue): value is IonNumber {
  return value.kind === 'int' || value.kind === 'float' || value.kind === 'decimal';
}

/** An int result; ints are of 64 bits here, although stored ones may be larger. */
export function int64(value: bigint, at: Position): IonInt {
  if (value < intMin || value > intMax) throw evaluationError(`int overflow: ${value.toString().slice(0, 40)} has more than 64 bits`, at);
  return ionInt(value);
}

/** `left operator right`; null if either is null or missing. Types widen from int over float to decimal. */
export function calculate(operator: ArithmeticOperator, left: PartiqlValue, right: PartiqlValue, at: Position): IonValue {
  if (isUnknown(left) || isUnknown(right)) return nullValue;
  const wrong = isNumber(left) ? right : left;
  if (!isNumber(left) || !isNumber(right)) throw evaluationError(`operator ${operator} takes numbers, not ${wrong.kind}`, at);
  if (left.kind === 'int' && right.kind === 'int') return int64(calculateInts(operator, left.value, right.value, at), at);
  const decimals = [decimalFrom(left), decimalFrom(right)] as const;
  const anyDecimal = left.kind === 'decimal' || right.kind === 'decimal';
  if (anyDecimal && decimals[0] !== undefined && decimals[1] !== undefined) return calculateDecimals(operator, decimals[0], decimals[1], at);
  return ionFloat(calculateFloats(operator, floatOf(left), floatOf(right)));
}

/** `-value` */
export function negate(value: PartiqlValue, at: Position): IonValue {
  if (isUnknown(value)) return nullValue;
  switch (value.kind) {
    case 'int': return int64(-value.value, at);
    case 'float': return ionFloat(-value.value);
    case 'decimal': return { kind: 'decimal', coefficient: -value.coefficient, exponent: value.exponent };
    default: throw evaluationError(`operator - takes a number, not ${value.kind}`, at);
  }
}

function floatOf(value: IonNumber): number {
  return value.kind === 'float' ? value.value : value.kind === 'int' ? Number(value.value) : Number(`${value.coefficient}e${value.exponent}`);
}

function calculateInts(operator: ArithmeticOperator, left: bigint, right: bigint, at: Position): bigint {
  int64(left, at);
  int64(right, at);
  if ((operator === '/' || operator === '%') && right === 0n) throw evaluationError('/ by zero', at);
  switch (operator) {
    case '+': return left + right;
    case '-': return left - right;
    case '*': return left * right;
    case '/': return left / right;
    case '%': return left % right;
  }
}

function calculateFloats(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+': return left + right;
    case '-': return left - right;
    case '*': return left * right;
    case '/': return left / right;
    case '%': return left % right;
  }
}

function calculateDecimals(operator: ArithmeticOperator, left: Decimal, right: Decimal, at: Position): IonDecimal {
  switch (operator) {
    case '+': return addDecimals(left, right, at);
    case '-': return addDecimals(left, { coefficient: -right.coefficient, exponent: right.exponent }, at);
    case '*': return multiplyDecimals(left, right, at);
    case '/': return divideDecimals(left, right, at);
    case '%': return remainderOfDecimals(left, right, at);
  }
}
