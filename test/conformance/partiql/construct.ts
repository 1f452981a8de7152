/** One statement and what must come of it. */
export interface Case {
  readonly statement: string;
  /** Ion text, one for each `?`. */
  readonly parameters: readonly string[];
  /** Statements that run before it, in its transaction. */
  readonly before: readonly string[];
  readonly expected: Expected;
  /** Documents that it must read, no more and no fewer. */
  readonly readIOs?: number;
  readonly verdict: Verdict;
}

/** Rows as Ion text in any order, or the whole message of an exception. */
export type Expected =
  | { readonly kind: 'rows'; readonly rows: readonly string[] }
  | { readonly kind: 'error'; readonly name: string; readonly message: string };

export type Verdict =
  | { readonly kind: 'same' }
  /** QLDB is known to have done something else. */
  | { readonly kind: 'differs'; readonly because: string }
  /** Nothing that is left of QLDB says what it did. */
  | { readonly kind: 'unknown'; readonly because: string };

export interface Construct {
  readonly name: string;
  readonly cases: readonly Case[];
}

export interface Section {
  readonly title: string;
  readonly about?: string;
  readonly constructs: readonly Construct[];
}

interface Options {
  readonly parameters?: readonly string[];
  readonly before?: readonly string[];
  readonly readIOs?: number;
  readonly differs?: string;
  readonly unknown?: string;
}

export const section = (title: string, about: string, constructs: readonly Construct[]): Section => ({ title, about, constructs });
export const construct = (name: string, ...cases: readonly Case[]): Construct => ({ name, cases });

/** The statement answers these rows. */
export const answers = (statement: string, rows: readonly string[], options: Options = {}): Case => caseOf(statement, { kind: 'rows', rows }, options);

/** The statement is a BadRequestException with this message. */
export const refuses = (statement: string, message: string, options: Options = {}): Case =>
  caseOf(statement, { kind: 'error', name: 'BadRequestException', message }, options);

/** The expression has this value. */
export const gives = (expression: string, value: string, options: Options = {}): Case => answers(`SELECT VALUE ${expression} FROM << 0 >>`, [value], options);

/** The expression is a BadRequestException; the message counts columns from the expression's first character, column 1. */
export const fails = (expression: string, message: string, options: Options = {}): Case => {
  const offset = 'SELECT VALUE '.length;
  return refuses(`SELECT VALUE ${expression} FROM << 0 >>`, message.replace(/column (\d+)/, (_, column: string) => `column ${Number(column) + offset}`), options);
};

function caseOf(statement: string, expected: Expected, { parameters = [], before = [], readIOs, differs, unknown }: Options): Case {
  const verdict: Verdict = differs !== undefined ? { kind: 'differs', because: differs } : unknown !== undefined ? { kind: 'unknown', because: unknown } : { kind: 'same' };
  return { statement, parameters, before, expected, ...readIOs === undefined ? {} : { readIOs }, verdict };
}
