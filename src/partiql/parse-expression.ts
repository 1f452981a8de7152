import { limits } from './limits';
import { parseFunctionCall, startsFunctionCall } from './parse-function-call';
import { parseSelect } from './parse-select';
import type { Position } from './position';
import { StatementError, unsupported } from './statement-error';
import type {
  ArithmeticOperator, ArithmeticStep, Case, Comparison, Expression, PathStep, StructConstructor,
} from './syntax-tree';
import type { TokenCursor } from './token-cursor';
import { typeNames, type TypeName } from './type-names';
import { ionBool, ionNull, ionString } from '../ion/value';

const comparisonOperators: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
const additions: ReadonlySet<string> = new Set(['+', '-']);
const multiplications: ReadonlySet<string> = new Set(['*', '/', '%']);
const stepStarts: ReadonlySet<string> = new Set(['.', '[']);
const negatable: ReadonlySet<string> = new Set(['IN', 'BETWEEN', 'LIKE']);
const ionTrue = ionBool(true);
const ionFalse = ionBool(false);
const untypedNull = ionNull();
/** `a IS NULL IS MISSING ..`: as deep as the tree gets by predicates alone. */
const predicatesInARowMax = 8;

/** OR, the loosest of the operators. */
export function parseExpression(cursor: TokenCursor): Expression {
  return cursor.nested(parseDisjunction);
}

// Rules are handed on as they are, and arrays made only where there are several operands: a long statement passes here with every token.
type Rule = (cursor: TokenCursor) => Expression;

function parseDisjunction(cursor: TokenCursor): Expression {
  return parseOperands(cursor, 'OR', parseConjunction);
}

function parseConjunction(cursor: TokenCursor): Expression {
  return parseOperands(cursor, 'AND', parseNegation);
}

function parseOperands(cursor: TokenCursor, keyword: 'AND' | 'OR', parseOperand: Rule): Expression {
  const first = parseOperand(cursor);
  if (!cursor.isKeyword(keyword)) return first;
  cursor.next();
  // An array that grows by one has room for many.
  const operands = [first, parseOperand(cursor)];
  while (cursor.acceptKeyword(keyword)) operands.push(parseOperand(cursor));
  return { kind: keyword === 'AND' ? 'and' : 'or', operands, at: first.at };
}

function parseNegation(cursor: TokenCursor): Expression {
  const at = cursor.at;
  if (!cursor.acceptKeyword('NOT')) return parsePredicate(cursor);
  return { kind: 'unary', operator: 'NOT', operand: cursor.nested(parseNegation), at };
}

function parsePredicate(cursor: TokenCursor): Expression {
  let value = parseConcatenation(cursor);
  for (let count = 0; ; count += 1) {
    const predicate = parseOnePredicate(cursor, value);
    if (predicate === undefined) return value;
    if (count === predicatesInARowMax) throw new StatementError('Parser', `more than ${predicatesInARowMax} predicates in a row; use AND`, cursor.at);
    value = predicate;
  }
}

function parseOnePredicate(cursor: TokenCursor, value: Expression): Expression | undefined {
  const at = value.at;
  const token = cursor.peek();
  if (token.kind === 'symbol' && comparisonOperators.has(token.text)) {
    cursor.next();
    return { kind: 'comparison', operator: token.text as Comparison['operator'], left: value, right: parseConcatenation(cursor), at };
  }
  if (cursor.acceptKeyword('IS')) {
    const negated = cursor.acceptKeyword('NOT');
    return { kind: 'is', value, type: parseTypeName(cursor), negated, at };
  }
  if (token.kind !== 'word') return undefined;
  const following = token.keyword === 'NOT' ? cursor.peek(1) : undefined;
  const negated = following?.kind === 'word' && negatable.has(following.keyword);
  if (negated) cursor.next();
  if (cursor.acceptKeyword('IN')) return parseMembership(cursor, value, negated, at);
  if (cursor.acceptKeyword('BETWEEN')) {
    const lower = parseConcatenation(cursor);
    cursor.expectKeyword('AND');
    return { kind: 'between', value, lower, upper: parseConcatenation(cursor), negated, at };
  }
  if (cursor.acceptKeyword('LIKE')) {
    const pattern = parseConcatenation(cursor);
    const escape = cursor.acceptKeyword('ESCAPE') ? parseConcatenation(cursor) : undefined;
    return { kind: 'like', value, pattern, escape, negated, at };
  }
  return undefined;
}

