import { Aggregation } from './aggregates';
import { evaluateExpression, truthOf } from './evaluate-expression';
import { aggregatesOf, project } from './projection';
import { planOnce, type PlanStep } from './query-plan';
import { resolve, type Binding, type Evaluation, type Scope } from './scope';
import { StatementError } from './statement-error';
import type { FromItem, Select } from './syntax-tree';
import { valueBindings } from './value-rows';
import type { IonValue } from '../ion/value';

/** The rows of a query within an expression. It ranges over what is in sight, never over tables, and so needs no waiting. */
export function* runNestedSelect(select: Select, outer: Scope, evaluation: Evaluation): Generator<IonValue> {
  const plan = planOnce(select);
  const aggregates = aggregatesOf(select.projection);
  const scopes = joinedScopes(plan, 0, { bindings: [], outer }, evaluation);
  if (aggregates.length === 0) {
    for (const scope of scopes) {
      const row = project(select.projection, scope, evaluation);
      if (row !== undefined) yield row;
    }
    return;
  }
  const aggregation = new Aggregation(aggregates, evaluation);
  for (const scope of scopes) aggregation.add(scope);
  const row = project(select.projection, { bindings: [], outer }, aggregation.finished());
  if (row !== undefined) yield row;
}

function* joinedScopes(plan: readonly PlanStep[], level: number, scope: Scope, evaluation: Evaluation): Generator<Scope> {
  const step = plan[level];
  if (step === undefined) {
    yield scope;
    return;
  }
  for (const binding of nestedBindings(step.item, scope, evaluation)) {
    const joined = { ...scope, bindings: [...scope.bindings, binding] };
    if (passesFilters(step, joined, evaluation)) yield* joinedScopes(plan, level + 1, joined, evaluation);
  }
}

/** Whether every condition that can be decided at this step is true. */
export function passesFilters({ filters }: PlanStep, scope: Scope, evaluation: Evaluation): boolean {
  return filters.every((filter) => truthOf(evaluateExpression(filter, scope, evaluation), filter.at) === true);
}

function nestedBindings(item: FromItem, scope: Scope, evaluation: Evaluation): Iterable<Binding> {
  const { source } = item;
  if (source.kind !== 'value') throw new StatementError('Semantic', 'only the outermost query may name tables', item.at);
  const { expression } = source;
  if (expression.kind === 'variable' && resolve(expression.name, scope, evaluation.budget) === undefined) {
    throw new StatementError('Semantic', `${expression.name} is no alias or field in sight; only the outermost query may name tables`, item.at);
  }
  return valueBindings(item, source, scope, evaluation);
}
