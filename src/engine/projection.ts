import { redactBlock, redactRevision, redactionsOf, type Block, type Redaction, type Revision } from '../journal';
import type { IndexDefinition } from '../partiql';
import { actionBytes, ConditionFailed, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action, type Key, type Store } from '../store';
import { documentRevisions, documentTables } from './block-documents';
import { applyDefinition, catalogAction, readChangedCatalog, tableById, type Catalog, type Definition } from './catalog';
import { transactGuarded } from './guarded-write';
import { indexEntryAction } from './index-entry';
import { indexBuildAction, indexRemovalAction, redactionMarkAction } from './index-job';
import { indexValueKey } from './index-value';
import { headAction, readHead, type JournalHead } from './journal-head';
import { readBlock, readBlocks, replacedBlockActions } from './journal-store';
import { documentKey, headKey, historyKey, indexPartition, indexPlaceKey, jobKey } from './keys';
import { INDEX_AT_ONCE_MAX } from './limits';
import { replayedDefinitions } from './replayed-definitions';
import { indexedField, type Snapshot } from './snapshot';
import { indexEntries, StateBefore } from './state-before';
import { encodeRevision } from './stored-revision';

/**
 * Tables and indexes follow from the journal. These are the writes by which one block changes them, given the catalog after it. Each
 * is conditional on not undoing a later block, so that a block may be projected by several instances at once, and again after a crash.
 */
export async function* projectionOf(
  before: StateBefore, block: Block, catalog: Catalog, definitions: readonly Definition[],
): AsyncIterable<Action> {
  const { store } = before;
  const { strandId, sequenceNo } = block.blockAddress;
  const tables = documentTables(block);
  const newIndexIds = new Set<string>();
  for (const definition of lastingDefinitions(definitions)) {
    if (definition.kind === 'create-index') {
      newIndexIds.add(definition.indexId);
      if (definition.inBackground) yield indexBuildAction(block, definition);
      else yield* builtIndex(before.snapshot, strandId, sequenceNo, definition, new Set(tables.keys()));
    }
    if (definition.kind === 'drop-index') yield* droppedIndex(store, block, definition.indexId);
  }
  for (const redaction of redactionsOf(block)) yield* projectedRedaction(store, redaction, catalog, sequenceNo);
  for (const revision of documentRevisions(block)) {
    const { tableId } = tables.get(revision.metadata.id)!;
    const previous = revision.metadata.version > 0 ? await before.revision(tableId, revision.metadata.id) : undefined;
    yield* projectedRevision(strandId, tableId, revision, previous);
    for (const index of tableById(catalog, tableId)?.indexes ?? []) {
      // An index that the block itself makes has no entry of the revision before.
      yield* projectedIndexValue(before, index, revision, newIndexIds.has(index.indexId) ? undefined : previous);
    }
  }
}

/** Without indexes that are made and dropped by the same block. */
function lastingDefinitions(definitions: readonly Definition[]): readonly Definition[] {
  const idsOf = (kind: Definition['kind']): Set<string> => new Set(definitions.flatMap(definition => definition.kind === kind && 'indexId' in definition ? [definition.indexId] : []));
  const [made, dropped] = [idsOf('create-index'), idsOf('drop-index')];
  return definitions.filter(definition => !('indexId' in definition && made.has(definition.indexId) && dropped.has(definition.indexId)));
}

/** The definitions, those indexes told apart that are over more documents than the commit can wait for. */
export async function withIndexBuilds(before: StateBefore, definitions: readonly Definition[]): Promise<readonly Definition[]> {
  return Promise.all(definitions.map(async (definition): Promise<Definition> => {
    if (definition.kind !== 'create-index') return definition;
    let left = INDEX_AT_ONCE_MAX;
    for await (const revision of before.snapshot.scan(definition.tableId)) {
      void revision;
      if (left-- === 0) return { ...definition, inBackground: true };
    }
    return definition;
  }));
}

