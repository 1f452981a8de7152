/** Where a node starts: line and column, both from 1, in one number. A long statement has very many of them. */
export type Position = number;

/** More than a line has columns, so that the first of sixteen thousand lines make small integers. */
const COLUMNS = 2 ** 17;

export const positionAt = (line: number, column: number): Position => line * COLUMNS + column;

/** Both count from 1. */
export const lineAndColumn = (position: Position): { readonly line: number; readonly column: number } =>
  ({ line: Math.floor(position / COLUMNS), column: position % COLUMNS });
