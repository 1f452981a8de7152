import { redactBlock, redactRevision, redactionsOf, type Block, type Redaction, type Revision } from '../journal';
import { actionBytes, ConditionFailed, holds, keyIdentity, keyOf, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action, type Store } from '../store';
import { documentRevisions, documentTables } from './block-documents';
import { applyDefinition, catalogAction, readStoredCatalog, tableById, type Catalog, type Definition } from './catalog';
import { indexValueKey } from './index-value';
import { headAction, readHead, type JournalHead } from './journal-head';
import { readBlock, readBlocks, replacedBlockActions } from './journal-store';
import { documentKey, headKey, historyKey, indexKey, indexPartition } from './keys';
import { encodeRecord } from './record';
import { replayedDefinitions } from './replayed-definitions';
import { encodeRevision, indexedField, type IndexEntry, type Snapshot } from './snapshot';
import { indexEntries, StateBefore } from './state-before';

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
  for (const definition of definitions) {
    if (definition.kind === 'create-index') {
      newIndexIds.add(definition.indexId);
      yield* builtIndex(before.snapshot, strandId, sequenceNo, definition, new Set(tables.keys()));
    }
    if (definition.kind === 'drop-index') {
      for await (const { key } of store.query(indexPartition(strandId, definition.indexId))) yield { delete: key };
    }
  }
  for (const redaction of redactionsOf(block)) yield* projectedRedaction(store, redaction, catalog, sequenceNo);
  for (const revision of documentRevisions(block)) {
    const { tableId } = tables.get(revision.metadata.id)!;
    const previous = revision.metadata.version > 0 ? await before.revision(tableId, revision.metadata.id) : undefined;
    yield* projectedRevision(strandId, tableId, revision, previous);
    for (const { indexId, field } of tableById(catalog, tableId)?.indexes ?? []) {
      // An index that the block itself makes has no entry of the revision before.
      yield* projectedIndexValue(before, indexId, field, revision, newIndexIds.has(indexId) ? undefined : previous);
    }
  }
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
  for (const { indexId, field } of tableById(catalog, tableId)?.indexes ?? []) {
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
  before: StateBefore, indexId: string, field: string, revision: Revision, previous: Revision | undefined,
): AsyncIterable<Action> {
  const { strandId, sequenceNo } = revision.blockAddress;
  const documentId = revision.metadata.id;
  const left = indexValueKey(indexedField(previous?.data, field));
  const entered = indexValueKey(indexedField(revision.data, field));
  if (left === entered) return;
  if (left !== undefined) {
    const entry = await before.indexEntry(indexId, left, documentId);
    if (entry) yield indexEntryAction(strandId, indexId, left, documentId, { since: entry.since, until: sequenceNo }, sequenceNo);
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

function indexEntryAction(
  strandId: string, indexId: string, valueKey: string, documentId: string, entry: IndexEntry, changedAt: number,
): Action {
  const ordinal = changedAt + 1;
  return { put: indexKey(strandId, indexId, valueKey, documentId, entry.since), value: encodeRecord(entry), ordinal, if: { ordinalBelow: ordinal } };
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
  const { catalog: before, changedBy } = await readStoredCatalog(store, strandId);
  if (changedBy >= sequenceNo) return undefined;
  const { definitions } = replayedDefinitions(block, before);
  const { catalog, actions } = catalogAfter(block, before, definitions);
  const projected = { ...head, projectedSequenceNo: sequenceNo };
  try {
    const guard: Action = { check: headKey(strandId), if: { ordinal: head.ordinal } };
    await writeIdempotently(store, guard, projectionOf(new StateBefore(store, strandId, sequenceNo - 1), block, catalog, definitions));
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
      await transactSurviving(store, guard, batch);
      batch = [];
      bytes = actionBytes(guard);
    }
    batch.push(action);
    bytes += size;
  }
  await transactSurviving(store, guard, batch);
}

/** But for that of `guard`, a condition that fails says that the write was done before, or overtaken: the rest still has to happen. */
async function transactSurviving(store: Store, guard: Action, actions: readonly Action[]): Promise<void> {
  let remaining = actions;
  while (remaining.length > 0) {
    try {
      await store.transact([guard, ...remaining]);
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailed) || error.actionIndex === 0) throw error;
      // The store names one failed condition; whoever was faster has usually done all of it.
      const due = await stillDue(store, remaining);
      remaining = due.length < remaining.length ? due : due.filter((_, index) => index !== error.actionIndex - 1);
    }
  }
}

async function stillDue(store: Store, actions: readonly Action[]): Promise<readonly Action[]> {
  const items = await store.getMany(actions.map(keyOf));
  const ordinals = new Map(items.map(({ key, ordinal }) => [keyIdentity(key), ordinal]));
  return actions.filter(action => holds(action.if, ordinals.get(keyIdentity(keyOf(action)))));
}
