import type { Section } from './construct';

/** Names of what QLDB's reference lists; each must be the name of a construct with at least one statement. */
const REFERENCE: Readonly<Record<string, readonly string[]>> = {
  statements: ['CREATE TABLE', 'DROP TABLE', 'UNDROP TABLE', 'CREATE INDEX', 'DROP INDEX', 'INSERT INTO', 'UPDATE SET', 'UPDATE INSERT INTO', 'UPDATE REMOVE',
    'FROM INSERT INTO', 'FROM REMOVE', 'FROM SET', 'DELETE', 'SELECT', 'EXEC REDACT_REVISION'],
  clauses: ['SELECT *', 'SELECT VALUE', 'AS', 'AT', 'BY', 'WHERE', 'INNER JOIN', 'comma join', 'nested query', 'nested collection', 'UNPIVOT', 'path', 'wildcard path', '@'],
  systemViews: ['information_schema.user_tables', '_ql_committed_', 'history'],
  functions: ['AVG', 'COUNT', 'MAX', 'MIN', 'SUM', 'CAST', 'CHAR_LENGTH', 'CHARACTER_LENGTH', 'COALESCE', 'DATE_ADD', 'DATE_DIFF', 'EXISTS', 'EXTRACT', 'LOWER', 'UPPER',
    'NULLIF', 'SIZE', 'SUBSTRING', 'TO_STRING', 'TO_TIMESTAMP', 'TRIM', 'TXID', 'UTCNOW'],
  operators: ['+', '-', '*', '/', '%', 'unary + -', '<', '<=', '>', '>=', '=', '<>', '!=', 'AND', 'OR', 'NOT', '||', 'BETWEEN', 'IN', 'IS NULL', 'IS MISSING', 'IS type', 'LIKE', 'CASE'],
  types: ['null', 'bool', 'int', 'float', 'decimal', 'timestamp', 'symbol', 'string', 'clob', 'blob', 'list', 'struct', 'sexp', 'missing', 'bag'],
  general: ['case of names', 'quoted names', 'reserved words', 'parameters', 'comments', 'semicolon', 'Ion literals'],
  refused: ['ORDER BY', 'GROUP BY', 'HAVING', 'LIMIT', 'OFFSET', 'SELECT DISTINCT', 'UNION', 'INTERSECT', 'EXCEPT', 'outer joins', 'INSERT of a query', 'views', 'composite index'],
  lookups: ['= on an indexed field', 'IN on an indexed field', '= on the document id', 'metadata.id', 'scan'],
};

/** What has no statement, with the part of the reference that it belongs to. */
export function constructsWithoutCase(sections: readonly Section[]): string[] {
  const shown = new Set(sections.flatMap(({ constructs }) => constructs.filter(({ cases }) => cases.length > 0).map(({ name }) => name)));
  return Object.entries(REFERENCE).flatMap(([part, names]) => names.filter(name => !shown.has(name)).map(name => `${part}: ${name}`));
}
