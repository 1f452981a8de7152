import type { IndexDefinition, TableDefinition } from '../partiql';
import type { Action, Store } from '../store';
import { catalogKey, jobKey } from './keys';
import { badRequest } from './ledger-error';
import { ACTIVE_TABLES_MAX, INDEXES_PER_TABLE_MAX, TABLES_MAX } from './limits';
import { decodeRecord, encodeRecord, RepeatedRecords } from './record';
import { checkStatementTags, type Tags } from './tags';

/** Tables and indexes of a ledger, dropped tables included, in order of creation. Immutable: each change makes a new one. */
export interface Catalog {
  readonly tables: readonly CatalogTable[];
}

export interface CatalogTable extends TableDefinition {
  /** The id was found beside the table's documents: its journal was begun by Amazon QLDB, whose ids do not follow from the journal. */
  readonly idFromDocuments?: true;
  /** Those of its `CREATE TABLE`; absent when it named none. */
  readonly tags?: Tags;
}

/** A change of the catalog, as a statement of a block asked for it. */
export type Definition =
  | { readonly kind: 'create-table'; readonly tableId: string; readonly name: string; readonly tags?: Tags; readonly idFromDocuments?: true }
  /** A table that has no documents yet turns out to have another id. */
  | { readonly kind: 'identify-table'; readonly tableId: string; readonly identifiedAs: string }
  | { readonly kind: 'drop-table'; readonly tableId: string }
  | { readonly kind: 'undrop-table'; readonly tableId: string }
  | { readonly kind: 'create-index'; readonly tableId: string; readonly indexId: string; readonly field: string; readonly inBackground?: true }
  | { readonly kind: 'drop-index'; readonly tableId: string; readonly indexId: string };

export const EMPTY_CATALOG: Catalog = { tables: [] };

export const activeTable = (catalog: Catalog, name: string): CatalogTable | undefined =>
  catalog.tables.find(table => table.name === name && table.status === 'ACTIVE');

export const tableById = (catalog: Catalog, tableId: string): CatalogTable | undefined =>
  catalog.tables.find(table => table.tableId === tableId);

/** What is committed already happened under the limits of its time. */
export type DefinitionLimits = 'held' | 'lifted';

/** @throws LedgerError BadRequestException when the definition breaks a rule of the catalog */
export function applyDefinition(catalog: Catalog, definition: Definition, limits: DefinitionLimits = 'held'): Catalog {
  if (limits === 'held') checkLimits(catalog, definition);
  switch (definition.kind) {
    case 'create-table': {
      const { tableId, name, tags = {}, idFromDocuments } = definition;
      refuseNameInUse(catalog, name);
      const more = { ...(idFromDocuments && { idFromDocuments }), ...(Object.keys(tags).length > 0 && { tags }) };
      return { tables: [...catalog.tables, { tableId, name, status: 'ACTIVE', indexes: [], ...more }] };
    }
    case 'identify-table':
      return changed(catalog, definition.tableId, table => ({ ...table, tableId: definition.identifiedAs, idFromDocuments: true }));
    case 'drop-table':
      return changed(catalog, definition.tableId, table => ({ ...table, status: 'INACTIVE' }));
    case 'undrop-table':
      return changed(catalog, definition.tableId, (table) => {
        if (table.status === 'ACTIVE') throw badRequest(`Table with id ${table.tableId} is active; only a dropped table can be undropped`);
        refuseNameInUse(catalog, table.name);
        return { ...table, status: 'ACTIVE' };
      });
    case 'create-index':
      return changed(catalog, definition.tableId, (table) => {
        if (table.indexes.some(index => index.field === definition.field)) {
          throw badRequest(`Table ${table.name} already has an index on field ${definition.field}`);
        }
        const index: IndexDefinition = { indexId: definition.indexId, field: definition.field, status: definition.inBackground ? 'BUILDING' : 'ONLINE' };
        return { ...table, indexes: [...table.indexes, index] };
      });
    case 'drop-index':
      return changed(catalog, definition.tableId, (table) => {
        if (!table.indexes.some(index => index.indexId === definition.indexId)) {
          throw badRequest(`Table ${table.name} has no index with id ${definition.indexId}`);
        }
        return { ...table, indexes: table.indexes.filter(index => index.indexId !== definition.indexId) };
      });
  }
}

