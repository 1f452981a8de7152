import { unsupported } from '../statement-error';
import type { PartiqlValue } from '../partiql-value';
import type { Position } from '../syntax-tree';
import type { TypeName } from '../type-names';

/** The value as another type. */
export function castValue(value: PartiqlValue, type: TypeName, at: Position): PartiqlValue {
  if (value.kind === type) return value;
  throw unsupported(`CAST from ${value.kind} to ${type}`, 'cast in the client', at);
}
