import type { Database } from './database';
import { runChange, runInsert } from './run-change';
import { runDefinition, runRedaction } from './run-definition';
import { runSelect } from './run-select';
import type { Evaluation } from './scope';
import { StatementError } from './statement-error';
import type { Statement } from './syntax-tree';
import { WorkBudget } from './work-budget';
import type { IonValue } from '../ion/value';

/**
 * The rows of a statement, each as soon as it is known. Nothing happens before the first row is asked for. A statement that changes something
 * has done all of it when its first row arrives, or when it ends without one; if it fails in evaluation it has changed nothing.
 *
 * @throws StatementError for what is wrong with the statement, its parameters, or the values it meets
 */
export async function* runStatement(
  statement: Statement, parameters: readonly IonValue[], database: Database, budget = new WorkBudget(),
): AsyncGenerator<IonValue> {
  const { action, parameterCount } = statement;
  if (parameters.length !== parameterCount) {
    throw new StatementError('Parameters', `Query expects ${parameterCount} parameters, but statement has ${parameters.length}`);
  }
  const { transactionId, nowMillis } = database;
  const evaluation: Evaluation = { parameters, transactionId, nowMillis, budget };
  switch (action.kind) {
    case 'select': return yield* runSelect(action, evaluation, database);
    case 'insert': return yield* runInsert(action, evaluation, database);
    case 'change': return yield* runChange(action, evaluation, database);
    case 'redactRevision': return yield runRedaction(action, evaluation, database);
    default: return yield runDefinition(action, database);
  }
}

/** Whether the statement leaves the ledger as it is. */
export function isReadOnly({ action }: Statement): boolean {
  return action.kind === 'select';
}

/** Whether the statement changes tables or indexes. */
export function isDefinition({ action }: Statement): boolean {
  switch (action.kind) {
    case 'createTable':
    case 'dropTable':
    case 'undropTable':
    case 'createIndex':
    case 'dropIndex': return true;
    default: return false;
  }
}
