import { calculate, isNumber, negate } from './arithmetic';
import { compareLikeValues, valuesEqual } from './comparison';
import { followPath } from './evaluate-path';
import { castValue } from './functions/cast';
import { functionDefinitions } from './functions/registry';
import { matchesLike } from './like';
import { elementsOf, isUnknown, missing, nullValue, textOf, toIon, type PartiqlValue } from './partiql-value';
import { runNestedSelect } from './run-nested-select';
import { valueOfName, type Evaluation, type Scope } from './scope';
import { evaluationError, StatementError } from './statement-error';
import type { Between, Case, Comparison, Expression, Like, Membership, Position, StructConstructor, Unary } from './syntax-tree';
import type { TypeName } from './type-names';
import { ionBool, ionString, type IonField, type IonValue } from '../ion/value';

/**
 * The value of an expression where these sources are in sight.
 *
 * @throws StatementError if a value does not fit where it is used
 */
export function evaluateExpression(expression: Expression, scope: Scope, evaluation: Evaluation): PartiqlValue {
  const evaluate = (operand: Expression) => evaluateExpression(operand, scope, evaluation);
  switch (expression.kind) {
    case 'literal': return expression.value;
    case 'missing': return missing;
    case 'parameter': return evaluation.parameters[expression.index]!;
    case 'variable': return valueOfName(expression.name, scope);
    case 'path': return followPath(evaluate(expression.root), expression.steps, scope, evaluation);
    case 'unary': return evaluateUnary(expression, evaluate);
    case 'arithmetic':
      return expression.rest.reduce<PartiqlValue>(
        (left, { operator, operand, at }) => calculate(operator, left, evaluate(operand), at), evaluate(expression.first));
    case 'concatenation': return concatenate(expression.operands.map(evaluate), expression.at);
    case 'comparison': return evaluateComparison(expression, evaluate);
    case 'and': return evaluateJunction(expression.operands, false, evaluate);
    case 'or': return evaluateJunction(expression.operands, true, evaluate);
    case 'between': return evaluateBetween(expression, evaluate);
    case 'in': return evaluateMembership(expression, evaluate);
    case 'like': return evaluateLike(expression, evaluate);
    case 'is': return ionBool(isOfType(evaluate(expression.value), expression.type) !== expression.negated);
    case 'case': return evaluateCase(expression, evaluate);
    case 'cast': return castValue(evaluate(expression.value), expression.type, expression.at);
    case 'call':
      return functionDefinitions.get(expression.name)!.evaluate(expression.arguments.map(evaluate), evaluation, expression.at);
    case 'aggregate': {
      const result = evaluation.aggregates?.get(expression);
      if (result === undefined) throw new StatementError('Semantic', `${expression.name} may stand in a select list only`, expression.at);
      return result;
    }
    case 'list': return { kind: 'list', items: itemsOf(expression.items.map(evaluate)) };
    case 'bag': return { kind: 'bag', items: itemsOf(expression.items.map(evaluate)) };
    case 'struct': return evaluateStruct(expression, evaluate);
    case 'select': return { kind: 'bag', items: [...runNestedSelect(expression, scope, evaluation)] };
  }
}

type Evaluate = (expression: Expression) => PartiqlValue;

/**
 * Three-valued truth; null and missing are unknown.
 *
 * @throws StatementError for a value that is neither boolean nor unknown
 */
export function truthOf(value: PartiqlValue, at: Position): boolean | undefined {
  if (value.kind === 'bool') return value.value;
  if (isUnknown(value)) return undefined;
  throw evaluationError(`expected a boolean, found ${value.kind}`, at);
}

function fromTruth(truth: boolean | undefined): IonValue {
  return truth === undefined ? nullValue : ionBool(truth);
}

function evaluateUnary({ operator, operand, at }: Unary, evaluate: Evaluate): PartiqlValue {
  const value = evaluate(operand);
  switch (operator) {
    case '-': return negate(value, at);
    case '+':
      if (isUnknown(value)) return nullValue;
      if (!isNumber(value)) throw evaluationError(`operator + takes a number, not ${value.kind}`, at);
      return value;
    case 'NOT': {
      const truth = truthOf(value, at);
      return fromTruth(truth === undefined ? undefined : !truth);
    }
  }
}

/** AND with `decisive` false, OR with true: the first operand of that truth decides. */
function evaluateJunction(operands: readonly Expression[], decisive: boolean, evaluate: Evaluate): PartiqlValue {
  let truth: boolean | undefined = !decisive;
  for (const operand of operands) {
    const next = truthOf(evaluate(operand), operand.at);
    if (next === decisive) return ionBool(decisive);
    if (next === undefined) truth = undefined;
  }
  return fromTruth(truth);
}

