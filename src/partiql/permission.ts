import { textOf } from './partiql-value';
import type { Action, Change, Edit, Expression, FromItem, Statement, TableReference } from './syntax-tree';
import type { IonValue } from '../ion/value';

/** The IAM actions of statements, without their `qldb:` prefix. */
export type PartiqlAction =
  | 'PartiQLSelect' | 'PartiQLHistoryFunction' | 'PartiQLInsert' | 'PartiQLUpdate' | 'PartiQLDelete' | 'PartiQLRedact'
  | 'PartiQLCreateTable' | 'PartiQLDropTable' | 'PartiQLUndropTable' | 'PartiQLCreateIndex' | 'PartiQLDropIndex';

/** One right that a statement needs. */
export interface RequiredPermission {
  readonly action: PartiqlAction;
  readonly table: TableReference | 'catalog';
}

/** Every right a statement needs, each once, in the order of its text. The parameters are needed for the table id of a redaction only. */
export function tablesOf({ action }: Statement, parameters: readonly IonValue[] = []): readonly RequiredPermission[] {
  const unique = new Map(permissionsOf(action, parameters).map((permission) => [JSON.stringify(permission), permission]));
  return [...unique.values()];
}

function permissionsOf(action: Action, parameters: readonly IonValue[]): readonly RequiredPermission[] {
  switch (action.kind) {
    case 'select': return action.from.flatMap(readPermission);
    case 'insert': return [{ action: 'PartiQLInsert', table: { name: action.table } }];
    case 'change': return changePermissions(action);
    case 'createTable': return [{ action: 'PartiQLCreateTable', table: { name: action.name } }];
    case 'dropTable': return [{ action: 'PartiQLDropTable', table: { name: action.name } }];
    case 'undropTable': return [{ action: 'PartiQLUndropTable', table: { tableId: action.tableId } }];
    case 'createIndex': return [{ action: 'PartiQLCreateIndex', table: { name: action.table } }];
    case 'dropIndex': return [{ action: 'PartiQLDropIndex', table: { name: action.table } }];
    case 'redactRevision': return [{ action: 'PartiQLRedact', table: { tableId: constantText(action.tableId, parameters) ?? '' } }];
  }
}

function readPermission({ source }: FromItem): readonly RequiredPermission[] {
  switch (source.kind) {
    case 'table': return [{ action: 'PartiQLSelect', table: { name: source.name } }];
    case 'history': return [{ action: 'PartiQLHistoryFunction', table: source.table }];
    case 'catalog': return [{ action: 'PartiQLSelect', table: 'catalog' }];
    case 'value': return [];
  }
}

function changePermissions({ from, edit }: Change): readonly RequiredPermission[] {
  const { source, alias } = from[0]!;
  if (source.kind !== 'table') return [];
  return [{ action: removesDocument(edit, alias) ? 'PartiQLDelete' : 'PartiQLUpdate', table: { name: source.name } }];
}

/** Whether the edit deletes documents, by its text alone: what may be deleted is decided before anything is read. */
export function removesDocument(edit: Edit, alias: string | undefined): boolean {
  return edit.kind === 'delete' || (edit.kind === 'remove' && edit.target.kind === 'variable' && edit.target.name === alias);
}

function constantText(expression: Expression, parameters: readonly IonValue[]): string | undefined {
  if (expression.kind === 'literal') return textOf(expression.value);
  const parameter = expression.kind === 'parameter' ? parameters[expression.index] : undefined;
  return parameter === undefined ? undefined : textOf(parameter);
}
