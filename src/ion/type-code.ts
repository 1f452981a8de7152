import type { IonKind } from './value';

/** The high nibble of a type descriptor byte of binary Ion. Ints have two codes: this one and `NEGATIVE_INT`. */
export const TYPE_CODE: Readonly<Record<IonKind, number>> = {
  null: 0,
  bool: 1,
  int: 2,
  float: 4,
  decimal: 5,
  timestamp: 6,
  symbol: 7,
  string: 8,
  clob: 9,
  blob: 10,
  list: 11,
  sexp: 12,
  struct: 13,
};

export const NEGATIVE_INT = 3;
export const ANNOTATED = 14;

/** What a type code stands for; index 3 is the negative int, 14 and 15 stand for no type. */
export const KIND_OF_TYPE_CODE: readonly IonKind[] = [
  'null', 'bool', 'int', 'int', 'float', 'decimal', 'timestamp', 'symbol', 'string', 'clob', 'blob', 'list', 'sexp', 'struct',
];

/** Low nibble of a typed null. */
export const NULL_LENGTH = 15;
/** Low nibble that says: the length follows as a VarUInt. */
export const LONG_LENGTH = 14;
