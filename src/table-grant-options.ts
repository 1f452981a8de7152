import { knownAtSynth } from './problems';

/** What a statement does to a table, as QLDB's permissions name it. */
export enum PartiqlAction {
  /** Read the current revisions of documents: SELECT. */
  SELECT = 'PartiQLSelect',
  /** Read all revisions of documents: SELECT from history(). */
  HISTORY_FUNCTION = 'PartiQLHistoryFunction',
  /** Add documents: INSERT. */
  INSERT = 'PartiQLInsert',
  /** Change documents: UPDATE, and FROM with SET, INSERT or REMOVE. */
  UPDATE = 'PartiQLUpdate',
  /** Delete documents: DELETE, and FROM with REMOVE of the document. */
  DELETE = 'PartiQLDelete',
  /** Remove the data of a former revision for good: REDACT_REVISION. */
  REDACT = 'PartiQLRedact',
  /** CREATE TABLE. */
  CREATE_TABLE = 'PartiQLCreateTable',
  /** DROP TABLE. */
  DROP_TABLE = 'PartiQLDropTable',
  /** UNDROP TABLE. */
  UNDROP_TABLE = 'PartiQLUndropTable',
  /** CREATE INDEX. */
  CREATE_INDEX = 'PartiQLCreateIndex',
  /** DROP INDEX. */
  DROP_INDEX = 'PartiQLDropIndex',
}

/** Which tables a grant is about. */
export interface TableGrantOptions {
  /**
   * Names of the tables. The catalog, which lists all tables, is named `information_schema.user_tables`.
   * @default - every table, those to come included, and the catalog
   */
  readonly tables?: string[];
}

/** Which statements a grant is about. */
export interface StatementGrantOptions extends TableGrantOptions {
  /** What the statements may do. */
  readonly actions: PartiqlAction[];
}

/** What the service calls every table and the catalog. */
export const ALL_TABLES = '*';

const CATALOG = 'information_schema.user_tables';
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Every problem of a grant's options. */
export function grantOptionsProblems({ actions, tables }: StatementGrantOptions): string[] {
  const problems = actions.length === 0 ? ['actions is empty: name what the statements may do, such as PartiqlAction.SELECT'] : [];
  if (tables?.length === 0) {
    problems.push('tables is empty: name the tables, or leave it out to mean all of them');
  }
  for (const name of tables ?? []) {
    if (knownAtSynth(name) && name !== CATALOG && !TABLE_NAME.test(name)) {
      problems.push(`tables has '${name}', which names no table: use a letter or underscore, then letters, digits and underscores, `
        + `at most 128 characters; '${CATALOG}' for the catalog; or leave tables out to mean all of them`);
    }
  }
  return problems;
}
