import type { Block } from '../journal';
import type { Statement } from '../partiql';
import { documentTables, statementTexts, type DocumentTable } from './block-documents';
import { activeTable, applyDefinition, tableById, type Catalog, type Definition } from './catalog';
import { definitionStatement } from './definitions';
import { definedId } from './random-id';

/** What a block of any journal did to the catalog, and what it leaves open. */
export interface ReplayedDefinitions {
  readonly definitions: readonly Definition[];
  /** What the journal does not tell, one sentence each. None in journals of this project's own service. */
  readonly doubts: readonly string[];
}

/**
 * The definitions of a committed block, of whichever service. Amazon QLDB gave tables and indexes random ids and wrote neither into the
 * block that made them. A table's stands beside its documents, so a table is known by a derived id until its first document comes; no
 * entry of any index or table is older than that. An index's stands nowhere, and indexes here have derived ids.
 */
export function replayedDefinitions(block: Block, catalog: Catalog): ReplayedDefinitions {
  const definitions: Definition[] = [];
  const doubts: string[] = [];
  let current = catalog;
  const apply = (definition: Definition): void => {
    current = applyDefinition(current, definition, 'lifted');
    definitions.push(definition);
  };
  const doubt = (text: string): void => void doubts.push(`Block ${block.blockAddress.sequenceNo}: ${text}.`);
  const newcomers = unknownTables(block, catalog);
  for (const [index, text] of statementTexts(block).entries()) {
    const action = definitionStatement(text)?.action as DefinitionAction | undefined;
    if (action) replay(action, definedId(block.transactionId, index), () => current, apply, doubt);
    // What a statement wrote tells which table stood under its name at that moment.
    for (const { tableId, tableName } of newcomers.filter(({ firstStatement }) => firstStatement === index)) {
      identify(tableId, tableName, current).forEach(apply);
    }
  }
  // A block of documents without the statements that made them.
  for (const { tableId, tableName } of newcomers) identify(tableId, tableName, current).forEach(apply);
  return { definitions, doubts };
}

type DefinitionAction = Extract<Statement['action'], { kind: 'createTable' | 'dropTable' | 'undropTable' | 'createIndex' | 'dropIndex' }>;

/** A definition that contradicts the catalog failed when it was run, or its contrary went unseen: then the documents will tell. */
function replay(
  action: DefinitionAction, id: string, catalog: () => Catalog, apply: (definition: Definition) => void, doubt: (text: string) => void,
): void {
  switch (action.kind) {
    case 'createTable':
      if (!activeTable(catalog(), action.name)) apply({ kind: 'create-table', tableId: id, name: action.name, tags: action.tags });
      return;
    case 'dropTable': {
      const table = activeTable(catalog(), action.name);
      if (table) apply({ kind: 'drop-table', tableId: table.tableId });
      return;
    }
    case 'undropTable': {
      const { tableId } = action;
      const dropped = catalog().tables.filter(({ status, idFromDocuments }) => status === 'INACTIVE' && !idFromDocuments);
      const known = tableById(catalog(), tableId);
      const table = known ?? (dropped.length === 1 ? dropped[0] : undefined);
      if (!table) return doubt(`it undrops table ${tableId}, which has no documents, so that nothing tells which one of ${dropped.length} dropped tables it is`);
      if (table.status === 'ACTIVE' || activeTable(catalog(), table.name)) return;
      if (!known) apply({ kind: 'identify-table', tableId: table.tableId, identifiedAs: tableId });
      apply({ kind: 'undrop-table', tableId });
      return;
    }
    case 'createIndex': {
      const table = activeTable(catalog(), action.table);
      if (table && !table.indexes.some(({ field }) => field === action.field)) {
        apply({ kind: 'create-index', tableId: table.tableId, indexId: id, field: action.field });
      }
      return;
    }
    case 'dropIndex': {
      const table = activeTable(catalog(), action.table);
      if (!table || table.indexes.length === 0) return;
      const index = table.indexes.find(({ indexId }) => indexId === action.indexId) ?? (table.indexes.length === 1 ? table.indexes[0] : undefined);
      if (index) return apply({ kind: 'drop-index', tableId: table.tableId, indexId: index.indexId });
      doubt(`it drops one of the indexes of table ${table.name} by an id that stands nowhere in the journal; `
        + `those on ${table.indexes.map(({ field }) => field).join(', ')} were all kept, drop it again`);
    }
  }
}

/** Tables that the catalog does not know by their ids, each as the first statement that wrote to it names it. */
function unknownTables(block: Block, catalog: Catalog): readonly DocumentTable[] {
  const earliest = new Map<string, DocumentTable>();
  for (const table of documentTables(block).values()) {
    const other = earliest.get(table.tableId);
    if (!tableById(catalog, table.tableId) && (!other || table.firstStatement < other.firstStatement)) earliest.set(table.tableId, table);
  }
  return [...earliest.values()];
}

/** What has to be said of a table id that documents bring along. */
function identify(tableId: string, name: string, catalog: Catalog): Definition[] {
  if (tableById(catalog, tableId)) return [];
  const active = activeTable(catalog, name);
  if (active && !active.idFromDocuments) return [{ kind: 'identify-table', tableId: active.tableId, identifiedAs: tableId }];
  const dropped = catalog.tables.filter(table => table.name === name && table.status === 'INACTIVE' && !table.idFromDocuments).at(-1);
  if (!active && dropped) {
    return [{ kind: 'identify-table', tableId: dropped.tableId, identifiedAs: tableId }, { kind: 'undrop-table', tableId }];
  }
  return [
    ...active ? [{ kind: 'drop-table', tableId: active.tableId } as const] : [],
    { kind: 'create-table', tableId, name, idFromDocuments: true },
  ];
}
