import { createHash } from 'node:crypto';
import { millisFromIonTimestamp, type IonValue } from '../ion';

/**
 * The key under which a value stands in an index, or undefined for what no `=` can find (null).
 *
 * Values that PartiQL's `=` calls equal have the same key. The reverse need not hold: the evaluator checks every row again,
 * so a coarse key costs a read and never a wrong answer.
 */
export function indexValueKey(value: IonValue | undefined): string | undefined {
  const text = value && canonicalText(value);
  return text === undefined ? undefined : createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function canonicalText(value: IonValue): string | undefined {
  switch (value.kind) {
    case 'null': return undefined;
    case 'bool': return `b${value.value}`;
    case 'int': return numberText(Number(value.value));
    case 'float': return numberText(value.value);
    case 'decimal': return numberText(Number(`${value.coefficient}e${value.exponent}`));
    case 'timestamp': return `t${millisFromIonTimestamp(value)}`;
    case 'symbol':
    case 'string': return `s${value.value}`;
    case 'clob':
    case 'blob': return `l${Buffer.from(value.value).toString('base64')}`;
    case 'list': return `[${value.items.map(nestedText).join(',')}]`;
    case 'sexp': return `(${value.items.map(nestedText).join(',')})`;
    case 'struct': return `{${value.fields.map(([name, field]) => `${JSON.stringify(name)}:${nestedText(field)}`).sort().join(',')}}`;
  }
}

// The first 15 digits: a float and the decimal of the same printed value must meet although one of them is rounded.
const numberText = (value: number): string => `n${value === 0 ? 0 : Number(value.toPrecision(15))}`;

/** Inside a container a null equals a null. JSON quoting keeps texts from running into their neighbours. */
const nestedText = (value: IonValue): string => JSON.stringify(canonicalText(value) ?? '~');
