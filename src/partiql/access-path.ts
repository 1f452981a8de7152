import { equalityKey } from './comparison';
import type { Access, TableDefinition } from './database';
import { isUnknown, textOf, type PartiqlValue } from './partiql-value';
import type { Expression, FromItem, PathStep } from './syntax-tree';
import type { IonValue } from '../ion/value';

/** What an equality of WHERE compares: a top-level field of the document, or its id. */
export type LookupKey = { readonly kind: 'field'; readonly field: string } | { readonly kind: 'documentId' };

/** A condition that only rows with one of these values at the key fulfil. */
export interface Lookup {
  readonly key: LookupKey;
  readonly values: readonly Expression[];
  /** IN finds null among nulls, which no index does. */
  readonly matchesNull: boolean;
}

/** What the expression is to this source, if an index can serve it. Names without an alias count only where there is no other source. */
export function keyedBy(expression: Expression, item: FromItem, isSole: boolean): LookupKey | undefined {
  if (expression.kind === 'variable' && expression.name === item.documentIdAlias) return { kind: 'documentId' };
  const names = fieldNamesOf(expression, item, isSole);
  if (names === undefined) return undefined;
  const { source } = item;
  const isUserView = source.kind === 'table' && source.view === 'user';
  if (isUserView) return names.length === 1 ? { kind: 'field', field: names[0]! } : undefined;
  const [first, second] = names;
  if (names.length !== 2 || (source.kind !== 'table' && source.kind !== 'history')) return undefined;
  if (first === 'metadata' && second === 'id') return { kind: 'documentId' };
  return first === 'data' && source.kind === 'table' ? { kind: 'field', field: second! } : undefined;
}

/** The names of a path from the row of the source downwards. */
function fieldNamesOf(expression: Expression, item: FromItem, isSole: boolean): readonly string[] | undefined {
  const root = expression.kind === 'path' ? expression.root : expression;
  const steps = expression.kind === 'path' ? expression.steps : [];
  if (root.kind !== 'variable') return undefined;
  const names = steps.map(nameOfStep);
  if (names.some((name) => name === undefined)) return undefined;
  if (root.name === item.alias) return names as string[];
  const isOtherAlias = root.name === item.positionAlias || root.name === item.documentIdAlias;
  return isSole && !isOtherAlias ? [root.name, ...names as string[]] : undefined;
}

function nameOfStep(step: PathStep): string | undefined {
  if (step.kind === 'field') return step.name;
  return step.kind === 'element' && step.key.kind === 'literal' ? textOf(step.key.value) : undefined;
}

/** How to reach the rows: by document id if a lookup allows it, else by an index that is online, else by reading them all. */
export function chooseAccess(table: TableDefinition, lookups: readonly Lookup[], evaluate: (expression: Expression) => PartiqlValue): Access {
  const byDocumentId = lookups.filter(({ key }) => key.kind === 'documentId').sort(fewestValuesFirst);
  for (const lookup of byDocumentId) {
    const values = valuesOf(lookup, evaluate);
    if (values !== undefined) return { kind: 'documentId', documentIds: values.map(textOf).filter((text) => text !== undefined) };
  }
  const online = new Set(table.indexes.filter(({ status }) => status === 'ONLINE').map(({ field }) => field));
  for (const lookup of [...lookups].sort(fewestValuesFirst)) {
    if (lookup.key.kind !== 'field' || !online.has(lookup.key.field)) continue;
    const values = valuesOf(lookup, evaluate);
    if (values !== undefined) return { kind: 'index', field: lookup.key.field, values };
  }
  return { kind: 'scan' };
}

const fewestValuesFirst = (left: Lookup, right: Lookup): number => left.values.length - right.values.length;

/** The values to look up, each once; undefined if an index would not find all that the condition does. */
function valuesOf({ values, matchesNull }: Lookup, evaluate: (expression: Expression) => PartiqlValue): readonly IonValue[] | undefined {
  const found = new Map<string, IonValue>();
  for (const expression of values) {
    const value = evaluate(expression);
    if (isUnknown(value)) {
      if (matchesNull) return undefined;
    } else if (value.kind !== 'bag' && value.kind !== 'missing') {
      found.set(equalityKey(value), value);
    }
  }
  return [...found.values()];
}