/** The catalog after a block, and the write that says so. It goes down together with the head that says how far tables reflect the journal. */
export function catalogAfter(
  block: Block, before: Catalog, definitions: readonly Definition[],
): { readonly catalog: Catalog; readonly actions: readonly Action[] } {
  if (definitions.length === 0) return { catalog: before, actions: [] };
  const catalog = definitions.reduce((current, definition) => applyDefinition(current, definition, 'lifted'), before);
  return { catalog, actions: [catalogAction(block.blockAddress.strandId, catalog, block.blockAddress.sequenceNo)] };
}

/** A redaction takes the data of a revision out of its block, the history and the indexes. No hash changes. */
async function* projectedRedaction(
  store: Store, { blockAddress, tableId, documentId, version }: Redaction, catalog: Catalog, redactedBy: number,
): AsyncIterable<Action> {
  const { strandId, sequenceNo } = blockAddress;
  const block = await readBlock(store, strandId, sequenceNo);
  const revision = block && documentRevisions(block).find(({ metadata }) => metadata.id === documentId);
  if (!block || !revision) throw new Error(`Block ${sequenceNo} of journal ${strandId} lost the revision to redact: the store is damaged.`);
  yield* replacedBlockActions(block, redactBlock(block, documentId), redactedBy + 1);
  yield {
    put: historyKey(strandId, tableId, documentId, version),
    value: encodeRevision(redactRevision(revision)),
    ordinal: redactedBy + 1,
    if: { ordinalBelow: redactedBy + 1 },
  };
  const indexes = tableById(catalog, tableId)?.indexes ?? [];
  // Who builds one may have read the revision before.
  if (indexes.some(({ status }) => status === 'BUILDING')) yield redactionMarkAction(strandId, redactedBy);
  for (const { indexId, field } of indexes) {
    const valueKey = indexValueKey(indexedField(revision.data, field));
    if (valueKey === undefined) continue;
    // An entry without an end belongs to a later revision that has the value again.
    for await (const { item, entry } of indexEntries(store, strandId, indexId, valueKey, documentId)) {
      if (entry.until !== undefined) yield { delete: item.key, if: { ordinal: item.ordinal } };
    }
  }
}

function* projectedRevision(strandId: string, tableId: string, revision: Revision, previous: Revision | undefined): Iterable<Action> {
  const { id } = revision.metadata;
  const ordinal = revision.blockAddress.sequenceNo + 1;
  if (previous) {
    // It may have been redacted meanwhile: what is there stays.
    yield { put: historyKey(strandId, tableId, id, previous.metadata.version), value: encodeRevision(previous), if: { absent: true } };
  }
  yield { put: documentKey(strandId, tableId, id), value: encodeRevision(revision), ordinal, if: { ordinalBelow: ordinal } };
}

async function* projectedIndexValue(
  before: StateBefore, { indexId, field, status }: IndexDefinition, revision: Revision, previous: Revision | undefined,
): AsyncIterable<Action> {
  const { strandId, sequenceNo } = revision.blockAddress;
  const documentId = revision.metadata.id;
  const left = indexValueKey(indexedField(previous?.data, field));
  const entered = indexValueKey(indexedField(revision.data, field));
  if (left === entered && (left === undefined || status !== 'BUILDING')) return;
  if (left !== undefined) {
    const entry = await before.indexEntry(indexId, left, documentId);
    // Without one, the index is being built and has not come to this document, which nobody has changed since the index was made.
    const since = entry?.since ?? previous!.blockAddress.sequenceNo;
    if (left !== entered) yield indexEntryAction(strandId, indexId, left, documentId, { since, until: sequenceNo }, sequenceNo);
    else if (!entry) yield indexEntryAction(strandId, indexId, left, documentId, { since }, sequenceNo);
    if (left === entered) return;
  }
  if (entered !== undefined) yield indexEntryAction(strandId, indexId, entered, documentId, { since: sequenceNo }, sequenceNo);
}

