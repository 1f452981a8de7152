import { knownAtSynth } from './problems';

/** A table that a `Ledger` makes sure of at deployment. Tables and indexes are only ever added, never dropped. */
export interface LedgerTable {
  /** Name of the table: a letter or underscore, then letters, digits and underscores, at most 128 characters. */
  readonly name: string;

  /**
   * Top-level fields to index, at most five. An index made later covers the documents that are there already;
   * over more than 1,000 of them it is built in the background, and used once `information_schema.user_tables` shows it as ONLINE.
   * @default - no index
   */
  readonly indexes?: string[];
}

const TABLES_MAX = 20;
const INDEXES_MAX = 5;
const NAME_LENGTH_MAX = 128;
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Every problem of a ledger's tables. */
export function tableProblems(tables: readonly LedgerTable[]): string[] {
  const problems = duplicates(tables.map(table => table.name)).map(name => `tables names '${name}' more than once: keep one and join their indexes`);
  if (tables.length > TABLES_MAX) {
    problems.push(`tables has ${tables.length} entries: a ledger has at most ${TABLES_MAX} active tables; move some to another ledger`);
  }
  for (const { name, indexes = [] } of tables) {
    if (knownAtSynth(name) && (name.length > NAME_LENGTH_MAX || !TABLE_NAME.test(name))) {
      problems.push(`table name '${name}' is not valid: use a letter or underscore, then letters, digits and underscores, `
        + `at most ${NAME_LENGTH_MAX} characters`);
    }
    if (indexes.length > INDEXES_MAX) {
      problems.push(`table '${name}' has ${indexes.length} indexes: keep at most ${INDEXES_MAX}`);
    }
    for (const field of duplicates(indexes)) {
      problems.push(`table '${name}' indexes '${field}' more than once: keep one`);
    }
    for (const field of indexes) {
      if (knownAtSynth(field) && (field.length === 0 || field.length > NAME_LENGTH_MAX)) {
        problems.push(`table '${name}' indexes '${field}': a field name has 1 to ${NAME_LENGTH_MAX} characters`);
      }
    }
  }
  return problems;
}

function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, position) => names.indexOf(name) !== position))];
}
