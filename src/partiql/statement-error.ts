import type { Position } from './syntax-tree';

export type StatementErrorCategory = 'Lexer' | 'Parser' | 'Semantic' | 'Evaluator' | 'Parameters';

/** A statement that is wrong or cannot be evaluated; the fault of the one who sent it, never of the ledger. */
export class StatementError extends Error {
  public readonly category: StatementErrorCategory;
  public readonly position?: Position;

  constructor(category: StatementErrorCategory, public readonly detail: string, position?: Position) {
    const place = position === undefined ? '' : `at line ${position.line}, column ${position.column}: `;
    super(category === 'Parameters' ? detail : `${category} Error: ${place}${detail}`);
    this.name = 'StatementError';
    this.category = category;
    this.position = position;
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
