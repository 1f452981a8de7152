import { setImmediate } from 'node:timers/promises';
import { InvalidIon, ionInt, ionString, ionStruct, type IonStruct } from '../ion';
import { isUniqueId, revisionToIon, type Revision } from '../journal';
import type { Access, Database, DocumentRevision, HistoryWindow, RevisionAddress, TableDefinition } from '../partiql';
import { applyDefinition, type Definition } from './catalog';
import { definitionMethods, type DefinitionMethods } from './definitions';
import { canonicalDocument, documentBytes } from './document-encoding';
import { indexValueKey } from './index-value';
import { badRequest } from './ledger-error';
import { DOCUMENT_BYTES_MAX, DOCUMENT_NESTING_MAX, DOCUMENTS_AT_A_STRETCH, DOCUMENTS_PER_TRANSACTION_MAX } from './limits';
import { definedId, randomId, type Random } from './random-id';
import { indexValueRead, revisionRead } from './read-set';
import type { Snapshot } from './snapshot';
import { addBytes, type PendingDocument, type Transaction } from './transaction';

const VERSIONS_REMEMBERED_MAX = 1_000;

/** What one statement sees and changes: the transaction's snapshot under the transaction's own writes. Counts what it fetches. */
export class TransactionDatabase implements Database {
  readonly transactionId: string;
  /** One for each document fetched, and again each time that it is fetched again. */
  readIOs = 0;
  writeIOs = 0;
  private readonly statementIndex: number;
  private fetches = 0;
  /** Of the committed documents that the statement saw last; a scan may see more than there is memory for. */
  private versions?: Map<string, number>;

  constructor(
    private readonly transaction: Transaction,
    private readonly snapshot: Snapshot,
    readonly nowMillis: number,
    private readonly random: Random,
    /** Throws once the transaction has expired; a statement may read for long before it has a row. */
    private readonly refuseExpired: () => void,
  ) {
    this.transactionId = transaction.transactionId;
    this.statementIndex = transaction.statements.length;
  }

  tables(): readonly TableDefinition[] {
    this.transaction.reads.catalog = true;
    return this.transaction.catalog.tables;
  }

  async* documents(table: TableDefinition, access: Access): AsyncIterable<DocumentRevision> {
    for await (const revision of await this.committed(table, access)) {
      if (this.countFetch() % DOCUMENTS_AT_A_STRETCH === 0) await this.breathe();
      if (!revision.data || this.transaction.writes.has(revision.metadata.id)) continue;
      this.rememberVersion(revision);
      this.readIOs++;
      yield committedDocument(revision);
    }
    for (const pending of this.transaction.writes.size === 0 ? [] : [...this.transaction.writes.values()]) {
      if (this.countFetch() % DOCUMENTS_AT_A_STRETCH === 0) await this.breathe();
      if (pending.tableId !== table.tableId || !pending.data) continue;
      if (access.kind === 'documentId' && !access.documentIds.includes(pending.documentId)) continue;
      this.readIOs++;
      yield pendingDocument(pending);
    }
  }

  async* history(table: TableDefinition, window: HistoryWindow): AsyncIterable<DocumentRevision> {
    for (const documentId of window.documentIds ?? [undefined]) {
      if (documentId !== undefined && !isUniqueId(documentId)) continue;
      let pending: Revision | undefined;
      // A revision stays active until its successor's time, so each waits for the next to be known.
      for await (const revision of this.snapshot.history(table.tableId, documentId)) {
        if (this.countFetch() % DOCUMENTS_AT_A_STRETCH === 0) await this.breathe();
        if (pending && activeWithin(pending, revision, window)) yield this.fetched(pending);
        pending = revision;
      }
      if (pending && activeWithin(pending, undefined, window)) yield this.fetched(pending);
    }
  }

  refuseSoManyChanges(documentCount: number): void {
    if (documentCount > DOCUMENTS_PER_TRANSACTION_MAX) throw tooManyDocuments();
  }

  async createTable(name: string, tags: Readonly<Record<string, string>>): Promise<string> {
    return this.definitions.createTable(name, tags);
  }

  async dropTable(table: TableDefinition): Promise<void> {
    return this.definitions.dropTable(table);
  }

