import { keyedBy, type Lookup } from './access-path';
import { childrenOf } from './expression-children';
import { refuseAggregates } from './projection';
import type { Expression, FromItem } from './syntax-tree';

/** One loop of a nested-loop join. */
export interface PlanStep {
  readonly item: FromItem;
  /** Conditions that can be decided as soon as this source is bound. */
  readonly filters: readonly Expression[];
  /** Equalities that narrow this source once those before it are bound. */
  readonly lookups: readonly Lookup[];
}

/** What is planned: a query, or the query within a change. */
export interface Planned {
  readonly from: readonly FromItem[];
  readonly where?: Expression;
}

const plans = new WeakMap<Planned, readonly PlanStep[]>();

/**
 * A statement runs again and again, and a nested query once for each row around it; what follows from the text alone is found out once.
 *
 * @throws StatementError if a condition has an aggregate
 */
export function planOnce(planned: Planned): readonly PlanStep[] {
  const known = plans.get(planned);
  if (known !== undefined) return known;
  const { from, where } = planned;
  [where, ...from.map(({ on }) => on)].forEach(refuseAggregates);
  const plan = planQuery(from, where);
  plans.set(planned, plan);
  return plan;
}

/** Sources in the order they are written; each condition of WHERE and ON is checked in the outermost loop that can decide it. */
function planQuery(from: readonly FromItem[], where: Expression | undefined): readonly PlanStep[] {
  const conditions = [...from.map(({ on }) => on), where].flatMap(conjunctsOf)
    .map((condition) => ({ condition, level: lastSourceIn(condition, from) }));
  return from.map((item, index) => {
    const filters = conditions.filter(({ level }) => level === index).map(({ condition }) => condition);
    return { item, filters, lookups: filters.flatMap((filter) => lookupsOf(filter, from, index)) };
  });
}

/** The operands of an AND, however deep, or the expression itself. */
function conjunctsOf(expression: Expression | undefined): readonly Expression[] {
  if (expression === undefined) return [];
  return expression.kind === 'and' ? expression.operands.flatMap(conjunctsOf) : [expression];
}

/** The innermost source that an expression needs; -1 for a constant, the last one if it cannot be told before the documents are seen. */
function sourceLimit(expression: Expression, from: readonly FromItem[]): number {
  if (expression.kind === 'select') return from.length - 1;
  if (expression.kind === 'variable') {
    const index = sourceOfAlias(expression.name, from);
    return index ?? from.length - 1;
  }
  return Math.max(-1, ...childrenOf(expression).map((child) => sourceLimit(child, from)));
}

function lastSourceIn(condition: Expression, from: readonly FromItem[]): number {
  return Math.max(0, sourceLimit(condition, from));
}

function sourceOfAlias(name: string, from: readonly FromItem[]): number | undefined {
  for (let index = from.length - 1; index >= 0; index -= 1) {
    const { alias, positionAlias, documentIdAlias } = from[index]!;
    if ([alias, positionAlias, documentIdAlias].includes(name)) return index;
  }
  return undefined;
}

function lookupsOf(condition: Expression, from: readonly FromItem[], index: number): readonly Lookup[] {
  const isSole = from.length === 1;
  const known = (expression: Expression) => sourceLimit(expression, from) < index;
  if (condition.kind === 'comparison' && condition.operator === '=') {
    return [[condition.left, condition.right], [condition.right, condition.left]].flatMap(([subject, value]) => {
      const key = known(value!) ? keyedBy(subject!, from[index]!, isSole) : undefined;
      return key === undefined ? [] : [{ key, values: [value!], matchesNull: false }];
    });
  }
  if (condition.kind === 'in' && condition.parenthesized && !condition.negated && condition.collection.kind === 'list') {
    const key = condition.collection.items.every(known) ? keyedBy(condition.value, from[index]!, isSole) : undefined;
    return key === undefined ? [] : [{ key, values: condition.collection.items, matchesNull: true }];
  }
  return [];
}
