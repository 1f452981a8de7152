/** Where in its input a reader stopped: a byte offset for binary, line and column (both from 1) for text. */
export type IonPosition =
  | { readonly offset: number }
  | { readonly line: number; readonly column: number };

/** Thrown for input that is not Ion 1.0, or that this reader refuses on purpose (see `limits.ts`). The message names the place. */
export class InvalidIon extends Error {
  readonly position?: IonPosition;

  constructor(problem: string, position?: IonPosition) {
    super(position === undefined ? problem : `${problem} (${describe(position)})`);
    this.name = 'InvalidIon';
    this.position = position;
  }
}

function describe(position: IonPosition): string {
  return 'offset' in position ? `at byte ${position.offset}` : `at line ${position.line}, column ${position.column}`;
}