  async undropTable(table: TableDefinition): Promise<void> {
    return this.definitions.undropTable(table);
  }

  async createIndex(table: TableDefinition, field: string): Promise<void> {
    return this.definitions.createIndex(table, field);
  }

  async dropIndex(table: TableDefinition, indexId: string): Promise<void> {
    return this.definitions.dropIndex(table, indexId);
  }

  async insert(table: TableDefinition, data: IonStruct): Promise<string> {
    const documentId = randomId(this.random);
    this.write(table, documentId, 0, data);
    return documentId;
  }

  async update(table: TableDefinition, documentId: string, data: IonStruct): Promise<void> {
    this.write(table, documentId, await this.versionToWrite(table, documentId), data);
  }

  async remove(table: TableDefinition, documentId: string): Promise<void> {
    const version = await this.versionToWrite(table, documentId);
    // Made and deleted by one transaction: to the journal it never was.
    if (version === 0) this.forget(documentId);
    else this.write(table, documentId, version, undefined);
    this.writeIOs++;
  }

  async redactRevision({ strandId, sequenceNo, tableId, documentId }: RevisionAddress): Promise<number> {
    if (this.transaction.redaction) throw badRequest('A transaction can redact one revision. Commit, and redact the next one in another transaction.');
    if (strandId !== this.transaction.strandId || sequenceNo > BigInt(this.snapshot.sequenceNo)) throw this.noRevision(sequenceNo, documentId);
    const blockAddress = { strandId, sequenceNo: Number(sequenceNo) };
    const newest = isUniqueId(documentId) ? await this.snapshot.revision(tableId, documentId) : undefined;
    if (newest?.blockAddress.sequenceNo === blockAddress.sequenceNo) {
      throw badRequest(`Revision ${newest.metadata.version} of document ${documentId} is its newest one, which cannot be redacted. Update or delete the document first.`);
    }
    for await (const revision of newest ? this.snapshot.history(tableId, documentId) : []) {
      if (revision.blockAddress.sequenceNo !== blockAddress.sequenceNo) continue;
      const { version } = revision.metadata;
      if (!revision.data) throw badRequest(`Revision ${version} of document ${documentId} has no data left to redact.`);
      this.transaction.redaction = { blockAddress, tableId, documentId, version };
      this.transaction.reads.revisions.add(revisionRead(blockAddress.sequenceNo, documentId));
      this.writeIOs++;
      return version;
    }
    throw this.noRevision(sequenceNo, documentId);
  }

  private get definitions(): DefinitionMethods {
    const { transaction } = this;
    return definitionMethods(() => definedId(transaction.transactionId, this.statementIndex), (definition: Definition) => {
      transaction.catalog = applyDefinition(transaction.catalog, definition);
      transaction.definitions.push(definition);
    });
  }

  private countFetch(): number {
    return ++this.fetches;
  }

  /** Stores that answer at once would let a long statement keep all others of the process waiting. */
  private async breathe(): Promise<void> {
    await setImmediate();
    this.refuseExpired();
  }

  private noRevision(sequenceNo: bigint, documentId: string): Error {
    return badRequest(`Block ${sequenceNo} of this ledger holds no revision of document ${documentId} in that table. Take the block address from history().`);
  }

  private async committed(table: TableDefinition, access: Access): Promise<AsyncIterable<Revision> | readonly Revision[]> {
    const { reads } = this.transaction;
    switch (access.kind) {
      case 'scan':
        reads.scannedTableIds.add(table.tableId);
        return this.snapshot.scan(table.tableId);
      case 'documentId': {
        const documentIds = [...new Set(access.documentIds)].filter(isUniqueId);
        for (const documentId of documentIds) reads.documentIds.add(documentId);
        return this.snapshot.revisions(table.tableId, documentIds);
      }
      case 'index': {
        const index = table.indexes.find(({ field }) => field === access.field);
        if (!index || this.definedHere(index.indexId)) {
          return this.committed(table, { kind: 'scan' });
        }
        const valueKeys = new Set(access.values.map(indexValueKey).filter(key => key !== undefined));
        const documentIds = new Set<string>();
        for (const valueKey of valueKeys) {
          if (this.countFetch() % DOCUMENTS_AT_A_STRETCH === 0) await this.breathe();
          reads.indexValues.add(indexValueRead(table.tableId, access.field, valueKey));
          for (const documentId of await this.snapshot.indexed(index.indexId, valueKey)) documentIds.add(documentId);
        }
        for (const documentId of documentIds) reads.documentIds.add(documentId);
        return this.snapshot.revisions(table.tableId, [...documentIds]);
      }
    }
  }

