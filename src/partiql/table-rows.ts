import { chooseAccess, type Lookup } from './access-path';
import { catalogRow, findTable } from './catalog';
import type { Access, Database, DocumentRevision, HistoryWindow } from './database';
import type { PartiqlValue } from './partiql-value';
import type { Binding, Evaluation } from './scope';
import { evaluationError } from './statement-error';
import type { Expression, FromItem, HistorySource, TableSource } from './syntax-tree';
import { millisFromIonTimestamp } from '../ion/value';

type EvaluateHere = (expression: Expression) => PartiqlValue;
/** Opens a source for one row of the sources before it. */
export type RowOpener = (lookups: readonly Lookup[], evaluate: EvaluateHere) => AsyncIterable<Binding>;

/** Resolves the table once, to be opened as often as the join asks. */
export function openTable(item: FromItem, source: TableSource, evaluation: Evaluation, database: Database): RowOpener {
  const table = findTable(database, source, source.at);
  return (lookups, evaluate) => {
    const access = chooseAccess(table, lookups, evaluate);
    return findsNothing(access) ? nothing() : documentBindings(item, source.view, database.documents(table, access), evaluation);
  };
}

function findsNothing(access: Access): boolean {
  return (access.kind === 'index' && access.values.length === 0) || (access.kind === 'documentId' && access.documentIds.length === 0);
}

async function* nothing(): AsyncGenerator<Binding> {
  // No value can be equal, so there is nothing to read.
}

async function* documentBindings(
  item: FromItem, view: TableSource['view'], revisions: AsyncIterable<DocumentRevision>, { budget }: Evaluation,
): AsyncGenerator<Binding> {
  for await (const revision of revisions) {
    const value = view === 'committed' ? revision.committed() : revision.data;
    if (value === undefined) continue;
    budget.earn(value);
    yield bindingOf(item, revision, value);
  }
}

const wholeDocument: readonly never[] = [];

function bindingOf(item: FromItem, revision: DocumentRevision, value: PartiqlValue): Binding {
  return {
    alias: item.alias,
    value,
    documentIdAlias: item.documentIdAlias,
    documentId: revision.documentId,
    location: wholeDocument,
  };
}

/** The rows of `history()`; its table may be a dropped one if named by id. */
export function openHistory(item: FromItem, source: HistorySource, evaluation: Evaluation, database: Database): RowOpener {
  const table = findTable(database, source.table, source.at);
  return (lookups, evaluate) => {
    const access = chooseAccess({ ...table, indexes: [] }, lookups, evaluate);
    if (findsNothing(access)) return nothing();
    const documentIds = access.kind === 'documentId' ? access.documentIds : undefined;
    const window = { documentIds, ...windowOf(source, database.nowMillis, evaluate) };
    return historyBindings(item, database.history(table, window), evaluation);
  };
}

async function* historyBindings(item: FromItem, revisions: AsyncIterable<DocumentRevision>, { budget }: Evaluation): AsyncGenerator<Binding> {
  for await (const revision of revisions) {
    const value = revision.committed();
    budget.earn(value);
    yield bindingOf(item, revision, value);
  }
}

function windowOf({ from, to, at }: HistorySource, nowMillis: number, evaluate: EvaluateHere): HistoryWindow {
  if (from === undefined) return {};
  const fromMillis = instantOf(evaluate(from), from);
  const toMillis = to === undefined ? nowMillis : instantOf(evaluate(to), to);
  if (fromMillis > toMillis) throw evaluationError('the start time of history must not be after its end time', at);
  if (toMillis > nowMillis) throw evaluationError('the end time of history must not be in the future', at);
  return { fromMillis, toMillis };
}

function instantOf(value: PartiqlValue, { at }: Expression): number {
  if (value.kind !== 'timestamp') throw evaluationError(`history takes timestamps, such as \`2020-01-31T00:00:00Z\`, not ${value.kind}`, at);
  return millisFromIonTimestamp(value);
}

/** The rows of `information_schema.user_tables`. */
export function openCatalog(item: FromItem, { budget }: Evaluation, database: Database): RowOpener {
  return async function* catalogBindings() {
    for (const table of database.tables()) {
      // Costs no read, so joins of the catalog with itself are bounded like those of literals.
      budget.spend();
      yield { alias: item.alias, value: catalogRow(table) };
    }
  };
}
