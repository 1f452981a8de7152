import { ionList, ionNull, type IonValue } from '../ion/value';

/** What expressions evaluate to: an Ion value, an unordered collection, or nothing at all. The last two never leave the evaluator. */
export type PartiqlValue = IonValue | Bag | Missing;
export interface Bag { readonly kind: 'bag'; readonly items: readonly IonValue[] }
export interface Missing { readonly kind: 'missing' }

export const missing: Missing = { kind: 'missing' };
export const nullValue = ionNull();

/** The value as Ion has it: a bag becomes a list, and MISSING is undefined. */
export function toIon(value: PartiqlValue): IonValue | undefined {
  switch (value.kind) {
    case 'missing': return undefined;
    case 'bag': return ionList(value.items);
    default: return value;
  }
}

/** Null of whatever type, or missing. */
export function isUnknown(value: PartiqlValue): boolean {
  return value.kind === 'null' || value.kind === 'missing';
}

/** The content of a string or symbol. */
export function textOf(value: PartiqlValue): string | undefined {
  return value.kind === 'string' || value.kind === 'symbol' ? value.value : undefined;
}

/** The elements of a collection; undefined for anything else. The values of a struct count as its elements. */
export function elementsOf(value: PartiqlValue): readonly IonValue[] | undefined {
  switch (value.kind) {
    case 'list':
    case 'sexp':
    case 'bag': return value.items;
    case 'struct': return value.fields.map(([, fieldValue]) => fieldValue);
    default: return undefined;
  }
}
