import { lineAndColumn, type Position } from './position';

export type StatementErrorCategory = 'Lexer' | 'Parser' | 'Semantic' | 'Evaluator' | 'Parameters';

/** A statement that is wrong or cannot be evaluated; the fault of the one who sent it, never of the ledger. */
export class StatementError extends Error {
  public readonly category: StatementErrorCategory;
  /** Where in the statement, both from 1. */
  public readonly position?: { readonly line: number; readonly column: number };

  constructor(category: StatementErrorCategory, public readonly detail: string, position?: Position) {
    const place = position === undefined ? undefined : lineAndColumn(position);
    super(category === 'Parameters' ? detail : `${category} Error: ${place ? `at line ${place.line}, column ${place.column}: ` : ''}${detail}`);
    this.name = 'StatementError';
    this.category = category;
    this.position = place;
  }
}

/** A construct that the grammar knows and the ledger does not support. */
export function unsupported(construct: string, hint: string, position?: Position): StatementError {
  return new StatementError('Semantic', `${construct} is not supported; ${hint}`, position);
}

/** A value that does not fit where it is used. */
export function evaluationError(detail: string, position?: Position): StatementError {
  return new StatementError('Evaluator', detail, position);
}

/** Runs what knows no place in the statement; what it throws gets this one. */
export function placedAt<Result>(position: Position, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof StatementError && error.position === undefined ? new StatementError(error.category, error.detail, position) : error;
  }
}
