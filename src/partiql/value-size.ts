import { limits } from './limits';
import type { PartiqlValue } from './partiql-value';
import type { Position } from './position';
import { evaluationError } from './statement-error';
import type { IonValue } from '../ion/value';

/** What a value takes besides its content. */
const VALUE_OVERHEAD_BYTES = 8;
/** Of values that are made of others. Parts are shared, so a small program can make a value that would fill the memory once written out. */
const knownSizes = new WeakMap<object, number>();

/** About how many bytes the value takes when it is written out; reads each collection once. */
export function sizeOf(value: PartiqlValue): number {
  switch (value.kind) {
    case 'string':
    case 'symbol': return VALUE_OVERHEAD_BYTES + value.value.length;
    case 'clob':
    case 'blob': return VALUE_OVERHEAD_BYTES + value.value.length;
    case 'int': return sizeOfInteger(value.value);
    case 'decimal': return sizeOfInteger(value.coefficient);
    case 'list':
    case 'sexp':
    case 'bag': return remembered(value, () => value.items.reduce((sum, item) => sum + sizeOf(item), VALUE_OVERHEAD_BYTES));
    case 'struct':
      return remembered(value, () => value.fields.reduce((sum, [name, field]) => sum + name.length + sizeOf(field), VALUE_OVERHEAD_BYTES));
    default: return VALUE_OVERHEAD_BYTES;
  }
}

const wordEnd = 2n ** 127n;

/** Most integers are small, and to see that costs nothing. */
function sizeOfInteger(value: bigint): number {
  return value < wordEnd && value > -wordEnd ? VALUE_OVERHEAD_BYTES : VALUE_OVERHEAD_BYTES + value.toString(16).length / 2;
}

function remembered(value: object, measure: () => number): number {
  const known = knownSizes.get(value);
  if (known !== undefined) return known;
  const size = measure();
  knownSizes.set(value, size);
  return size;
}

/** @throws StatementError for a value made of others that is larger than any that could be stored or answered */
export function requireReasonableSize<Value extends IonValue | PartiqlValue>(value: Value, at: Position): Value {
  if (sizeOf(value) > limits.valueBytesMax) throw evaluationError(`a value of more than ${limits.valueBytesMax} bytes; select or combine less`, at);
  return value;
}
