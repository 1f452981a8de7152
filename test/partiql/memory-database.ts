import { ionBlob, ionInt, ionString, ionStruct, ionTimestampFromMillis, type IonStruct } from '../../src/ion/value';
import { equalityKey, type Access, type Database, type DocumentRevision, type HistoryWindow, type RevisionAddress, type TableDefinition } from '../../src/partiql';

interface Revision { readonly documentId: string; readonly version: number; readonly atMillis: number; readonly data?: IonStruct }
interface Table { definition: TableDefinition; readonly documents: Map<string, Revision[]> }

/** What a statement asked of the database. */
export interface Read { readonly table: string; readonly access: Access | { readonly kind: 'history'; readonly window: HistoryWindow } }

/** Tables in memory, which record how they are read. Every write is a revision of its own, one second after the one before. */
export class MemoryDatabase implements Database {
  public readonly transactionId = '1nmeDdLo3AhGswBtyM1eYh';
  public nowMillis = Date.UTC(2024, 0, 1);
  public reads: Read[] = [];
  public documentsRead = 0;
  public redacted: RevisionAddress[] = [];
  public tags: Readonly<Record<string, string>> = {};
  private readonly byId = new Map<string, Table>();
  private idCount = 0;

  public tables(): readonly TableDefinition[] {
    return [...this.byId.values()].map(({ definition }) => definition);
  }

  public async *documents(table: TableDefinition, access: Access): AsyncGenerator<DocumentRevision> {
    this.reads.push({ table: table.name, access });
    const keys = access.kind === 'index' ? new Set(access.values.map(equalityKey)) : undefined;
    for (const [documentId, revisions] of this.tableOf(table).documents) {
      const newest = revisions.at(-1)!;
      if (newest.data === undefined) continue;
      if (access.kind === 'documentId' && !access.documentIds.includes(documentId)) continue;
      if (access.kind === 'index' && !newest.data.fields.some(([name, value]) => name === access.field && keys!.has(equalityKey(value)))) continue;
      this.documentsRead += 1;
      yield this.shown(newest);
    }
  }

  public async *history(table: TableDefinition, window: HistoryWindow): AsyncGenerator<DocumentRevision> {
    this.reads.push({ table: table.name, access: { kind: 'history', window } });
    for (const [documentId, revisions] of this.tableOf(table).documents) {
      if (window.documentIds !== undefined && !window.documentIds.includes(documentId)) continue;
      for (const [index, revision] of revisions.entries()) {
        const until = revisions[index + 1]?.atMillis ?? Infinity;
        if (revision.atMillis <= (window.toMillis ?? Infinity) && until >= (window.fromMillis ?? -Infinity)) yield this.shown(revision);
      }
    }
  }

  public async insert(table: TableDefinition, data: IonStruct): Promise<string> {
    const documentId = this.newId('doc');
    this.write(table, documentId, data);
    return documentId;
  }

  public async update(table: TableDefinition, documentId: string, data: IonStruct): Promise<void> {
    this.write(table, documentId, data);
  }

  public async remove(table: TableDefinition, documentId: string): Promise<void> {
    this.write(table, documentId, undefined);
  }

  public async createTable(name: string, tags: Readonly<Record<string, string>>): Promise<string> {
    const tableId = this.newId('table');
    this.tags = tags;
    this.byId.set(tableId, { definition: { tableId, name, status: 'ACTIVE', indexes: [] }, documents: new Map() });
    return tableId;
  }

  public async dropTable(table: TableDefinition): Promise<void> {
    this.redefine(table, { status: 'INACTIVE' });
  }

  public async undropTable(table: TableDefinition): Promise<void> {
    this.redefine(table, { status: 'ACTIVE' });
  }

  public async createIndex(table: TableDefinition, field: string): Promise<void> {
    this.redefine(table, { indexes: [...this.tableOf(table).definition.indexes, { indexId: this.newId('index'), field, status: 'ONLINE' }] });
  }

  public async dropIndex(table: TableDefinition, droppedId: string): Promise<void> {
    this.redefine(table, { indexes: this.tableOf(table).definition.indexes.filter(({ indexId }) => indexId !== droppedId) });
  }

  public async redactRevision(revision: RevisionAddress): Promise<number> {
    this.redacted.push(revision);
    return 0;
  }

  private write(table: TableDefinition, documentId: string, data: IonStruct | undefined): void {
    const { documents } = this.tableOf(table);
    const revisions = documents.get(documentId) ?? [];
    this.nowMillis += 1000;
    documents.set(documentId, [...revisions, { documentId, version: revisions.length, atMillis: this.nowMillis, data }]);
  }

  private shown({ documentId, version, atMillis, data }: Revision): DocumentRevision {
    return {
      documentId,
      data,
      committed: () => ionStruct({
        blockAddress: ionStruct({ strandId: ionString('strand'), sequenceNo: ionInt(version) }),
        hash: ionBlob(new Uint8Array([version])),
        data,
        metadata: ionStruct({
          id: ionString(documentId),
          version: ionInt(version),
          txTime: ionTimestampFromMillis(atMillis),
          txId: ionString(`tx${version}`),
        }),
      }),
    };
  }

  private tableOf({ tableId }: TableDefinition): Table {
    return this.byId.get(tableId)!;
  }

  private redefine(table: TableDefinition, change: Partial<TableDefinition>): void {
    const found = this.tableOf(table);
    found.definition = { ...found.definition, ...change };
  }

  private newId(prefix: string): string {
    this.idCount += 1;
    return `${prefix}${this.idCount}`;
  }
}
