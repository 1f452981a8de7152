import { ConditionFailed, TRANSACT_ACTIONS_MAX, type Action, type Store } from '../store';
import { builtIndexActions } from './catalog';
import { transactGuarded } from './guarded-write';
import { indexEntryAction } from './index-entry';
import { indexValueKey } from './index-value';
import type { IndexBuildJob, IndexRemovalJob, StoredJob } from './job-record';
import { indexPartition, indexPlaceKey, jobKey, redactionMarkKey } from './keys';
import { INDEX_STEP_BYTES_MAX, INDEX_STEP_DOCUMENTS_MAX } from './limits';
import { emptyPartition } from './purge';
import { decodeRecord, encodeRecord } from './record';
import { indexedField, newestRevisions } from './snapshot';

interface IndexPlace {
  readonly afterDocumentId: string;
}

/**
 * One bounded step of building an index: some of the documents that nobody has changed since it was made. What is changed meanwhile is entered
 * by those who change it, so that the index is whole once all documents were looked at; then its job goes, which lets readers at it. A step
 * is one write, under the job that was read. Answers whether the index is built.
 *
 * @throws ConditionFailed when the index was dropped, its ledger deleted, the step taken by another worker, or something redacted that it may have read
 */
export async function indexBuildStep(store: Store, job: StoredJob<IndexBuildJob>): Promise<boolean> {
  const { id, strandId, tableId, field, sequenceNo } = job.record;
  const placeKey = indexPlaceKey(strandId, id);
  const markKey = redactionMarkKey(strandId);
  // The mark is read before the documents are.
  const [place, mark] = await Promise.all([store.get(placeKey), store.get(markKey)]);
  const ownGuards = guardsOf(job);
  const guards = [...ownGuards, { check: markKey, if: mark ? { ordinal: mark.ordinal } : { absent: true as const } }];
  const entriesMax = TRANSACT_ACTIONS_MAX - guards.length - 1;
  const entries: Action[] = [];
  let afterDocumentId: string | undefined;
  let documents = 0;
  let bytesRead = 0;
  for await (const { revision, bytes } of newestRevisions(store, strandId, tableId, place && decodeRecord<IndexPlace>(place.value).afterDocumentId)) {
    const { metadata: { id: documentId }, blockAddress } = revision;
    const valueKey = blockAddress.sequenceNo < sequenceNo ? indexValueKey(indexedField(revision.data, field)) : undefined;
    if (valueKey !== undefined) entries.push(indexEntryAction(strandId, id, valueKey, documentId, { since: blockAddress.sequenceNo }, sequenceNo));
    afterDocumentId = documentId;
    documents += 1;
    bytesRead += bytes;
    if (entries.length === entriesMax || documents === INDEX_STEP_DOCUMENTS_MAX || bytesRead >= INDEX_STEP_BYTES_MAX) break;
  }
  if (afterDocumentId === undefined) {
    await finish(store, job);
    return true;
  }
  const moved: Action = {
    put: placeKey,
    value: encodeRecord({ afterDocumentId } satisfies IndexPlace),
    ordinal: (place?.ordinal ?? 0) + 1,
    if: place ? { ordinal: place.ordinal } : { absent: true },
  };
  await transactGuarded(store, [...guards, moved], entries);
  return false;
}

async function finish(store: Store, { record: { id, strandId }, ordinal }: StoredJob<IndexBuildJob>): Promise<void> {
  for (;;) {
    const end: Action[] = [
      { delete: jobKey(strandId, 'index-build', id), if: { ordinal } },
      notPurged(strandId),
      { delete: indexPlaceKey(strandId, id) },
    ];
    try {
      await store.transact([...end, ...await builtIndexActions(store, strandId, id)]);
      return;
    } catch (error) {
      // Definitions are rare, so that this ends.
      if (!(error instanceof ConditionFailed) || error.actionIndex < end.length) throw error;
    }
  }
}

/** Removes what is left of a dropped index, a write at a time while `mayGoOn`; answers whether all of it is gone. @throws ConditionFailed */
export async function indexRemovalStep(store: Store, job: StoredJob<IndexRemovalJob>, mayGoOn: () => boolean): Promise<boolean> {
  const { id, kind, strandId } = job.record;
  if (!await emptyPartition(store, indexPartition(strandId, id), { mayGoOn, guards: guardsOf(job) })) return false;
  await store.transact([{ delete: jobKey(strandId, kind, id), if: { ordinal: job.ordinal } }]);
  return true;
}

const guardsOf = ({ record: { kind, id, strandId }, ordinal }: StoredJob<IndexBuildJob | IndexRemovalJob>): Action[] =>
  [{ check: jobKey(strandId, kind, id), if: { ordinal } }, notPurged(strandId)];

/** A deletion does not wait for the jobs of indexes. */
const notPurged = (strandId: string): Action => ({ check: jobKey(strandId, 'purge', strandId), if: { absent: true } });