function parseMembership(cursor: TokenCursor, value: Expression, negated: boolean, at: Position): Expression {
  const collectionAt = cursor.at;
  const following = cursor.peek(1);
  const isQuery = following.kind === 'word' && following.keyword === 'SELECT';
  if (!cursor.isSymbol('(') || isQuery) {
    return { kind: 'in', value, collection: parseConcatenation(cursor), parenthesized: false, negated, at };
  }
  cursor.next();
  if (cursor.isSymbol(')')) throw cursor.unexpected('an expression');
  const items = parseList(cursor, ')');
  return { kind: 'in', value, collection: { kind: 'list', items, at: collectionAt }, parenthesized: true, negated, at };
}

function parseConcatenation(cursor: TokenCursor): Expression {
  const first = parseSum(cursor);
  if (!cursor.isSymbol('||')) return first;
  cursor.next();
  const operands = [first, parseSum(cursor)];
  while (cursor.acceptSymbol('||')) operands.push(parseSum(cursor));
  return { kind: 'concatenation', operands, at: first.at };
}

function parseSum(cursor: TokenCursor): Expression {
  return parseArithmetic(cursor, additions, parseProduct);
}

function parseProduct(cursor: TokenCursor): Expression {
  return parseArithmetic(cursor, multiplications, parseSign);
}

function parseArithmetic(cursor: TokenCursor, operators: ReadonlySet<string>, parseOperand: Rule): Expression {
  const first = parseOperand(cursor);
  if (!cursor.isSymbolOf(operators)) return first;
  const rest = [parseArithmeticStep(cursor, parseOperand)];
  while (cursor.isSymbolOf(operators)) rest.push(parseArithmeticStep(cursor, parseOperand));
  return { kind: 'arithmetic', first, rest, at: first.at };
}

function parseArithmeticStep(cursor: TokenCursor, parseOperand: Rule): ArithmeticStep {
  const { text, at } = cursor.next();
  return { operator: text as ArithmeticOperator, operand: parseOperand(cursor), at };
}

function parseSign(cursor: TokenCursor): Expression {
  if (!cursor.isSymbolOf(additions)) return parsePath(cursor);
  const { text, at } = cursor.next();
  return { kind: 'unary', operator: text as '+' | '-', operand: cursor.nested(parseSign), at };
}

/** A value and the steps into it; also what SET, INSERT INTO and REMOVE aim at. */
export function parsePath(cursor: TokenCursor): Expression {
  const root = parsePrimary(cursor);
  if (!cursor.isSymbolOf(stepStarts)) return root;
  const steps = [parseStep(cursor)];
  while (cursor.isSymbolOf(stepStarts)) {
    if (steps.length > limits.pathStepsMax) throw new StatementError('Parser', `a path has at most ${limits.pathStepsMax} steps`, cursor.at);
    steps.push(parseStep(cursor));
  }
  return { kind: 'path', root, steps, at: root.at };
}

function parseStep(cursor: TokenCursor): PathStep {
  if (cursor.acceptSymbol('.')) return cursor.acceptSymbol('*') ? { kind: 'everyField' } : { kind: 'field', name: cursor.expectFieldName() };
  cursor.expectSymbol('[');
  const step: PathStep = cursor.acceptSymbol('*') ? { kind: 'everyElement' } : { kind: 'element', key: parseExpression(cursor) };
  cursor.expectSymbol(']');
  return step;
}

function parsePrimary(cursor: TokenCursor): Expression {
  const token = cursor.peek();
  const at = token.at;
  switch (token.kind) {
    case 'string':
      cursor.next();
      return { kind: 'literal', value: ionString(token.text), at };
    case 'number':
    case 'ion':
      return cursor.takeLiteral();
    case 'quotedName':
      return { kind: 'variable', name: cursor.expectName('a name'), at };
    case 'symbol':
      return parseSymbolPrimary(cursor, token.text, at);
    case 'word':
      return parseWordPrimary(cursor, token.keyword, at);
    case 'end':
      throw cursor.unexpected('an expression');
  }
}

function parseSymbolPrimary(cursor: TokenCursor, symbol: string, at: Position): Expression {
  switch (symbol) {
    case '?':
      cursor.next();
      return { kind: 'parameter', index: cursor.takeParameter(), at };
    case '@':
      // Says that the name is no table, which within an expression it never is.
      cursor.next();
      return { kind: 'variable', name: cursor.expectName('a name'), at };
    case '(':
      cursor.next();
      return parseParenthesized(cursor, at);
    case '[':
      cursor.next();
      return { kind: 'list', items: parseList(cursor, ']'), at };
    case '<<':
      cursor.next();
      return { kind: 'bag', items: parseList(cursor, '>>'), at };
    case '{':
      cursor.next();
      return parseStruct(cursor, at);
    default:
      throw cursor.unexpected('an expression');
  }
}

