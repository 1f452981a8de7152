import { hash } from 'node:crypto';
import type { IonValue } from '../ion';
import { equalityKey } from '../partiql';

/** The key under which a value stands in an index, or undefined for what no `=` can find (null). Equal values have equal keys. */
export function indexValueKey(value: IonValue | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  return hash('sha256', equalityKey(value), 'base64url').slice(0, 22);
}