function concatenate(values: readonly PartiqlValue[], at: Position): PartiqlValue {
  const wrong = values.find((value) => !isUnknown(value) && textOf(value) === undefined);
  if (wrong !== undefined) throw evaluationError(`operator || takes text, not ${wrong.kind}`, at);
  return values.some(isUnknown) ? nullValue : ionString(values.map(textOf).join(''));
}

function evaluateComparison({ operator, left: leftOperand, right: rightOperand, at }: Comparison, evaluate: Evaluate): PartiqlValue {
  const [left, right] = [evaluate(leftOperand), evaluate(rightOperand)];
  if (isUnknown(left) || isUnknown(right)) return nullValue;
  switch (operator) {
    case '=': return ionBool(valuesEqual(left, right));
    case '<>': return ionBool(!valuesEqual(left, right));
    case '<': return ionBool(compareLikeValues(left, right, at) < 0);
    case '<=': return ionBool(compareLikeValues(left, right, at) <= 0);
    case '>': return ionBool(compareLikeValues(left, right, at) > 0);
    case '>=': return ionBool(compareLikeValues(left, right, at) >= 0);
  }
}

function evaluateBetween({ value: operand, lower, upper, negated, at }: Between, evaluate: Evaluate): PartiqlValue {
  const [value, from, to] = [evaluate(operand), evaluate(lower), evaluate(upper)];
  if ([value, from, to].some(isUnknown)) return nullValue;
  const inside = compareLikeValues(value, from, at) >= 0 && compareLikeValues(value, to, at) <= 0;
  return ionBool(inside !== negated);
}

/** Unlike `=`, null is found among nulls. */
function evaluateMembership({ value: operand, collection, negated, at }: Membership, evaluate: Evaluate): PartiqlValue {
  const value = evaluate(operand);
  if (collection.kind === 'list') return ionBool(collection.items.some((item) => isMember(value, evaluate(item))) !== negated);
  const values = evaluate(collection);
  if (isUnknown(values)) return nullValue;
  const elements = elementsOf(values);
  if (elements === undefined) throw evaluationError(`IN takes a collection on its right, not ${values.kind}`, at);
  return ionBool(elements.some((element) => isMember(value, element)) !== negated);
}

function isMember(value: PartiqlValue, element: PartiqlValue): boolean {
  return isUnknown(value) ? isUnknown(element) : valuesEqual(value, element);
}

function evaluateLike({ value: operand, pattern, escape, negated, at }: Like, evaluate: Evaluate): PartiqlValue {
  const values = [evaluate(operand), evaluate(pattern), ...escape === undefined ? [] : [evaluate(escape)]];
  if (values.some(isUnknown)) return nullValue;
  const [text, patternText, escapeText] = values.map((value) => {
    const content = textOf(value);
    if (content === undefined) throw evaluationError(`LIKE takes text, not ${value.kind}`, at);
    return content;
  });
  return ionBool(matchesLike(text!, patternText!, escapeText, at) !== negated);
}

/** Null of any type and missing are both NULL. */
function isOfType(value: PartiqlValue, type: TypeName): boolean {
  return type === 'null' ? isUnknown(value) : value.kind === type;
}

function evaluateCase({ subject, branches, otherwise }: Case, evaluate: Evaluate): PartiqlValue {
  const value = subject === undefined ? undefined : evaluate(subject);
  const chosen = branches.find(({ condition }) => {
    const candidate = evaluate(condition);
    if (value === undefined) return truthOf(candidate, condition.at) === true;
    return !isUnknown(value) && !isUnknown(candidate) && valuesEqual(value, candidate);
  });
  const result = chosen?.result ?? otherwise;
  return result === undefined ? nullValue : evaluate(result);
}

/** In a collection MISSING keeps its place as null. */
function itemsOf(values: readonly PartiqlValue[]): readonly IonValue[] {
  return values.map((value) => toIon(value) ?? nullValue);
}

function evaluateStruct({ fields }: StructConstructor, evaluate: Evaluate): PartiqlValue {
  const evaluated: IonField[] = [];
  for (const field of fields) {
    const name = textOf(evaluate(field.name));
    if (name === undefined) throw evaluationError('the name of a field must be text; write it in single quotes', field.name.at);
    const value = toIon(evaluate(field.value));
    if (value !== undefined) evaluated.push([name, value]);
  }
  return { kind: 'struct', fields: evaluated };
}
