import { evaluateExpression } from './evaluate-expression';
import { elementsOf, missing, textOf, type PartiqlValue } from './partiql-value';
import { fieldAmong, type Evaluation, type Scope } from './scope';
import type { PathStep } from './syntax-tree';
import type { IonValue } from '../ion/value';

/** The value at the end of the steps; MISSING where they lead nowhere. Wildcards give a bag of all they lead to. */
export function followPath(root: PartiqlValue, steps: readonly PathStep[], scope: Scope, evaluation: Evaluation): PartiqlValue {
  let value = root;
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index]!;
    if (step.kind === 'everyElement' || step.kind === 'everyField') {
      return followWildcard(value, step.kind, steps.slice(index + 1), scope, evaluation);
    }
    value = step.kind === 'field' ? fieldAt(value, step.name, evaluation) : elementAt(value, evaluateExpression(step.key, scope, evaluation), evaluation);
  }
  return value;
}

function followWildcard(
  value: PartiqlValue, kind: 'everyElement' | 'everyField', rest: readonly PathStep[], scope: Scope, evaluation: Evaluation,
): PartiqlValue {
  const items: IonValue[] = [];
  for (const element of wildcardElements(value, kind)) {
    evaluation.budget.spend();
    const reached = followPath(element, rest, scope, evaluation);
    if (reached.kind === 'bag') {
      evaluation.budget.spendOnBytes(reached.items.length);
      for (const item of reached.items) items.push(item);
    }
    if (reached.kind !== 'bag' && reached.kind !== 'missing') items.push(reached);
  }
  return { kind: 'bag', items };
}

/** A scalar counts as a collection of itself. */
function wildcardElements(value: PartiqlValue, kind: 'everyElement' | 'everyField'): readonly IonValue[] {
  if (value.kind === 'missing') return [];
  const isCollection = kind === 'everyField' ? value.kind === 'struct' : value.kind !== 'struct';
  const elements = isCollection ? elementsOf(value) : undefined;
  return elements ?? (value.kind === 'bag' ? value.items : [value]);
}

function fieldAt(value: PartiqlValue, name: string, { budget }: Evaluation): PartiqlValue {
  return (value.kind === 'struct' ? fieldAmong(value, name, budget) : undefined) ?? missing;
}

/** An int reaches into a list or s-expression, a text into a struct. */
function elementAt(value: PartiqlValue, key: PartiqlValue, evaluation: Evaluation): PartiqlValue {
  const name = textOf(key);
  if (name !== undefined) return fieldAt(value, name, evaluation);
  if (key.kind !== 'int' || (value.kind !== 'list' && value.kind !== 'sexp')) return missing;
  return value.items[Number(key.value)] ?? missing;
}