function changed(catalog: Catalog, tableId: string, change: (table: TableDefinition) => TableDefinition): Catalog {
  if (!tableById(catalog, tableId)) throw badRequest(`No such table: ${tableId}`);
  return { tables: catalog.tables.map(table => table.tableId === tableId ? change(table) : table) };
}

function refuseNameInUse(catalog: Catalog, name: string): void {
  if (activeTable(catalog, name)) throw badRequest(`Table with name: USER.${name} already exists`);
}

function checkLimits(catalog: Catalog, definition: Definition): void {
  if (definition.kind === 'create-table') {
    refuseNameInUse(catalog, definition.name);
    checkStatementTags(definition.tags ?? {});
    if (catalog.tables.length >= TABLES_MAX) {
      throw badRequest(`Exceeded tables limit: Ledger has ${catalog.tables.length} total tables, and cannot create another`);
    }
  }
  if (definition.kind === 'create-table' || definition.kind === 'undrop-table') refuseTooManyActive(catalog);
  if (definition.kind === 'create-index') {
    const table = tableById(catalog, definition.tableId);
    if (table && table.indexes.length >= INDEXES_PER_TABLE_MAX && !table.indexes.some(({ field }) => field === definition.field)) {
      throw badRequest(`Exceeded indexes limit: Table ${table.name} has ${table.indexes.length} indexes, and cannot create another`);
    }
  }
}

function refuseTooManyActive(catalog: Catalog): void {
  const active = catalog.tables.filter(table => table.status === 'ACTIVE').length;
  if (active >= ACTIVE_TABLES_MAX) throw badRequest(`Exceeded tables limit: Ledger has ${active} active tables, and cannot have another`);
}

export async function readCatalog(store: Store, strandId: string): Promise<Catalog> {
  return (await readChangedCatalog(store, strandId)).catalog;
}

/** The catalog and the block that changed it last. */
export async function readChangedCatalog(store: Store, strandId: string): Promise<{ readonly catalog: Catalog; readonly changedBy: number }> {
  const { catalog, changedBy } = await readStoredCatalog(store, strandId);
  const built = await Promise.all(indexesUnderWay(catalog).map(async ({ indexId }) => await store.get(jobKey(strandId, 'index-build', indexId)) ? [] : [indexId]));
  return { catalog: withOnline(catalog, built.flat()), changedBy };
}

/** That an index is being built is what a stored catalog remembers of its making; whether it still is, only its job can tell. */
async function readStoredCatalog(store: Store, strandId: string): Promise<{ readonly catalog: Catalog; readonly changedBy: number }> {
  const item = await store.get(catalogKey(strandId));
  return item ? { catalog: catalogs.of(strandId, item.value), changedBy: item.ordinal - 1 } : { catalog: EMPTY_CATALOG, changedBy: -1 };
}

/** Every transaction reads the catalog, which hardly ever changes. */
const catalogs = new RepeatedRecords<Catalog>(decodeRecord);

export const indexesUnderWay = ({ tables }: Catalog): IndexDefinition[] =>
  tables.flatMap(({ indexes }) => indexes.filter(({ status }) => status === 'BUILDING'));

function withOnline(catalog: Catalog, indexIds: readonly string[]): Catalog {
  if (indexIds.length === 0) return catalog;
  const online = (index: IndexDefinition): IndexDefinition => indexIds.includes(index.indexId) ? { ...index, status: 'ONLINE' } : index;
  return { tables: catalog.tables.map(table => ({ ...table, indexes: table.indexes.map(online) })) };
}

/** The write by which an index under way becomes known as built, if the catalog still holds it so. */
export async function builtIndexActions(store: Store, strandId: string, indexId: string): Promise<Action[]> {
  const { catalog, changedBy } = await readStoredCatalog(store, strandId);
  if (!indexesUnderWay(catalog).some(index => index.indexId === indexId)) return [];
  const ordinal = changedBy + 1;
  return [{ put: catalogKey(strandId), value: encodeRecord(withOnline(catalog, [indexId])), ordinal, if: { ordinal } }];
}

/** A catalog of a later block is never overwritten by that of an earlier one. */
export function catalogAction(strandId: string, catalog: Catalog, sequenceNo: number): Action {
  return { put: catalogKey(strandId), value: encodeRecord(catalog), ordinal: sequenceNo + 1, if: { ordinalBelow: sequenceNo + 1 } };
}
