/** Upper bounds of statements and their evaluation. Every loop or recursion over foreign text ends at one of these. */
export const limits = {
  /** Characters of one statement; the session protocol enforces the same number. */
  statementCharactersMax: 100_000,
  /** Expressions within expressions, including path steps and postfix predicates; keeps recursion far from the stack's end. */
  nestingDepthMax: 100,
  /** Digits of a decimal result, as in the decimal128 arithmetic of the reference engine plus its four guard digits. */
  decimalDigitsMax: 38,
  /** Largest absolute exponent of a decimal literal or result. */
  decimalExponentMax: 1_000_000,
  /** Lexical elements of one statement, the values within its Ion literals included: it bounds what a text costs that turns out to be no statement. */
  tokensMax: 10_000,
  /** What is kept of a nested query is as much as of so many tokens more than it has. */
  tokensPerNestedQuery: 5,
  /** Steps that a statement may take without having read a document; see WorkBudget. */
  workMax: 50_000,
  /** Further steps for each document read, and for each byte of it where needed. */
  workPerDocument: 20_000,
  workPerDocumentByte: 16,
  /** Steps that may be saved up: what a statement can do before it reads again. */
  workSavedMax: 4_000_000,
  /** Size of a value that an expression makes of others; rows and documents may be no larger than that anyway. */
  valueBytesMax: 4_000_000,
  /** Steps of one path; no value nests deeper than Ion's reader allows. */
  pathStepsMax: 256,
  /** Sources of one FROM. */
  sourcesMax: 32,
  /** Characters of an object name. */
  nameCharactersMax: 128,
} as const;
