import { Aggregation } from './aggregates';
import type { Database } from './database';
import { evaluateExpression } from './evaluate-expression';
import { aggregatesOf, project } from './projection';
import { planOnce, type Planned, type PlanStep } from './query-plan';
import { passesFilters } from './run-nested-select';
import { emptyScope, type Binding, type Evaluation, type Scope } from './scope';
import type { FromItem, Select } from './syntax-tree';
import { openCatalog, openHistory, openTable } from './table-rows';
import { valueBindings } from './value-rows';
import type { IonValue } from '../ion/value';

/** The rows of a query, each as soon as it is found. */
export async function* runSelect(select: Select, evaluation: Evaluation, database: Database): AsyncGenerator<IonValue> {
  const aggregates = aggregatesOf(select.projection);
  const scopes = joinedRows(select, evaluation, database);
  if (aggregates.length === 0) {
    for await (const scope of scopes) {
      const row = project(select.projection, scope, evaluation);
      if (row !== undefined) yield row;
    }
    return;
  }
  const aggregation = new Aggregation(aggregates, evaluation);
  for await (const scope of scopes) aggregation.add(scope);
  const row = project(select.projection, emptyScope, aggregation.finished());
  if (row !== undefined) yield row;
}

/** Every combination of rows of the sources that fulfils the conditions. */
export function joinedRows(planned: Planned, evaluation: Evaluation, database: Database): AsyncIterable<Scope> {
  const loops = planOnce(planned).map((step) => ({ step, open: openSource(step.item, evaluation, database) }));
  return joinedFrom(loops, 0, emptyScope, evaluation);
}

type SourceOpener = (step: PlanStep, scope: Scope) => AsyncIterable<Binding> | Iterable<Binding>;
interface Loop { readonly step: PlanStep; readonly open: SourceOpener }

async function* joinedFrom(loops: readonly Loop[], level: number, scope: Scope, evaluation: Evaluation): AsyncGenerator<Scope> {
  const { step, open } = loops[level]!;
  for await (const binding of open(step, scope)) {
    const joined = { bindings: [...scope.bindings, binding] };
    if (!passesFilters(step, joined, evaluation)) continue;
    // A row is handed on by each loop around it.
    evaluation.budget.spend(level);
    if (level === loops.length - 1) yield joined;
    else yield* joinedFrom(loops, level + 1, joined, evaluation);
  }
}

function openSource(item: FromItem, evaluation: Evaluation, database: Database): SourceOpener {
  const { source } = item;
  if (source.kind === 'value') return (_step, scope) => valueBindings(item, source, scope, evaluation);
  const open = source.kind === 'table' ? openTable(item, source, evaluation, database)
    : source.kind === 'history' ? openHistory(item, source, evaluation, database)
      : openCatalog(item, evaluation, database);
  return ({ lookups }, scope) => open(lookups, (expression) => evaluateExpression(expression, scope, evaluation));
}
