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
  /** Rows that one statement may bind from literal collections and nested paths, which cost no reads and hence nothing else would bound. */
  unreadRowsMax: 1_000_000,
  /** Steps of one path; no value nests deeper than Ion's reader allows. */
  pathStepsMax: 256,
  /** Sources of one FROM. */
  sourcesMax: 32,
  /** Characters of an object name. */
  nameCharactersMax: 128,
} as const;
