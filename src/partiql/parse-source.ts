import { parseExpression, parsePath } from './parse-expression';
import type { Position } from './position';
import { StatementError, unsupported } from './statement-error';
import type { CatalogSource, HistorySource, Source, TableReference, TableSource } from './syntax-tree';
import type { TokenCursor } from './token-cursor';

/** Only the outermost query may name tables; names in the FROM of a nested one are aliases and fields. */
export type QueryLevel = 'outermost' | 'nested';

/** What the name of a table bears in front for its view of whole revisions. */
export const committedViewPrefix = '_ql_committed_';

const pathStarts: ReadonlySet<string> = new Set(['(', '.', '[']);

/** One source of a FROM. A name that is an alias of a source before it means that one. */
export function parseSource(cursor: TokenCursor, level: QueryLevel, aliases: ReadonlySet<string> | undefined): Source {
  const at = cursor.at;
  if (cursor.isKeyword('VALUES')) throw unsupported('VALUES', 'write the rows as <<{..}, {..}>>', at);
  const unpivot = cursor.acceptKeyword('UNPIVOT');
  const name = unpivot ? undefined : nameHere(cursor);
  const source = name === undefined ? undefined : parseSystemSource(cursor, name, at);
  if (source !== undefined && level === 'nested') {
    throw unsupported(`${name} in a nested query`, 'only the outermost query may name tables', at);
  }
  if (source !== undefined) return source;
  if (name === undefined || level === 'nested' || aliases?.has(name) || cursor.isSymbolOf(pathStarts, 1)) {
    return { kind: 'value', expression: parsePath(cursor), unpivot, at };
  }
  return parseTable(cursor, at);
}

function nameHere(cursor: TokenCursor): string | undefined {
  const token = cursor.peek();
  if (!cursor.isName()) return undefined;
  return token.text;
}

function parseTable(cursor: TokenCursor, at: Position): TableSource {
  const name = cursor.expectName('a table name');
  return name.startsWith(committedViewPrefix)
    ? { kind: 'table', name: name.slice(committedViewPrefix.length), view: 'committed', at }
    : { kind: 'table', name, view: 'user', at };
}

function parseSystemSource(cursor: TokenCursor, name: string, at: Position): HistorySource | CatalogSource | undefined {
  if (name.toLowerCase() === 'history' && cursor.isSymbol('(', 1)) return parseHistory(cursor, at);
  return name === 'information_schema' && cursor.isSymbol('.', 1) ? parseCatalog(cursor, at) : undefined;
}

/** `information_schema.user_tables` */
function parseCatalog(cursor: TokenCursor, at: Position): CatalogSource {
  cursor.next();
  cursor.expectSymbol('.');
  const view = cursor.expectName('user_tables');
  if (view !== 'user_tables') {
    throw new StatementError('Semantic', `No such table: information_schema.${view}; there is only information_schema.user_tables`, at);
  }
  return { kind: 'catalog', at };
}

/** `history( table [, start [, end]] )` */
function parseHistory(cursor: TokenCursor, at: Position): HistorySource {
  cursor.next();
  cursor.expectSymbol('(');
  const table = parseTableReference(cursor);
  const from = cursor.acceptSymbol(',') ? parseExpression(cursor) : undefined;
  const to = from !== undefined && cursor.acceptSymbol(',') ? parseExpression(cursor) : undefined;
  cursor.expectSymbol(')');
  return { kind: 'history', table, from, to, at };
}

function parseTableReference(cursor: TokenCursor): TableReference {
  const token = cursor.peek();
  if (token.kind !== 'string') return { name: cursor.expectName('a table name or a table id in single quotes') };
  return { tableId: cursor.next().text };
}
