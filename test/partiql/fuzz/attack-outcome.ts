import type { Attack } from './attacks';
import { parseIon } from '../../../src/ion';
import { parseStatement, runStatement, StatementError, WorkBudget } from '../../../src/partiql';
import { MemoryDatabase } from '../memory-database';

export interface AttackOutcome {
  readonly steps: number;
  readonly rows: number;
  /** Absent if the statement is answered. */
  readonly error?: string;
}

/** What becomes of the attack on an empty ledger of two tables. */
export async function outcomeOf({ text, parameters = [] }: Attack): Promise<AttackOutcome> {
  const database = new MemoryDatabase();
  await database.createTable('T', {});
  await database.createTable('U', {});
  const budget = new WorkBudget();
  // Parameters that are alike are read once: to read them is no work of the statement.
  const values = new Map([...new Set(parameters)].map(parameter => [parameter, parseIon(parameter)]));
  let rows = 0;
  try {
    const given = parameters.map(parameter => values.get(parameter)!);
    for await (const row of runStatement(parseStatement(text), given, database, budget)) if (row) rows++;
    return { rows, steps: budget.spent };
  } catch (error) {
    if (error instanceof StatementError) return { rows, steps: budget.spent, error: error.message };
    throw error;
  }
}