  /** An index made by this transaction holds nothing before the commit. */
  private definedHere(indexId: string): boolean {
    return this.transaction.definitions.some(definition => definition.kind === 'create-index' && definition.indexId === indexId);
  }

  private fetched(revision: Revision): DocumentRevision {
    this.readIOs++;
    return committedDocument(revision);
  }

  private rememberVersion({ metadata: { id, version } }: Revision): void {
    const versions = this.versions ??= new Map();
    versions.set(id, version);
    // Maps keep insertion order, so the oldest comes first.
    if (versions.size > VERSIONS_REMEMBERED_MAX) versions.delete(versions.keys().next().value!);
  }

  private async versionToWrite(table: TableDefinition, documentId: string): Promise<number> {
    const pending = this.transaction.writes.get(documentId);
    if (pending) return pending.version;
    const version = this.versions?.get(documentId) ?? (await this.snapshot.revision(table.tableId, documentId))?.metadata.version;
    if (version === undefined) throw new Error(`Document ${documentId} of table ${table.name} was changed without having been read.`);
    this.transaction.reads.documentIds.add(documentId);
    return version + 1;
  }

  private write(table: TableDefinition, documentId: string, version: number, document: IonStruct | undefined): void {
    const data = document && storable(table, document);
    const bytes = data ? documentBytes(data).length : 0;
    if (bytes > DOCUMENT_BYTES_MAX) {
      throw badRequest(`Document of ${bytes} bytes (Ion binary) in table ${table.name} exceeds the limit of ${DOCUMENT_BYTES_MAX} bytes. Split it or keep large values elsewhere.`);
    }
    const { writes } = this.transaction;
    const earlier = writes.get(documentId);
    if (!earlier && writes.size >= DOCUMENTS_PER_TRANSACTION_MAX) {
      throw tooManyDocuments();
    }
    addBytes(this.transaction, bytes - (earlier?.bytes ?? 0));
    writes.set(documentId, {
      tableId: table.tableId,
      tableName: table.name,
      documentId,
      version,
      data,
      statementIndexes: [...new Set([...earlier?.statementIndexes ?? [], this.statementIndex])],
      bytes,
    });
    this.writeIOs++;
  }

  private forget(documentId: string): void {
    addBytes(this.transaction, -(this.transaction.writes.get(documentId)?.bytes ?? 0));
    this.transaction.writes.delete(documentId);
  }
}

/** @throws LedgerError BadRequestException for what could not be read again out of a block */
function storable({ name }: TableDefinition, document: IonStruct): IonStruct {
  try {
    return canonicalDocument(document, DOCUMENT_NESTING_MAX);
  } catch (error) {
    if (error instanceof InvalidIon) throw badRequest(`The document cannot be stored in table ${name}: ${error.message}.`);
    throw error;
  }
}

const tooManyDocuments = (): Error =>
  badRequest(`A transaction can change at most ${DOCUMENTS_PER_TRANSACTION_MAX} documents. Commit, and go on in another one.`);

function activeWithin(revision: Revision, successor: Revision | undefined, { fromMillis, toMillis }: HistoryWindow): boolean {
  const isSuccessor = successor?.metadata.id === revision.metadata.id;
  return (toMillis === undefined || revision.metadata.txTimeMillis <= toMillis)
    && (fromMillis === undefined || !isSuccessor || successor!.metadata.txTimeMillis >= fromMillis);
}

const committedDocument = (revision: Revision): DocumentRevision => ({
  documentId: revision.metadata.id,
  data: revision.data,
  committed: () => revisionToIon(revision),
});

/** Not committed yet: there is no block and no hash to show. */
const pendingDocument = ({ documentId, version, data }: PendingDocument): DocumentRevision => ({
  documentId,
  data,
  committed: () => ionStruct({ data, metadata: ionStruct({ id: ionString(documentId), version: ionInt(version) }) }),
});