/** A new index over the documents that the table had before the block; those that the block itself changes follow as revisions. */
async function* builtIndex(
  before: Snapshot, strandId: string, sequenceNo: number, definition: Definition & { kind: 'create-index' }, changedInBlock: ReadonlySet<string>,
): AsyncIterable<Action> {
  for await (const revision of before.scan(definition.tableId)) {
    const documentId = revision.metadata.id;
    const valueKey = indexValueKey(indexedField(revision.data, definition.field));
    if (valueKey !== undefined && !changedInBlock.has(documentId)) {
      yield indexEntryAction(strandId, definition.indexId, valueKey, documentId, { since: revision.blockAddress.sequenceNo }, sequenceNo);
    }
  }
}

/** What is left of a small index goes at once. Who may still be building it cannot write without its job. */
async function* droppedIndex(store: Store, block: Block, indexId: string): AsyncIterable<Action> {
  const { strandId } = block.blockAddress;
  const build = jobKey(strandId, 'index-build', indexId);
  const isBuilding = await store.get(build) !== undefined;
  const keys: Key[] = [];
  for await (const { key } of store.query(indexPartition(strandId, indexId), { limit: INDEX_AT_ONCE_MAX + 1 })) keys.push(key);
  if (!isBuilding && keys.length <= INDEX_AT_ONCE_MAX) {
    for (const key of keys) yield { delete: key };
    return;
  }
  yield { delete: build };
  yield { delete: indexPlaceKey(strandId, indexId) };
  yield indexRemovalAction(block, indexId);
}

/** Brings tables and indexes up to the journal's tip and answers the head as it then stands. */
export async function catchUp(store: Store, strandId: string): Promise<JournalHead> {
  let head = await readHead(store, strandId);
  while (head.projectedSequenceNo < head.sequenceNo) {
    let after: JournalHead | undefined = head;
    for await (const block of readBlocks(store, strandId, head.projectedSequenceNo + 1, head.sequenceNo)) {
      after = await projectBlock(store, block, after);
      if (!after) break;
    }
    head = await readHead(store, strandId);
  }
  return head;
}

/**
 * Answers the head afterwards, or undefined when somebody moved it meanwhile. All writes are made under the head that was read before anything else:
 * who is overtaken can put nothing back that a later block took away, nor leave anything of a ledger that is gone.
 */
async function projectBlock(store: Store, block: Block, head: JournalHead): Promise<JournalHead | undefined> {
  const { strandId, sequenceNo } = block.blockAddress;
  const { catalog: before, changedBy } = await readChangedCatalog(store, strandId);
  if (changedBy >= sequenceNo) return undefined;
  const state = new StateBefore(store, strandId, sequenceNo - 1);
  const definitions = await withIndexBuilds(state, replayedDefinitions(block, before).definitions);
  const { catalog, actions } = catalogAfter(block, before, definitions);
  const projected = { ...head, projectedSequenceNo: sequenceNo };
  try {
    const guard: Action = { check: headKey(strandId), if: { ordinal: head.ordinal } };
    await writeIdempotently(store, guard, projectionOf(state, block, catalog, definitions));
    await store.transact([headAction(strandId, projected, head), ...actions]);
    return { ...projected, ordinal: head.ordinal + 1 };
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined;
    throw error;
  }
}

/** @throws ConditionFailed as soon as `guard` does not hold any more */
async function writeIdempotently(store: Store, guard: Action, actions: AsyncIterable<Action>): Promise<void> {
  let batch: Action[] = [];
  let bytes = actionBytes(guard);
  for await (const action of actions) {
    const size = actionBytes(action);
    if (batch.length === TRANSACT_ACTIONS_MAX - 1 || bytes + size > TRANSACT_BYTES_MAX) {
      await transactGuarded(store, [guard], batch);
      batch = [];
      bytes = actionBytes(guard);
    }
    batch.push(action);
    bytes += size;
  }
  if (batch.length > 0) await transactGuarded(store, [guard], batch);
}
