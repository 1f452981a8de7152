import { limits } from './limits';
import { parseExpression } from './parse-expression';
import { committedViewPrefix, parseSource, type QueryLevel } from './parse-source';
import { StatementError, unsupported } from './statement-error';
import type { Expression, FromItem, Path, Projection, ProjectionItem, Select, Source } from './syntax-tree';
import type { TokenCursor } from './token-cursor';

const unsupportedClauses: ReadonlyMap<string, string> = new Map([
  ['ORDER', 'order the rows in the client'],
  ['GROUP', 'group the rows in the client'],
  ['HAVING', 'filter the rows in the client'],
  ['LIMIT', 'stop reading pages in the client'],
  ['OFFSET', 'skip rows in the client'],
  ['FETCH', 'stop reading pages in the client'],
  ['UNION', 'run one statement for each side'],
  ['INTERSECT', 'run one statement for each side'],
  ['EXCEPT', 'run one statement for each side'],
]);
const unsupportedJoins: ReadonlySet<string> = new Set(['LEFT', 'RIGHT', 'FULL', 'OUTER', 'NATURAL']);

/** `SELECT .. FROM .. [WHERE ..]` */
export function parseSelect(cursor: TokenCursor, level: QueryLevel): Select {
  const at = cursor.at;
  cursor.expectKeyword('SELECT');
  if (cursor.isKeyword('DISTINCT')) throw unsupported('SELECT DISTINCT', 'drop repeated rows in the client', cursor.at);
  const projection = parseProjection(cursor);
  cursor.expectKeyword('FROM');
  const from = parseFrom(cursor, level);
  const where = cursor.acceptKeyword('WHERE') ? parseExpression(cursor) : undefined;
  refuseUnsupportedClause(cursor);
  if (level === 'nested') cursor.countNestedQuery();
  return { kind: 'select', projection, from, where, at };
}

/** Names the clause that stands here if it is one of SQL that the ledger does not have. */
export function refuseUnsupportedClause(cursor: TokenCursor): void {
  const token = cursor.peek();
  if (token.kind !== 'word') return;
  const hint = unsupportedClauses.get(token.keyword);
  if (hint !== undefined) {
    const construct = ['ORDER', 'GROUP'].includes(token.keyword) ? `${token.keyword} BY` : token.keyword;
    throw unsupported(construct, hint, token.at);
  }
  if (unsupportedJoins.has(token.keyword)) throw unsupported(`${token.keyword} join`, 'only inner joins are available', token.at);
}

function parseProjection(cursor: TokenCursor): Projection {
  if (cursor.acceptKeyword('VALUE')) return { kind: 'value', expression: parseExpression(cursor) };
  if (cursor.isKeyword('PIVOT')) throw unsupported('PIVOT', 'select rows and build the struct in the client', cursor.at);
  if (cursor.acceptSymbol('*')) return { kind: 'star' };
  const items = [parseProjectionItem(cursor, 1)];
  while (cursor.acceptSymbol(',')) items.push(parseProjectionItem(cursor, items.length + 1));
  return { kind: 'items', items };
}

/** Without a name, the item bears its position until the whole is known to be a statement. */
function parseProjectionItem(cursor: TokenCursor, position: number): ProjectionItem {
  const expression = parseExpression(cursor);
  if (expression.kind === 'path' && expression.steps.at(-1)?.kind === 'everyField') {
    const steps = expression.steps.slice(0, -1);
    return { kind: 'everyFieldOf', expression: steps.length === 0 ? expression.root : { ...expression, steps } };
  }
  const alias = cursor.acceptKeyword('AS') ? cursor.expectName('an alias') : cursor.isName() ? cursor.expectName('an alias') : undefined;
  return { kind: 'named', expression, name: alias ?? nameOf(expression, cursor) ?? position as unknown as string };
}

/** The name an expression has without an alias: of a variable its own, of a path that of the last step. */
function nameOf(expression: Expression, cursor: TokenCursor): string | undefined {
  if (expression.kind === 'variable') return expression.name;
  return expression.kind === 'path' ? nameOfLastStep(expression, cursor) : undefined;
}

function nameOfLastStep({ steps }: Path, cursor: TokenCursor): string | undefined {
  const last = steps.at(-1)!;
  if (last.kind === 'field') return last.name;
  if (last.kind !== 'element' || last.key.kind !== 'literal') return undefined;
  cursor.readLiteral(last.key);
  return last.key.value.kind === 'string' ? last.key.value.value : undefined;
}

/** The sources after FROM, joined by commas or inner joins. */
export function parseFrom(cursor: TokenCursor, level: QueryLevel): readonly FromItem[] {
  // Only beside tables does it matter what is an alias.
  const aliases = level === 'outermost' ? new Set<string>() : undefined;
  const items = [parseFromItem(cursor, level, aliases)];
  for (let join = parseJoin(cursor); join !== undefined; join = parseJoin(cursor)) {
    if (items.length === limits.sourcesMax) throw new StatementError('Parser', `a FROM has at most ${limits.sourcesMax} sources`, cursor.at);
    const item = parseFromItem(cursor, level, aliases);
    if (join === 'inner') {
      cursor.expectKeyword('ON');
      items.push({ ...item, on: parseExpression(cursor) });
    } else {
      items.push(item);
    }
  }
  return items;
}

function parseJoin(cursor: TokenCursor): 'comma' | 'inner' | 'cross' | undefined {
  if (cursor.acceptSymbol(',')) return 'comma';
  const crossed = cursor.acceptKeyword('CROSS');
  if (crossed || cursor.acceptKeyword('INNER')) {
    cursor.expectKeyword('JOIN');
    return crossed ? 'cross' : 'inner';
  }
  if (cursor.acceptKeyword('JOIN')) return 'inner';
  refuseUnsupportedClause(cursor);
  return undefined;
}

function parseFromItem(cursor: TokenCursor, level: QueryLevel, aliases: Set<string> | undefined): FromItem {
  const at = cursor.at;
  const source = parseSource(cursor, level, aliases);
  const alias = parseAlias(cursor, aliases);
  const positionAlias = cursor.acceptKeyword('AT') ? cursor.expectName('an alias') : undefined;
  const documentIdAlias = cursor.acceptKeyword('BY') ? cursor.expectName('an alias') : undefined;
  if (documentIdAlias !== undefined && (source.kind === 'value' || source.kind === 'catalog')) {
    throw new StatementError('Semantic', 'BY gives the id of a document; only tables have one', at);
  }
  return { source, alias: alias ?? defaultAlias(source, cursor), positionAlias, documentIdAlias, at };
}

function parseAlias(cursor: TokenCursor, aliases: Set<string> | undefined): string | undefined {
  const token = cursor.peek();
  const following = cursor.peek(1).kind;
  if (token.kind === 'word' && token.keyword === 'OFFSET' && ['number', 'symbol'].includes(following)) refuseUnsupportedClause(cursor);
  if (!cursor.acceptKeyword('AS') && !cursor.isName()) return undefined;
  const alias = cursor.expectName('an alias');
  aliases?.add(alias);
  return alias;
}

function defaultAlias(source: Source, cursor: TokenCursor): string | undefined {
  switch (source.kind) {
    case 'table': return source.view === 'user' ? source.name : `${committedViewPrefix}${source.name}`;
    case 'catalog': return 'user_tables';
    case 'history': return undefined;
    case 'value': return nameOf(source.expression, cursor);
  }
}
