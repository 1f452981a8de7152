/** The types CAST and IS speak of, after their synonyms are resolved. */
export type TypeName =
  | 'null' | 'missing' | 'bool' | 'int' | 'float' | 'decimal' | 'timestamp' | 'string' | 'symbol' | 'clob' | 'blob' | 'list' | 'sexp' | 'struct' | 'bag';

/** Type of each name, in upper case; names of two words are joined by a blank. */
export const typeNames: ReadonlyMap<string, TypeName> = new Map<string, TypeName>([
  ['NULL', 'null'], ['MISSING', 'missing'],
  ['BOOL', 'bool'], ['BOOLEAN', 'bool'],
  ['INT', 'int'], ['INTEGER', 'int'], ['SMALLINT', 'int'],
  ['FLOAT', 'float'], ['REAL', 'float'], ['DOUBLE PRECISION', 'float'],
  ['DEC', 'decimal'], ['DECIMAL', 'decimal'], ['NUMERIC', 'decimal'],
  ['TIMESTAMP', 'timestamp'],
  ['STRING', 'string'], ['CHAR', 'string'], ['VARCHAR', 'string'], ['CHARACTER', 'string'], ['CHARACTER VARYING', 'string'],
  ['SYMBOL', 'symbol'], ['CLOB', 'clob'], ['BLOB', 'blob'],
  ['LIST', 'list'], ['SEXP', 'sexp'], ['STRUCT', 'struct'], ['TUPLE', 'struct'], ['BAG', 'bag'],
]);
