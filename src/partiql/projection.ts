import { evaluateExpression } from './evaluate-expression';
import { aggregatesIn, childrenOf } from './expression-children';
import { toIon, type PartiqlValue } from './partiql-value';
import { documentIdOf, type Binding, type Evaluation, type Scope } from './scope';
import { StatementError } from './statement-error';
import type { Aggregate, Expression, Projection } from './syntax-tree';
import type { IonField, IonStruct, IonValue } from '../ion/value';

/** What copying a field is held to cost. */
const BYTES_PER_FIELD = 4;

/** What a query answers for a row; undefined for SELECT VALUE of something that is missing. */
export function project(projection: Projection, scope: Scope, evaluation: Evaluation): IonValue | undefined {
  switch (projection.kind) {
    case 'value': return toIon(evaluateExpression(projection.expression, scope, evaluation));
    case 'star': {
      const [binding] = scope.bindings;
      // Most often the row is the very document; whoever has its encoding need not make it again.
      if (scope.bindings.length === 1 && isPlainStruct(binding!)) {
        evaluation.budget.spendOnBytes(binding.value.fields.length * BYTES_PER_FIELD);
        return binding.value;
      }
      const fields = scope.bindings.flatMap(fieldsOfBinding);
      evaluation.budget.spendOnBytes(fields.length * BYTES_PER_FIELD);
      return { kind: 'struct', fields };
    }
    case 'items': {
      const fields: IonField[] = [];
      projection.items.forEach((item, index) => {
        const value = evaluateExpression(item.expression, scope, evaluation);
        if (item.kind === 'named') addField(fields, item.name, value);
        else fieldsOf(value, index).forEach((field) => fields.push(field));
        evaluation.budget.spendOnBytes((value.kind === 'struct' ? value.fields.length : 1) * BYTES_PER_FIELD);
      });
      return { kind: 'struct', fields };
    }
  }
}

const isPlainStruct = (binding: Binding): binding is Binding & { readonly value: IonStruct } =>
  binding.value.kind === 'struct' && binding.value.annotations === undefined && binding.position === undefined && binding.documentIdAlias === undefined;

/** The fields of a source as `*` shows them, the BY and AT aliases included. */
function fieldsOfBinding(binding: Binding, index: number): readonly IonField[] {
  const fields: IonField[] = [...fieldsOf(binding.value, index)];
  if (binding.position !== undefined) addField(fields, binding.position.name, binding.position.value);
  if (binding.documentIdAlias !== undefined) addField(fields, binding.documentIdAlias, documentIdOf(binding));
  return fields;
}

/** A value that is no struct is named by its place. */
function fieldsOf(value: PartiqlValue, index: number): readonly IonField[] {
  if (value.kind === 'struct') return value.fields;
  const fields: IonField[] = [];
  addField(fields, `_${index + 1}`, value);
  return fields;
}

function addField(fields: IonField[], name: string, value: PartiqlValue): void {
  const ion = toIon(value);
  if (ion !== undefined) fields.push([name, ion]);
}

const aggregatesKnown = new WeakMap<Projection, readonly Aggregate[]>();

/**
 * The aggregates of a select list, if it has any: then the query answers one row for all. They follow from the text alone, so they are found out once.
 *
 * @throws StatementError if the list also names what differs from row to row
 */
export function aggregatesOf(projection: Projection): readonly Aggregate[] {
  const known = aggregatesKnown.get(projection);
  if (known !== undefined) return known;
  const aggregates = findAggregates(projection);
  aggregatesKnown.set(projection, aggregates);
  return aggregates;
}

function findAggregates(projection: Projection): readonly Aggregate[] {
  if (projection.kind === 'star') return [];
  const expressions = projection.kind === 'value' ? [projection.expression] : projection.items.map(({ expression }) => expression);
  const aggregates = expressions.flatMap(aggregatesIn);
  const nested = aggregates.flatMap(({ argument }) => (argument === undefined ? [] : aggregatesIn(argument)))[0];
  if (nested !== undefined) throw new StatementError('Semantic', `${nested.name} stands in another aggregate`, nested.at);
  const varying = aggregates.length === 0 ? undefined : expressions.flatMap(variablesOutsideAggregates)[0];
  if (varying !== undefined) {
    throw new StatementError('Semantic', 'a select list has either aggregates or values of single rows, for there is no GROUP BY', varying.at);
  }
  return aggregates;
}

function variablesOutsideAggregates(expression: Expression): readonly Expression[] {
  if (expression.kind === 'variable' || expression.kind === 'select') return [expression];
  return expression.kind === 'aggregate' ? [] : childrenOf(expression).flatMap(variablesOutsideAggregates);
}

/** @throws StatementError if a condition has an aggregate, for those see all rows that the condition has let through */
export function refuseAggregates(condition: Expression | undefined): void {
  const aggregate = condition === undefined ? undefined : aggregatesIn(condition)[0];
  if (aggregate !== undefined) throw new StatementError('Semantic', `${aggregate.name} may stand in a select list only`, aggregate.at);
}
