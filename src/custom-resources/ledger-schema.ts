import { type QLDBSessionClient } from '@aws-sdk/client-qldb-session';
import { type Properties } from './lifecycle';
import { runTransaction, type Execute } from './transaction';

export interface TableDeclaration {
  readonly name: string;
  /** Names of the indexed top-level fields. */
  readonly indexes: readonly string[];
}

/** @throws naming the offending entry */
export function declaredTables(properties: Properties): TableDeclaration[] {
  const tables = properties.Tables === undefined || properties.Tables === '' ? [] : properties.Tables;
  if (!Array.isArray(tables)) {
    throw new Error(`Property Tables of the custom resource must be a list of { Name, Indexes }, but is ${JSON.stringify(tables)}.`);
  }
  return tables.map(table => {
    const { Name: name, Indexes: indexes = [] } = table as { Name?: unknown; Indexes?: unknown };
    if (typeof name !== 'string' || !Array.isArray(indexes) || !indexes.every(field => typeof field === 'string')) {
      throw new Error(`Property Tables of the custom resource must be a list of { Name, Indexes }, but has the entry ${JSON.stringify(table)}.`);
    }
    return { name, indexes };
  });
}

/** Creates the tables and indexes that are missing, and never drops any: removing a declaration must not remove data. */
export async function createMissingTables(session: QLDBSessionClient, ledgerName: string, tables: readonly TableDeclaration[]): Promise<void> {
  if (tables.length === 0) {
    return;
  }
  await runTransaction(session, ledgerName, async execute => {
    for (const { name } of tables) {
      await createUnless(execute, tableExists(name), `CREATE TABLE ${identifier(name)}`);
    }
  });
  if (tables.some(table => table.indexes.length > 0)) {
    await runTransaction(session, ledgerName, async execute => {
      for (const { name, indexes } of tables) {
        for (const field of new Set(indexes)) {
          await createUnless(execute, indexExists(name, field), `CREATE INDEX ON ${identifier(name)} (${identifier(field)})`);
        }
      }
    });
  }
}

async function createUnless(execute: Execute, exists: string, create: string): Promise<void> {
  if (await execute(exists) === 0) {
    await execute(create);
  }
}

function tableExists(name: string): string {
  return `SELECT name FROM information_schema.user_tables WHERE status = 'ACTIVE' AND name = ${literal(name)}`;
}

function indexExists(table: string, field: string): string {
  return 'SELECT VALUE indexes FROM information_schema.user_tables info, info.indexes indexes '
    + `WHERE info.status = 'ACTIVE' AND info.name = ${literal(table)} AND indexes.expr = ${literal(`[${field}]`)}`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
