import { calculate, isNumber, negate } from './arithmetic';
import { compareLikeValues, valuesEqual } from './comparison';
import { followPath } from './evaluate-path';
import { castValue } from './functions/cast';
import { functionDefinitions } from './functions/registry';
import { matchesLike } from './like';
import { limits } from './limits';
import { elementsOf, isUnknown, missing, nullValue, textOf, toIon, type PartiqlValue } from './partiql-value';
import type { Position } from './position';
import { runNestedSelect } from './run-nested-select';
import { valueOfName, type Evaluation, type Scope } from './scope';
import { evaluationError, StatementError } from './statement-error';
import type { Between, Case, Comparison, Expression, Like, Membership, StructConstructor, Unary } from './syntax-tree';
import type { TypeName } from './type-names';
import { requireReasonableSize, sizeOf } from './value-size';
import type { WorkBudget } from './work-budget';
import { ionBool, ionString, type IonField, type IonValue } from '../ion/value';

/**
 * The value of an expression where these sources are in sight.
 *
 * @throws StatementError if a value does not fit where it is used
 */
export function evaluateExpression(expression: Expression, scope: Scope, evaluation: Evaluation): PartiqlValue {
  const { budget } = evaluation;
  budget.spend();
  const evaluate = (operand: Expression) => evaluateExpression(operand, scope, evaluation);
  switch (expression.kind) {
    case 'literal': return expression.value;
    case 'missing': return missing;
    case 'parameter': return evaluation.parameters[expression.index]!;
    case 'variable': return valueOfName(expression.name, scope, budget);
    case 'path': return followPath(evaluate(expression.root), expression.steps, scope, evaluation);
    case 'unary': return evaluateUnary(expression, evaluate);
    case 'arithmetic':
      return expression.rest.reduce<PartiqlValue>((left, { operator, operand, at }) => {
        const right = evaluate(operand);
        budget.spendOnValues(left, right);
        return calculate(operator, left, right, at);
      }, evaluate(expression.first));
    case 'concatenation': return concatenate(expression.operands.map(evaluate), budget, expression.at);
    case 'comparison': return evaluateComparison(expression, evaluate, budget);
    case 'and': return evaluateJunction(expression.operands, false, evaluate);
    case 'or': return evaluateJunction(expression.operands, true, evaluate);
    case 'between': return evaluateBetween(expression, evaluate, budget);
    case 'in': return evaluateMembership(expression, evaluate, budget);
    case 'like': return evaluateLike(expression, evaluate, budget);
    case 'is': return ionBool(isOfType(evaluate(expression.value), expression.type) !== expression.negated);
    case 'case': return evaluateCase(expression, evaluate, budget);
    case 'cast': {
      const value = evaluate(expression.value);
      budget.spendOnValues(value);
      return castValue(value, expression.type, expression.at);
    }
    case 'call': {
      const given = expression.arguments.map(evaluate);
      budget.spendOnValues(...given);
      return functionDefinitions.get(expression.name)!.evaluate(given, evaluation, expression.at);
    }
    case 'aggregate': {
      const result = evaluation.aggregates?.get(expression);
      if (result === undefined) throw new StatementError('Semantic', `${expression.name} may stand in a select list only`, expression.at);
      return result;
    }
    case 'list': return requireReasonableSize({ kind: 'list', items: itemsOf(expression.items.map(evaluate)) }, expression.at);
    case 'bag': return requireReasonableSize({ kind: 'bag', items: itemsOf(expression.items.map(evaluate)) }, expression.at);
    case 'struct': return requireReasonableSize(evaluateStruct(expression, evaluate), expression.at);
    case 'select': return { kind: 'bag', items: rowsWithinReason(runNestedSelect(expression, scope, evaluation), expression.at) };
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

function concatenate(values: readonly PartiqlValue[], budget: WorkBudget, at: Position): PartiqlValue {
  const wrong = values.find((value) => !isUnknown(value) && textOf(value) === undefined);
  if (wrong !== undefined) throw evaluationError(`operator || takes text, not ${wrong.kind}`, at);
  if (values.some(isUnknown)) return nullValue;
  budget.spendOnValues(...values);
  if (values.reduce((sum, value) => sum + textOf(value)!.length, 0) > limits.valueBytesMax) {
    throw evaluationError(`operator || makes a text of more than ${limits.valueBytesMax} characters`, at);
  }
  return ionString(values.map(textOf).join(''));
}

function evaluateComparison(
  { operator, left: leftOperand, right: rightOperand, at }: Comparison, evaluate: Evaluate, budget: WorkBudget,
): PartiqlValue {
  const [left, right] = [evaluate(leftOperand), evaluate(rightOperand)];
  if (isUnknown(left) || isUnknown(right)) return nullValue;
  budget.spendOnValues(left, right);
  switch (operator) {
    case '=': return ionBool(valuesEqual(left, right));
    case '<>': return ionBool(!valuesEqual(left, right));
    case '<': return ionBool(compareLikeValues(left, right, at) < 0);
    case '<=': return ionBool(compareLikeValues(left, right, at) <= 0);
    case '>': return ionBool(compareLikeValues(left, right, at) > 0);
    case '>=': return ionBool(compareLikeValues(left, right, at) >= 0);
  }
}

function evaluateBetween({ value: operand, lower, upper, negated, at }: Between, evaluate: Evaluate, budget: WorkBudget): PartiqlValue {
  const [value, from, to] = [evaluate(operand), evaluate(lower), evaluate(upper)];
  if ([value, from, to].some(isUnknown)) return nullValue;
  budget.spendOnValues(value, from, value, to);
  const inside = compareLikeValues(value, from, at) >= 0 && compareLikeValues(value, to, at) <= 0;
  return ionBool(inside !== negated);
}

/** Unlike `=`, null is found among nulls. */
function evaluateMembership({ value: operand, collection, negated, at }: Membership, evaluate: Evaluate, budget: WorkBudget): PartiqlValue {
  const value = evaluate(operand);
  const isMember = (element: PartiqlValue): boolean => {
    if (isUnknown(value)) return isUnknown(element);
    budget.spend();
    budget.spendOnValues(value, element);
    return valuesEqual(value, element);
  };
  if (collection.kind === 'list') return ionBool(collection.items.some((item) => isMember(evaluate(item))) !== negated);
  const values = evaluate(collection);
  if (isUnknown(values)) return nullValue;
  const elements = elementsOf(values);
  if (elements === undefined) throw evaluationError(`IN takes a collection on its right, not ${values.kind}`, at);
  return ionBool(elements.some(isMember) !== negated);
}

function evaluateLike({ value: operand, pattern, escape, negated, at }: Like, evaluate: Evaluate, budget: WorkBudget): PartiqlValue {
  const values = [evaluate(operand), evaluate(pattern), ...escape === undefined ? [] : [evaluate(escape)]];
  if (values.some(isUnknown)) return nullValue;
  const [text, patternText, escapeText] = values.map((value) => {
    const content = textOf(value);
    if (content === undefined) throw evaluationError(`LIKE takes text, not ${value.kind}`, at);
    return content;
  });
  return ionBool(matchesLike(text!, patternText!, escapeText, budget, at) !== negated);
}

/** Null of any type and missing are both NULL. */
function isOfType(value: PartiqlValue, type: TypeName): boolean {
  return type === 'null' ? isUnknown(value) : value.kind === type;
}

function evaluateCase({ subject, branches, otherwise }: Case, evaluate: Evaluate, budget: WorkBudget): PartiqlValue {
  const value = subject === undefined ? undefined : evaluate(subject);
  const chosen = branches.find(({ condition }) => {
    const candidate = evaluate(condition);
    if (value === undefined) return truthOf(candidate, condition.at) === true;
    if (isUnknown(value) || isUnknown(candidate)) return false;
    budget.spendOnValues(value, candidate);
    return valuesEqual(value, candidate);
  });
  const result = chosen?.result ?? otherwise;
  return result === undefined ? nullValue : evaluate(result);
}

/** In a collection MISSING keeps its place as null. */
function itemsOf(values: readonly PartiqlValue[]): readonly IonValue[] {
  return values.map((value) => toIon(value) ?? nullValue);
}

/** Rows are added up as they come, for there may be many more than fit. */
function rowsWithinReason(rows: Iterable<IonValue>, at: Position): readonly IonValue[] {
  const items: IonValue[] = [];
  let bytes = 0;
  for (const row of rows) {
    bytes += sizeOf(row);
    if (bytes > limits.valueBytesMax) throw evaluationError(`a nested query answers more than ${limits.valueBytesMax} bytes; select less`, at);
    items.push(row);
  }
  return items;
}

function evaluateStruct({ fields }: StructConstructor, evaluate: Evaluate): IonValue {
  const evaluated: IonField[] = [];
  for (const field of fields) {
    const name = textOf(evaluate(field.name));
    if (name === undefined) throw evaluationError('the name of a field must be text; write it in single quotes', field.name.at);
    const value = toIon(evaluate(field.value));
    if (value !== undefined) evaluated.push([name, value]);
  }
  return { kind: 'struct', fields: evaluated };
}
