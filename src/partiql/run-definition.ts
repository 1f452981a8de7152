import { findTable } from './catalog';
import type { Database } from './database';
import { evaluateExpression } from './evaluate-expression';
import { textOf } from './partiql-value';
import { emptyScope, type Evaluation } from './scope';
import { evaluationError, StatementError, unsupported } from './statement-error';
import type { CreateIndex, CreateTable, DropIndex, DropTable, Expression, RedactRevision, UndropTable } from './syntax-tree';
import { fieldOf, ionInt, ionString, ionStruct, type IonStruct } from '../ion/value';

export type Definition = CreateTable | DropTable | UndropTable | CreateIndex | DropIndex;

/** Carries out a definition; answers the row with the id of the table concerned. */
export async function runDefinition(definition: Definition, database: Database): Promise<IonStruct> {
  return ionStruct({ tableId: ionString(await define(definition, database)) });
}

async function define(definition: Definition, database: Database): Promise<string> {
  const { at } = definition;
  switch (definition.kind) {
    case 'createTable':
      requireFreeName(definition.name, definition, database);
      return database.createTable(definition.name, definition.tags);
    case 'dropTable': {
      const table = findTable(database, definition, at);
      await database.dropTable(table);
      return table.tableId;
    }
    case 'undropTable': {
      const table = findTable(database, { tableId: definition.tableId }, at);
      if (table.status !== 'INACTIVE') throw new StatementError('Semantic', `Table ${table.name} is not dropped`, at);
      requireFreeName(table.name, definition, database);
      await database.undropTable(table);
      return table.tableId;
    }
    case 'createIndex': {
      const table = findTable(database, { name: definition.table }, at);
      if (table.indexes.some(({ field }) => field === definition.field)) {
        throw new StatementError('Semantic', `Table ${table.name} already has an index on ${definition.field}`, at);
      }
      await database.createIndex(table, definition.field);
      return table.tableId;
    }
    case 'dropIndex': {
      const table = findTable(database, { name: definition.table }, at);
      if (!table.indexes.some(({ indexId }) => indexId === definition.indexId)) {
        throw new StatementError('Semantic', `No such index on table ${table.name}: ${definition.indexId}`, at);
      }
      await database.dropIndex(table, definition.indexId);
      return table.tableId;
    }
  }
}

function requireFreeName(name: string, { at }: Definition, database: Database): void {
  if (database.tables().some((table) => table.name === name && table.status === 'ACTIVE')) {
    throw new StatementError('Semantic', `Table already exists: ${name}`, at);
  }
}

/** Asks for the redaction of a revision; answers the row that names it. */
export async function runRedaction(redaction: RedactRevision, evaluation: Evaluation, database: Database): Promise<IonStruct> {
  const blockAddress = evaluateExpression(redaction.blockAddress, emptyScope, evaluation);
  const strandId = blockAddress.kind === 'struct' ? fieldOf(blockAddress, 'strandId') : undefined;
  const sequenceNo = blockAddress.kind === 'struct' ? fieldOf(blockAddress, 'sequenceNo') : undefined;
  const strandText = strandId === undefined ? undefined : textOf(strandId);
  if (blockAddress.kind !== 'struct' || strandText === undefined || sequenceNo?.kind !== 'int') {
    throw evaluationError('REDACT_REVISION takes a block address such as `{strandId: "..", sequenceNo: 7}` first', redaction.blockAddress.at);
  }
  const tableId = textArgument(redaction.tableId, evaluation);
  const documentId = textArgument(redaction.documentId, evaluation);
  if (database.redactRevision === undefined) throw unsupported('REDACT_REVISION', 'this ledger cannot redact', redaction.at);
  const version = await database.redactRevision({ strandId: strandText, sequenceNo: sequenceNo.value, tableId, documentId });
  return ionStruct({ blockAddress, tableId: ionString(tableId), documentId: ionString(documentId), version: ionInt(version) });
}

function textArgument(expression: Expression, evaluation: Evaluation): string {
  const value = evaluateExpression(expression, emptyScope, evaluation);
  const text = textOf(value);
  if (text === undefined) throw evaluationError(`REDACT_REVISION takes the ids of a table and of a document as strings, not ${value.kind}`, expression.at);
  return text;
}
