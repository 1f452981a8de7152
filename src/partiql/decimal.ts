import { limits } from './limits';
import type { Position } from './position';
import { evaluationError } from './statement-error';
import { ionDecimal, type IonDecimal, type IonFloat, type IonInt } from '../ion/value';

/** coefficient × 10^exponent */
export interface Decimal { readonly coefficient: bigint; readonly exponent: number }

const digitsOf = (coefficient: bigint): number => (coefficient < 0n ? -coefficient : coefficient).toString().length;
const sign = (coefficient: bigint): number => (coefficient > 0n ? 1 : coefficient < 0n ? -1 : 0);

/** A float counts as the shortest decimal that reads back as the same float; undefined for an infinity or not-a-number. */
export function decimalFrom(value: IonInt | IonDecimal | IonFloat): Decimal | undefined {
  switch (value.kind) {
    case 'int': return { coefficient: value.value, exponent: 0 };
    case 'decimal': return value;
    case 'float': {
      if (!Number.isFinite(value.value)) return undefined;
      const [significand, exponent] = value.value.toExponential().split('e') as [string, string];
      const [whole, fraction = ''] = significand.split('.') as [string, string?];
      return { coefficient: BigInt(`${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
    }
  }
}

/** Without trailing zeros; equal numbers have equal reduced forms. */
export function reduced({ coefficient, exponent }: Decimal): Decimal {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const digits = coefficient.toString();
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return { coefficient: BigInt(digits.slice(0, end)), exponent: exponent + digits.length - end };
}

export function compareDecimals(left: Decimal, right: Decimal): number {
  const signs = sign(left.coefficient) - sign(right.coefficient);
  if (signs !== 0 || left.coefficient === 0n) return Math.sign(signs);
  // Magnitudes first: aligning exponents that are far apart would take as many digits.
  const magnitudes = digitsOf(left.coefficient) + left.exponent - digitsOf(right.coefficient) - right.exponent;
  if (magnitudes !== 0) return Math.sign(magnitudes) * sign(left.coefficient);
  const exponent = Math.min(left.exponent, right.exponent);
  const difference = scaledTo(left, exponent) - scaledTo(right, exponent);
  return sign(difference);
}

function scaledTo({ coefficient, exponent }: Decimal, target: number): bigint {
  return coefficient * 10n ** BigInt(exponent - target);
}

export function addDecimals(left: Decimal, right: Decimal, at: Position): IonDecimal {
  const [high, low] = left.exponent >= right.exponent ? [left, right] : [right, left];
  const negligible = high.exponent - low.exponent - digitsOf(low.coefficient) > limits.decimalDigitsMax + 1;
  if (negligible && high.coefficient !== 0n) return rounded(high, at);
  if (high.coefficient === 0n) return rounded(low, at);
  return rounded({ coefficient: scaledTo(high, low.exponent) + low.coefficient, exponent: low.exponent }, at);
}

export function multiplyDecimals(left: Decimal, right: Decimal, at: Position): IonDecimal {
  return rounded({ coefficient: left.coefficient * right.coefficient, exponent: left.exponent + right.exponent }, at);
}

export function divideDecimals(left: Decimal, right: Decimal, at: Position): IonDecimal {
  if (right.coefficient === 0n) throw evaluationError('/ by zero', at);
  const shift = Math.max(0, limits.decimalDigitsMax + 1 + digitsOf(right.coefficient) - digitsOf(left.coefficient));
  const dividend = left.coefficient * 10n ** BigInt(shift);
  const exponent = left.exponent - right.exponent;
  const quotient = { coefficient: dividend / right.coefficient, exponent: exponent - shift };
  if (dividend % right.coefficient !== 0n) return rounded(quotient, at);
  // An exact result keeps no more digits than it needs, but as many as its operands suggest.
  const exact = reduced(quotient);
  if (exact.coefficient === 0n) return rounded({ coefficient: 0n, exponent }, at);
  return rounded(exact.exponent > exponent ? { coefficient: scaledTo(exact, exponent), exponent } : exact, at);
}

export function remainderOfDecimals(left: Decimal, right: Decimal, at: Position): IonDecimal {
  if (right.coefficient === 0n) throw evaluationError('/ by zero', at);
  const exponent = Math.min(left.exponent, right.exponent);
  if (Math.max(left.exponent, right.exponent) - exponent > limits.decimalDigitsMax * 100) {
    throw evaluationError('the operands of % are too far apart', at);
  }
  return rounded({ coefficient: scaledTo(left, exponent) % scaledTo(right, exponent), exponent }, at);
}

/** To the precision of results, half up. */
function rounded({ coefficient, exponent }: Decimal, at: Position): IonDecimal {
  const excess = digitsOf(coefficient) - limits.decimalDigitsMax;
  let result = { coefficient, exponent };
  if (excess > 0) {
    const unit = 10n ** BigInt(excess);
    const half = coefficient < 0n ? -unit / 2n : unit / 2n;
    result = { coefficient: (coefficient + half) / unit, exponent: exponent + excess };
  }
  if (Math.abs(result.exponent) > limits.decimalExponentMax) throw evaluationError('decimal result is out of range', at);
  return ionDecimal(result.coefficient, result.exponent);
}

/**
 * Toward zero.
 *
 * @throws StatementError for a number of more digits than any int has
 */
export function truncated({ coefficient, exponent }: Decimal, at: Position): bigint {
  const wholeDigits = digitsOf(coefficient) + exponent;
  if (coefficient === 0n || wholeDigits <= 0) return 0n;
  if (wholeDigits > limits.decimalDigitsMax) throw evaluationError('int overflow: the number has more than 64 bits', at);
  return exponent >= 0 ? coefficient * 10n ** BigInt(exponent) : coefficient / 10n ** BigInt(-exponent);
}
