import { evaluateExpression } from './evaluate-expression';
import { missing, textOf, type PartiqlValue } from './partiql-value';
import { resolve, type Binding, type Evaluation, type Location, type Scope } from './scope';
import { evaluationError } from './statement-error';
import type { Expression, FromItem, PathStep, ValueSource } from './syntax-tree';
import { ionInt, ionString } from '../ion/value';

/** The rows of a source that is no table: the elements of a collection, or the one value there is. Null and missing give none. */
export function* valueBindings(item: FromItem, source: ValueSource, scope: Scope, evaluation: Evaluation): Generator<Binding> {
  const value = evaluateExpression(source.expression, scope, evaluation);
  const rows = source.unpivot ? unpivotedRows(value) : rowsOf(value);
  if (rows.length === 0) return;
  const location = source.unpivot ? undefined : locationOf(source.expression, scope, evaluation);
  const { alias, positionAlias } = item;
  for (const row of rows) {
    evaluation.budget.spend();
    yield {
      alias,
      value: row.value,
      position: positionAlias === undefined ? undefined
        : { name: positionAlias, value: typeof row.key === 'number' ? ionInt(row.key) : row.key === undefined ? missing : ionString(row.key) },
      location: location === undefined ? undefined : typeof row.key === 'number' ? [...location, row.key] : location,
    };
  }
}

interface Row { readonly value: PartiqlValue; readonly key?: number | string }

function rowsOf(value: PartiqlValue): readonly Row[] {
  switch (value.kind) {
    case 'missing':
    case 'null': return [];
    case 'list':
    case 'sexp': return value.items.map((element, key) => ({ value: element, key }));
    case 'bag': return value.items.map((element) => ({ value: element }));
    default: return [{ value }];
  }
}

function unpivotedRows(value: PartiqlValue): readonly Row[] {
  if (value.kind === 'missing' || value.kind === 'null') return [];
  return value.kind === 'struct' ? value.fields.map(([key, element]) => ({ value: element, key })) : [{ value, key: '_1' }];
}

/** Where in the document an expression points; undefined if it is no path into one, or one that leads nowhere. */
function locationOf(expression: Expression, scope: Scope, evaluation: Evaluation): Location | undefined {
  const root = expression.kind === 'path' ? expression.root : expression;
  // What wildcards lead to is at many places.
  if (expression.kind === 'path' && expression.steps.some(({ kind }) => kind === 'everyElement' || kind === 'everyField')) return undefined;
  const resolution = root.kind === 'variable' ? resolve(root.name, scope, evaluation.budget) : undefined;
  const start = resolution?.binding.location;
  if (resolution === undefined || start === undefined) return undefined;
  const location = [...start, ...resolution.field === undefined ? [] : [resolution.field]];
  return expression.kind === 'path' ? [...location, ...locationOfSteps(expression.steps, scope, evaluation)] : location;
}

/** The steps as field names and list positions. */
export function locationOfSteps(steps: readonly PathStep[], scope: Scope, evaluation: Evaluation): Location {
  return steps.map((step) => {
    if (step.kind === 'field') return step.name;
    if (step.kind !== 'element') throw evaluationError('a wildcard leads to no single place of a document');
    const key = evaluateExpression(step.key, scope, evaluation);
    const name = textOf(key);
    if (name !== undefined) return name;
    if (key.kind !== 'int') throw evaluationError(`a step of a path must be a field name or a list position, not ${key.kind}`, step.key.at);
    return Number(key.value);
  });
}
