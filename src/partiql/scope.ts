import { missing, type PartiqlValue } from './partiql-value';
import type { Aggregate } from './syntax-tree';
import type { WorkBudget } from './work-budget';
import { fieldOf, ionString, type IonStruct, type IonValue } from '../ion/value';

/** One source of a FROM at one of its rows. */
export interface Binding {
  readonly alias?: string;
  readonly value: PartiqlValue;
  /** The AT alias and what it is bound to. */
  readonly position?: NamedValue;
  readonly documentIdAlias?: string;
  /** Of sources that are tables. */
  readonly documentId?: string;
  /** Steps from a document to this value; absent if it is not part of one. */
  readonly location?: Location;
}

export interface NamedValue { readonly name: string; readonly value: PartiqlValue }
export type Location = readonly (string | number)[];

/** The sources in sight of an expression: those of its own query, then those of the query around it. */
export interface Scope {
  readonly bindings: readonly Binding[];
  readonly outer?: Scope;
}

export const emptyScope: Scope = { bindings: [] };

/** What one run of a statement is given. */
export interface Evaluation {
  readonly parameters: readonly IonValue[];
  readonly transactionId: string;
  readonly nowMillis: number;
  readonly budget: WorkBudget;
  /** Results of the aggregates of the select list, once all rows are seen. */
  readonly aggregates?: ReadonlyMap<Aggregate, PartiqlValue>;
}

/** What a name stands for: a binding itself, or a field of it. */
export interface Resolution {
  readonly value: PartiqlValue;
  readonly binding: Binding;
  readonly field?: string;
}

/** The value of a name: of an alias in sight, else of a field of a source in sight, else MISSING. */
export function valueOfName(name: string, scope: Scope, budget: WorkBudget): PartiqlValue {
  return resolve(name, scope, budget)?.value ?? missing;
}

/** Aliases come before fields, inner queries before those around them, later sources of a FROM before earlier ones. */
export function resolve(name: string, scope: Scope, budget: WorkBudget): Resolution | undefined {
  return resolveAlias(name, scope, budget) ?? resolveField(name, scope, budget);
}

function resolveAlias(name: string, scope: Scope, budget: WorkBudget): Resolution | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    if (level.outer !== undefined) budget.spend();
    for (let index = level.bindings.length - 1; index >= 0; index -= 1) {
      const binding = level.bindings[index]!;
      if (binding.alias === name) return { value: binding.value, binding };
      if (binding.documentIdAlias === name) return { value: documentIdOf(binding), binding: { value: documentIdOf(binding) } };
      if (binding.position?.name === name) return { value: binding.position.value, binding: { value: binding.position.value } };
    }
  }
  return undefined;
}

function resolveField(name: string, scope: Scope, budget: WorkBudget): Resolution | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    for (const binding of level.bindings) {
      const value = binding.value.kind === 'struct' ? fieldAmong(binding.value, name, budget) : undefined;
      if (value !== undefined) return { value, binding, field: name };
    }
  }
  return undefined;
}

/** Fields are searched one after the other. */
export function fieldAmong(struct: IonStruct, name: string, budget: WorkBudget): IonValue | undefined {
  budget.spendOnBytes(struct.fields.length);
  return fieldOf(struct, name);
}

/** What the BY alias shows. */
export function documentIdOf(binding: Binding): PartiqlValue {
  return binding.documentId === undefined ? missing : ionString(binding.documentId);
}
