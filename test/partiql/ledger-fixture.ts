import { MemoryDatabase } from './memory-database';
import { parseIon } from '../../src/ion/text-reader';
import { printIon } from '../../src/ion/text-writer';
import { parseStatement, runStatement, StatementError } from '../../src/partiql';

/** Runs a statement whose parameters are Ion text; answers its rows as Ion text. */
export async function run(database: MemoryDatabase, text: string, ...parameters: readonly string[]): Promise<string[]> {
  const rows: string[] = [];
  for await (const row of runStatement(parseStatement(text), parameters.map(parseIon), database)) rows.push(printIon(row));
  return rows;
}

/** The error of a statement that must fail. */
export async function failureOf(database: MemoryDatabase, text: string, ...parameters: readonly string[]): Promise<string> {
  try {
    await run(database, text, ...parameters);
  } catch (error) {
    if (error instanceof StatementError) return error.message;
    throw error;
  }
  throw new Error(`expected ${text} to fail`);
}

/** A ledger with the given tables; documents are Ion text. Reads are counted from here on. */
export async function ledgerWith(
  tables: Readonly<Record<string, readonly string[]>>, indexes: Readonly<Record<string, readonly string[]>> = {},
): Promise<MemoryDatabase> {
  const database = new MemoryDatabase();
  for (const [table, documents] of Object.entries(tables)) {
    await run(database, `CREATE TABLE "${table}"`);
    for (const field of indexes[table] ?? []) await run(database, `CREATE INDEX ON "${table}" ("${field}")`);
    for (const document of documents) await run(database, `INSERT INTO "${table}" ?`, document);
  }
  database.reads = [];
  database.documentsRead = 0;
  return database;
}

/** The value of an expression. */
export async function valueOf(expression: string, ...parameters: readonly string[]): Promise<string> {
  return (await run(new MemoryDatabase(), `SELECT VALUE [${expression}] FROM << 0 >>`, ...parameters))[0]!.slice(1, -1);
}
