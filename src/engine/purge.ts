import { TRANSACT_ACTIONS_MAX, type Action, type Key, type Store } from '../store';
import { readCatalog } from './catalog';
import { jobsOf, type PurgeJob, type StoredJob } from './job-record';
import {
  blockPartition, documentPartition, exportObjectPartition, historyPartition, indexPartition, jobKey, ledgerKey, nodePartition, restorePlanPartition,
} from './keys';

/**
 * Removes everything of a ledger, a write at a time while `mayGoOn`; answers whether all of it is gone. Its record and the job that asks for this
 * go last and together, so that a purge that stopped or was interrupted is taken up again, and a late one cannot hurt a ledger that took the name.
 */
export async function purgeLedger(store: Store, { record: purge, ordinal }: StoredJob<PurgeJob>, mayGoOn: () => boolean): Promise<boolean> {
  const { ledgerName, strandId, restoreId } = purge;
  const { tables } = await readCatalog(store, strandId);
  const jobs = (await jobsOf(store, strandId)).map(({ record }) => record);
  const exportIds = jobs.filter(({ kind }) => kind === 'export').map(({ id }) => id);
  // The catalog does not know of those that were dropped.
  const droppedIndexIds = jobs.filter(({ kind }) => kind === 'index-removal').map(({ id }) => id);
  const partitions = [
    ...tables.flatMap(({ tableId, indexes }) => [
      documentPartition(strandId, tableId),
      historyPartition(strandId, tableId),
      ...indexes.map(({ indexId }) => indexPartition(strandId, indexId)),
    ]),
    ...droppedIndexIds.map(id => indexPartition(strandId, id)),
    ...exportIds.map(id => exportObjectPartition(strandId, id)),
    blockPartition(strandId),
    nodePartition(strandId),
    ...restoreId === undefined ? [] : [restorePlanPartition(ledgerName, restoreId)],
  ];
  for (const partition of partitions) if (!await emptyPartition(store, partition, { mayGoOn })) return false;
  const job = jobKey(strandId, purge.kind, purge.id);
  // The catalog, which tells the partitions, is among the last to go.
  if (!await emptyPartition(store, strandId, { mayGoOn, kept: job })) return false;
  await store.transact([{ delete: job, if: { ordinal } }, { delete: ledgerKey(ledgerName) }]);
  return true;
}

interface Emptying {
  readonly mayGoOn?: () => boolean;
  readonly kept?: Key;
  readonly guards?: readonly Action[];
}

/** Answers whether the partition is empty, but for `kept`; at least one write is made before `mayGoOn` is asked. Each is made under `guards`. */
export async function emptyPartition(
  store: Store, partition: string, { mayGoOn = () => true, kept, guards = [] }: Emptying = {},
): Promise<boolean> {
  for (;;) {
    const actions: Action[] = [];
    for await (const { key } of store.query(partition, { limit: TRANSACT_ACTIONS_MAX - guards.length })) {
      if (key.sort !== kept?.sort) actions.push({ delete: key });
    }
    if (actions.length === 0) return true;
    await store.transact([...guards, ...actions]);
    if (!mayGoOn()) return false;
  }
}
