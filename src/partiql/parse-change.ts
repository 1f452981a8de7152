import { parseExpression, parsePath } from './parse-expression';
import { parseFrom, refuseUnsupportedClause } from './parse-select';
import { committedViewPrefix } from './parse-source';
import type { Position } from './position';
import { StatementError, unsupported } from './statement-error';
import type { Assignment, Change, Edit, Expression, FromItem, Insert } from './syntax-tree';
import type { TokenCursor } from './token-cursor';

/** `INSERT INTO table [VALUE] expression` */
export function parseInsert(cursor: TokenCursor): Insert {
  const at = cursor.at;
  cursor.expectKeyword('INSERT');
  cursor.expectKeyword('INTO');
  const table = expectWritableTable(cursor);
  if (cursor.isSymbol('.')) {
    throw unsupported('INSERT INTO a path of a table', `write FROM ${table} AS t WHERE .. INSERT INTO t.path VALUE ..`, cursor.at);
  }
  const single = cursor.acceptKeyword('VALUE');
  if (cursor.isKeyword('VALUES')) throw unsupported('VALUES', 'write the documents as <<{..}, {..}>>', cursor.at);
  if (cursor.isKeyword('SELECT') || (cursor.isSymbol('(') && isSelect(cursor))) {
    throw unsupported('INSERT of a query', 'run the query and insert its rows as parameters', cursor.at);
  }
  return { kind: 'insert', table, value: parseExpression(cursor), single, at };
}

function isSelect(cursor: TokenCursor): boolean {
  const following = cursor.peek(1);
  return following.kind === 'word' && following.keyword === 'SELECT';
}

/** `UPDATE table [AS alias] [BY id] edit [WHERE condition]` */
export function parseUpdate(cursor: TokenCursor): Change {
  const at = cursor.at;
  cursor.expectKeyword('UPDATE');
  const from = [parseChangedTable(cursor)];
  const edit = parseEdit(cursor);
  return { kind: 'change', from, edit, where: parseWhere(cursor), at };
}

/** `FROM table [AS alias] [BY id] [, path [AS alias] ..] [WHERE condition] edit` */
export function parseFromChange(cursor: TokenCursor): Change {
  const at = cursor.at;
  cursor.expectKeyword('FROM');
  requireWritable(cursor);
  const from = parseFrom(cursor, 'outermost');
  const other = from.slice(1).find(({ source }) => source.kind !== 'value');
  if (other !== undefined) throw new StatementError('Semantic', 'a statement changes one table; further sources must be paths into its documents', other.at);
  if (from[0]!.source.kind !== 'table') throw new StatementError('Semantic', 'only a table can be changed', from[0]!.at);
  const where = parseWhere(cursor);
  return { kind: 'change', from, where, edit: parseEdit(cursor), at };
}

/** `DELETE FROM table [AS alias] [BY id] [WHERE condition]` */
export function parseDelete(cursor: TokenCursor): Change {
  const at = cursor.at;
  cursor.expectKeyword('DELETE');
  cursor.expectKeyword('FROM');
  const from = [parseChangedTable(cursor)];
  return { kind: 'change', from, where: parseWhere(cursor), edit: { kind: 'delete' }, at };
}

function parseWhere(cursor: TokenCursor): Expression | undefined {
  const where = cursor.acceptKeyword('WHERE') ? parseExpression(cursor) : undefined;
  refuseUnsupportedClause(cursor);
  return where;
}

function parseChangedTable(cursor: TokenCursor): FromItem {
  const at = cursor.at;
  const name = expectWritableTable(cursor);
  const alias = cursor.acceptKeyword('AS') || cursor.isName() ? cursor.expectName('an alias') : name;
  const documentIdAlias = cursor.acceptKeyword('BY') ? cursor.expectName('an alias') : undefined;
  return { source: { kind: 'table', name, view: 'user', at }, alias, documentIdAlias, at };
}

function expectWritableTable(cursor: TokenCursor): string {
  requireWritable(cursor);
  return cursor.expectName('a table name');
}

/** Only the user view of a table can be written. */
function requireWritable(cursor: TokenCursor): void {
  const token = cursor.peek();
  const name = token.kind === 'word' || token.kind === 'quotedName' ? token.text : '';
  const isHistory = name.toLowerCase() === 'history' && cursor.isSymbol('(', 1);
  const isCatalog = name === 'information_schema' && cursor.isSymbol('.', 1);
  if (name.startsWith(committedViewPrefix) || isHistory || isCatalog) {
    throw new StatementError('Semantic', `${name} is read only; change the table itself`, token.at);
  }
}

function parseEdit(cursor: TokenCursor): Edit {
  if (cursor.acceptKeyword('SET')) {
    const assignments: Assignment[] = [];
    do {
      const at = cursor.at;
      const target = parseTarget(cursor);
      cursor.expectSymbol('=');
      assignments.push({ target, value: parseExpression(cursor), at });
    } while (cursor.acceptSymbol(','));
    return { kind: 'set', assignments };
  }
  if (cursor.acceptKeyword('INSERT')) {
    cursor.expectKeyword('INTO');
    const target = parseTarget(cursor);
    cursor.expectKeyword('VALUE');
    const value = parseExpression(cursor);
    return { kind: 'insertInto', target, value, key: cursor.acceptKeyword('AT') ? parseExpression(cursor) : undefined };
  }
  if (cursor.acceptKeyword('REMOVE')) return { kind: 'remove', target: parseTarget(cursor) };
  throw cursor.unexpected('keyword SET, INSERT or REMOVE');
}

/** A path that leads to one place of a document. */
function parseTarget(cursor: TokenCursor): Expression {
  const at = cursor.at;
  const target = parsePath(cursor);
  requireTarget(target, at);
  return target;
}

function requireTarget(target: Expression, at: Position): void {
  const root = target.kind === 'path' ? target.root : target;
  if (root.kind !== 'variable') throw new StatementError('Parser', 'expected a path to a field of the document', at);
  if (target.kind === 'path' && target.steps.some(({ kind }) => kind === 'everyElement' || kind === 'everyField')) {
    throw unsupported('a wildcard in the path of a change', 'unnest the list with FROM table AS t, t.list AS element', at);
  }
}
