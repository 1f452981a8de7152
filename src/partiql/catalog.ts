import type { Database, TableDefinition } from './database';
import type { Position } from './position';
import { StatementError } from './statement-error';
import type { TableReference } from './syntax-tree';
import { ionList, ionString, ionStruct, type IonStruct } from '../ion/value';

/** The row of `information_schema.user_tables` for a table. */
export function catalogRow(table: TableDefinition): IonStruct {
  return ionStruct({
    tableId: ionString(table.tableId),
    name: ionString(table.name),
    indexes: ionList(table.indexes.map(({ indexId, field, status, message }) => ionStruct({
      indexId: ionString(indexId),
      expr: ionString(`[${field}]`),
      status: ionString(status),
      message: message === undefined ? undefined : ionString(message),
    }))),
    status: ionString(table.status),
  });
}

/**
 * The active table of that name, or the table of that id, dropped or not.
 *
 * @throws StatementError if there is none
 */
export function findTable(database: Database, reference: TableReference, at: Position): TableDefinition {
  const table = 'name' in reference
    ? database.tables().find(({ name, status }) => name === reference.name && status === 'ACTIVE')
    : database.tables().find(({ tableId }) => tableId === reference.tableId);
  if (table === undefined) {
    throw new StatementError('Semantic', 'name' in reference ? `No such table: ${reference.name}` : `No table has the id ${reference.tableId}`, at);
  }
  return table;
}