function parseWordPrimary(cursor: TokenCursor, keyword: string, at: Position): Expression {
  switch (keyword) {
    case 'TRUE':
    case 'FALSE':
      cursor.next();
      return { kind: 'literal', value: keyword === 'TRUE' ? ionTrue : ionFalse, at };
    case 'NULL':
      cursor.next();
      return { kind: 'literal', value: untypedNull, at };
    case 'MISSING':
      cursor.next();
      return { kind: 'missing', at };
    case 'CASE':
      cursor.next();
      return parseCase(cursor, at);
    case 'SELECT':
      throw cursor.unexpected('an expression', '; a nested query must stand in parentheses');
    case 'DATE':
    case 'TIME':
      if (cursor.peek(1).kind === 'string') throw unsupported(`${keyword} literal`, 'write a timestamp in backticks, such as `2020-01-31T`', at);
  }
  if (startsFunctionCall(cursor)) return parseFunctionCall(cursor);
  return { kind: 'variable', name: cursor.expectName('an expression'), at };
}

function parseParenthesized(cursor: TokenCursor, at: Position): Expression {
  if (cursor.isKeyword('SELECT')) {
    const select = cursor.nested(() => parseSelect(cursor, 'nested'));
    cursor.expectSymbol(')');
    return select;
  }
  const items = [parseExpression(cursor)];
  while (cursor.acceptSymbol(',')) items.push(parseExpression(cursor));
  cursor.expectSymbol(')');
  return items.length === 1 ? items[0]! : { kind: 'list', items, at };
}

/** Expressions separated by commas, up to and including the closing symbol. */
export function parseList(cursor: TokenCursor, close: string): readonly Expression[] {
  if (cursor.acceptSymbol(close)) return [];
  const items = [parseExpression(cursor)];
  while (cursor.acceptSymbol(',')) items.push(parseExpression(cursor));
  if (!cursor.acceptSymbol(close)) throw cursor.unexpected(`',' or '${close}'`);
  return items;
}

function parseStruct(cursor: TokenCursor, at: Position): StructConstructor {
  if (cursor.acceptSymbol('}')) return { kind: 'struct', fields: [], at };
  const fields = [parseField(cursor)];
  while (!cursor.isSymbol('}')) {
    cursor.expectSymbol(',');
    fields.push(parseField(cursor));
  }
  cursor.expectSymbol('}');
  return { kind: 'struct', fields, at };
}

function parseField(cursor: TokenCursor): StructConstructor['fields'][number] {
  const name = parseExpression(cursor);
  cursor.expectSymbol(':');
  return { name, value: parseExpression(cursor) };
}

function parseCase(cursor: TokenCursor, at: Position): Expression {
  const subject = cursor.isKeyword('WHEN') ? undefined : parseExpression(cursor);
  const branches = [parseBranch(cursor)];
  while (cursor.isKeyword('WHEN')) branches.push(parseBranch(cursor));
  const otherwise = cursor.acceptKeyword('ELSE') ? parseExpression(cursor) : undefined;
  cursor.expectKeyword('END');
  return { kind: 'case', subject, branches, otherwise, at };
}

function parseBranch(cursor: TokenCursor): Case['branches'][number] {
  cursor.expectKeyword('WHEN');
  const condition = parseExpression(cursor);
  cursor.expectKeyword('THEN');
  return { condition, result: parseExpression(cursor) };
}

/** The type after IS or AS. */
export function parseTypeName(cursor: TokenCursor): TypeName {
  const token = cursor.peek();
  const first = token.kind === 'word' ? token.keyword : '';
  const following = cursor.peek(1);
  const two = following.kind === 'word' ? `${first} ${following.keyword}` : '';
  const name = typeNames.has(two) ? two : first;
  const type = typeNames.get(name);
  if (type === undefined) throw cursor.unexpected('a type name');
  cursor.next();
  if (name === two) cursor.next();
  if (cursor.isSymbol('(')) throw unsupported(`length or precision of the type ${name}`, 'leave the parentheses out', cursor.at);
  return type;
}
