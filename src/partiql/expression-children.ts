import type { Aggregate, Expression, PathStep } from './syntax-tree';

/** The expressions directly within one; none for a nested query, whose names mean something else. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'missing':
    case 'parameter':
    case 'variable':
    case 'select': return [];
    case 'path': return [expression.root, ...keysOf(expression.steps)];
    case 'unary': return [expression.operand];
    case 'arithmetic': return [expression.first, ...expression.rest.map(({ operand }) => operand)];
    case 'concatenation':
    case 'and':
    case 'or': return expression.operands;
    case 'comparison': return [expression.left, expression.right];
    case 'between': return [expression.value, expression.lower, expression.upper];
    case 'in': return [expression.value, expression.collection];
    case 'like': return [expression.value, expression.pattern, ...present(expression.escape)];
    case 'is':
    case 'cast': return [expression.value];
    case 'case':
      return [...present(expression.subject), ...expression.branches.flatMap(({ condition, result }) => [condition, result]),
        ...present(expression.otherwise)];
    case 'call': return expression.arguments;
    case 'aggregate': return present(expression.argument);
    case 'list':
    case 'bag': return expression.items;
    case 'struct': return expression.fields.flatMap(({ name, value }) => [name, value]);
  }
}

function present(expression: Expression | undefined): readonly Expression[] {
  return expression === undefined ? [] : [expression];
}

function keysOf(steps: readonly PathStep[]): readonly Expression[] {
  return steps.flatMap((step) => (step.kind === 'element' ? [step.key] : []));
}

/** The aggregates in an expression, outermost ones only. */
export function aggregatesIn(expression: Expression): readonly Aggregate[] {
  return expression.kind === 'aggregate' ? [expression] : childrenOf(expression).flatMap(aggregatesIn);
}
