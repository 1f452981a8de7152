import { ionString } from '../ion/value';
import { aggregateNames, functionDefinitions } from './functions/registry';
import { timestampParts } from './functions/timestamp-parts';
import { parseExpression, parseList, parseTypeName } from './parse-expression';
import { parseSelect } from './parse-select';
import type { Position } from './position';
import { StatementError, unsupported } from './statement-error';
import type { AggregateName, Expression } from './syntax-tree';
import type { TokenCursor } from './token-cursor';
import { reservedWords } from './tokens';

const trimSides = ['LEADING', 'TRAILING', 'BOTH'];

/** Functions whose arguments are separated by words. */
const formsWithWords: ReadonlyMap<string, (cursor: TokenCursor, at: Position) => Expression> = new Map([
  ['CAST', parseCast],
  ['EXTRACT', parseExtract],
  ['TRIM', parseTrim],
  ['SUBSTRING', parseSubstring],
  ['DATE_ADD', (cursor: TokenCursor, at: Position) => parseDateCall(cursor, 'DATE_ADD', at)],
  ['DATE_DIFF', (cursor: TokenCursor, at: Position) => parseDateCall(cursor, 'DATE_DIFF', at)],
]);

/** Whether the name of a function and its parenthesis stand here. Any word that is not reserved counts, so that the error names the function. */
export function startsFunctionCall(cursor: TokenCursor): boolean {
  const token = cursor.peek();
  return token.kind === 'word' && cursor.isSymbol('(', 1)
    && (!reservedWords.has(token.keyword) || formsWithWords.has(token.keyword) || aggregateNames.has(token.keyword)
      || functionDefinitions.has(token.keyword));
}

/** A call, its parentheses included. */
export function parseFunctionCall(cursor: TokenCursor): Expression {
  const token = cursor.next();
  const at = token.at;
  const name = token.kind === 'word' ? token.keyword : '';
  cursor.expectSymbol('(');
  if (aggregateNames.has(name)) return parseAggregate(cursor, name as AggregateName, at);
  const form = formsWithWords.get(name);
  if (form !== undefined) return form(cursor, at);
  const definition = functionDefinitions.get(name);
  if (definition === undefined) {
    throw new StatementError('Evaluator', `No such function: ${token.kind === 'word' ? token.text.toLowerCase() : name}`, at);
  }
  return call(name, parseArguments(cursor), at);
}

function parseArguments(cursor: TokenCursor): readonly Expression[] {
  if (!cursor.isKeyword('SELECT')) return parseList(cursor, ')');
  const select = cursor.nested(() => parseSelect(cursor, 'nested'));
  cursor.expectSymbol(')');
  return [select];
}

function call(name: string, given: readonly Expression[], at: Position): Expression {
  const { argumentsMin, argumentsMax } = functionDefinitions.get(name)!;
  if (given.length < argumentsMin || given.length > argumentsMax) {
    const expected = argumentsMin === argumentsMax ? `${argumentsMin}` : argumentsMax === Infinity
      ? `${argumentsMin} or more` : `${argumentsMin} to ${argumentsMax}`;
    throw new StatementError('Semantic', `function ${name} takes ${expected} argument${expected === '1' ? '' : 's'}, but ${given.length} are given`, at);
  }
  return { kind: 'call', name, arguments: given, at };
}

function parseAggregate(cursor: TokenCursor, name: AggregateName, at: Position): Expression {
  if (cursor.isKeyword('DISTINCT')) throw unsupported(`DISTINCT in ${name}`, 'aggregate the distinct values in the client', cursor.at);
  cursor.acceptKeyword('ALL');
  if (cursor.acceptSymbol('*')) {
    if (name !== 'COUNT') throw new StatementError('Semantic', `only COUNT takes *; name what ${name} is to aggregate`, at);
    cursor.expectSymbol(')');
    return { kind: 'aggregate', name, at };
  }
  const argument = parseExpression(cursor);
  cursor.expectSymbol(')');
  return { kind: 'aggregate', name, argument, at };
}

function parseCast(cursor: TokenCursor, at: Position): Expression {
  const value = parseExpression(cursor);
  cursor.expectKeyword('AS');
  const type = parseTypeName(cursor);
  cursor.expectSymbol(')');
  return { kind: 'cast', value, type, at };
}

function parseTimestampPart(cursor: TokenCursor, name: string): Expression {
  const token = cursor.peek();
  const part = token.kind === 'word' ? token.keyword.toLowerCase() : '';
  if (!timestampParts.has(part) || (name !== 'EXTRACT' && part.startsWith('timezone_'))) {
    throw cursor.unexpected(`one of ${[...timestampParts].filter((known) => name === 'EXTRACT' || !known.startsWith('timezone_')).join(', ')}`);
  }
  cursor.next();
  return { kind: 'literal', value: ionString(part), at: token.at };
}

function parseExtract(cursor: TokenCursor, at: Position): Expression {
  const part = parseTimestampPart(cursor, 'EXTRACT');
  cursor.expectKeyword('FROM');
  const value = parseExpression(cursor);
  cursor.expectSymbol(')');
  return call('EXTRACT', [part, value], at);
}

function parseDateCall(cursor: TokenCursor, name: string, at: Position): Expression {
  const part = parseTimestampPart(cursor, name);
  cursor.expectSymbol(',');
  return call(name, [part, ...parseList(cursor, ')')], at);
}

function parseTrimSide(cursor: TokenCursor): string | undefined {
  for (const side of trimSides) if (cursor.acceptKeyword(side)) return side;
  return undefined;
}

/** `TRIM([[LEADING|TRAILING|BOTH] [characters] FROM] text)` */
function parseTrim(cursor: TokenCursor, at: Position): Expression {
  const side = parseTrimSide(cursor);
  const sideArgument: Expression = { kind: 'literal', value: ionString(side ?? 'BOTH'), at };
  const first = side !== undefined && cursor.isKeyword('FROM') ? undefined : parseExpression(cursor);
  if (first !== undefined && side === undefined && cursor.acceptSymbol(')')) return call('TRIM', [sideArgument, first], at);
  cursor.expectKeyword('FROM');
  const text = parseExpression(cursor);
  cursor.expectSymbol(')');
  return call('TRIM', first === undefined ? [sideArgument, text] : [sideArgument, text, first], at);
}

function parseSubstring(cursor: TokenCursor, at: Position): Expression {
  const text = parseExpression(cursor);
  if (!cursor.acceptKeyword('FROM')) {
    cursor.expectSymbol(',');
    return call('SUBSTRING', [text, ...parseList(cursor, ')')], at);
  }
  const given = [text, parseExpression(cursor)];
  if (cursor.acceptKeyword('FOR')) given.push(parseExpression(cursor));
  cursor.expectSymbol(')');
  return call('SUBSTRING', given, at);
}
