import type { PartiqlValue } from '../partiql-value';
import type { Position } from '../position';
import type { Evaluation } from '../scope';
import { collectionFunctions } from './collections';
import { textFunctions } from './text';
import { timestampFunctions } from './timestamps';

/** A function by its upper-case name. */
export interface FunctionDefinition {
  readonly argumentsMin: number;
  readonly argumentsMax: number;
  readonly evaluate: (given: readonly PartiqlValue[], evaluation: Evaluation, at: Position) => PartiqlValue;
}

/** Functions of single rows. CAST is a form of the grammar of its own. */
export const functionDefinitions: ReadonlyMap<string, FunctionDefinition> = new Map(Object.entries({
  ...collectionFunctions,
  ...textFunctions,
  ...timestampFunctions,
}));

/** Functions of all rows. */
export const aggregateNames: ReadonlySet<string> = new Set(['AVG', 'COUNT', 'MAX', 'MIN', 'SUM']);
