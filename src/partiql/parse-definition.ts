import { parseExpression } from './parse-expression';
import { StatementError, unsupported } from './statement-error';
import type { CreateIndex, CreateTable, DropIndex, DropTable, RedactRevision, UndropTable } from './syntax-tree';
import type { TokenCursor } from './token-cursor';

/** `CREATE TABLE ..` or `CREATE INDEX ..` */
export function parseCreate(cursor: TokenCursor): CreateTable | CreateIndex {
  const at = cursor.at;
  cursor.expectKeyword('CREATE');
  if (cursor.acceptKeyword('TABLE')) {
    const name = expectUnreservedName(cursor, 'a table name');
    const tags = cursor.isKeyword('WITH') ? parseTags(cursor) : {};
    if (cursor.isSymbol('(')) throw unsupported('a list of columns', 'documents need no schema; leave it out', cursor.at);
    return { kind: 'createTable', name, tags, at };
  }
  if (cursor.isKeyword('UNIQUE')) throw unsupported('a unique index', 'look the value up before inserting, in the same transaction', cursor.at);
  if (cursor.isKeyword('VIEW')) throw unsupported('CREATE VIEW', 'select from the table', cursor.at);
  if (!cursor.acceptKeyword('INDEX')) throw cursor.unexpected('keyword TABLE or INDEX');
  cursor.expectKeyword('ON');
  const table = cursor.expectName('a table name');
  cursor.expectSymbol('(');
  const field = cursor.expectName('a field name');
  if (cursor.isSymbol(',')) throw unsupported('an index on several fields', 'create one index for each field', cursor.at);
  if (cursor.isSymbol('.') || cursor.isSymbol('[')) throw unsupported('an index on a nested field', 'index a top-level field', cursor.at);
  cursor.expectSymbol(')');
  return { kind: 'createIndex', table, field, at };
}

/** `DROP TABLE ..` or `DROP INDEX ..` */
export function parseDrop(cursor: TokenCursor): DropTable | DropIndex {
  const at = cursor.at;
  cursor.expectKeyword('DROP');
  if (cursor.acceptKeyword('TABLE')) return { kind: 'dropTable', name: cursor.expectName('a table name'), at };
  if (!cursor.acceptKeyword('INDEX')) throw cursor.unexpected('keyword TABLE or INDEX');
  const indexId = cursor.expectName('the id of an index in double quotes');
  cursor.expectKeyword('ON');
  const table = cursor.expectName('a table name');
  cursor.expectKeyword('WITH');
  cursor.expectSymbol('(');
  const option = cursor.peek();
  if (option.kind !== 'word' || option.text !== 'purge') throw cursor.unexpected('purge = true');
  cursor.next();
  cursor.expectSymbol('=');
  cursor.expectKeyword('TRUE');
  cursor.expectSymbol(')');
  return { kind: 'dropIndex', table, indexId, at };
}

/** `UNDROP TABLE "tableId"` */
export function parseUndrop(cursor: TokenCursor): UndropTable {
  const at = cursor.at;
  cursor.expectKeyword('UNDROP');
  cursor.expectKeyword('TABLE');
  return { kind: 'undropTable', tableId: cursor.expectName('the id of a table in double quotes'), at };
}

/** `EXEC REDACT_REVISION blockAddress, tableId, documentId` */
export function parseExec(cursor: TokenCursor): RedactRevision {
  const at = cursor.at;
  cursor.expectKeyword('EXEC');
  const procedure = cursor.expectName('the name of a stored procedure');
  if (procedure.toUpperCase() !== 'REDACT_REVISION') {
    throw new StatementError('Evaluator', `No such stored procedure: ${procedure}; there is only REDACT_REVISION`, at);
  }
  if (cursor.isSymbol('(')) throw cursor.unexpected('the arguments without parentheses');
  const blockAddress = parseExpression(cursor);
  cursor.expectSymbol(',');
  const tableId = parseExpression(cursor);
  cursor.expectSymbol(',');
  return { kind: 'redactRevision', blockAddress, tableId, documentId: parseExpression(cursor), at };
}

function expectUnreservedName(cursor: TokenCursor, what: string): string {
  const at = cursor.at;
  const name = cursor.expectName(what);
  if (name.startsWith('_ql_')) throw new StatementError('Semantic', `${name}: names that start with _ql_ are reserved for the ledger`, at);
  return name;
}

/** ``WITH (aws_tags = `{'key': 'value'}`)`` */
function parseTags(cursor: TokenCursor): Readonly<Record<string, string>> {
  cursor.expectKeyword('WITH');
  cursor.expectSymbol('(');
  const option = cursor.peek();
  if (option.kind !== 'word' || option.text !== 'aws_tags') throw cursor.unexpected('aws_tags');
  cursor.next();
  cursor.expectSymbol('=');
  const { kind, at } = cursor.peek();
  const literal = kind === 'ion' ? cursor.takeLiteral() : undefined;
  if (literal !== undefined) cursor.readLiteral(literal);
  const value = literal?.value;
  if (value?.kind !== 'struct') {
    throw new StatementError('Semantic', 'aws_tags must be an Ion struct in backticks, such as `{\'key\': \'value\'}`', at);
  }
  const tags = value.fields.map(([key, tag]) => {
    if (tag.kind !== 'string' && tag.kind !== 'symbol') throw new StatementError('Semantic', `the value of the tag ${key} must be text`, at);
    return [key, tag.value] as const;
  });
  cursor.expectSymbol(')');
  return Object.fromEntries(tags);
}
