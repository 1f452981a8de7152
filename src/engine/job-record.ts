import { ConditionFailed, type Action, type Item, type Store } from '../store';
import type { ObjectEncryption } from './destinations';
import { JOB_SORT_PREFIX, jobKey } from './keys';
import { FINISHED_JOB_RETENTION_MILLIS } from './limits';
import { decodeRecord, encodeRecord } from './record';
import type { RestoreRefusal } from './restore-inspection';

interface Job {
  readonly id: string;
  readonly strandId: string;
  readonly createdMillis: number;
  /** Set once the job has ended; it is forgotten seven days later. */
  readonly endedMillis?: number;
  /** Why the last attempt failed, in words for the user, and when the next is due. Gone with the first attempt that succeeds. */
  readonly setback?: { readonly message: string; readonly attempts: number; readonly sinceMillis: number; readonly nextAttemptMillis: number };
  /** Held by the one worker that may take the next step. */
  readonly lease?: { readonly owner: string; readonly untilMillis: number };
}

/** A job that somebody asked for, or that concerns a ledger as a whole. */
interface LedgerJob extends Job {
  readonly ledgerName: string;
}

export interface ExportJob extends LedgerJob {
  readonly kind: 'export';
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED';
  readonly inclusiveStartMillis: number;
  readonly exclusiveEndMillis: number;
  readonly bucket: string;
  readonly prefix: string;
  readonly encryption: ObjectEncryption;
  readonly roleArn: string;
  /** Absent when the request named none. */
  readonly outputFormat?: OutputFormat;
  /** Set by the first step. */
  readonly range?: ExportRange;
}

export interface ExportRange {
  /** The first block not exported yet. */
  readonly nextSequenceNo: number;
  readonly lastSequenceNo: number;
  /**
   * Where the object ends that is being written. Decided before the first attempt at it and kept until it is there: blocks may shrink
   * meanwhile, when someone redacts, and the object must not get another name by that.
   */
  readonly objectLastSequenceNo?: number;
}

export type OutputFormat = 'ION_BINARY' | 'ION_TEXT' | 'JSON';

export interface StreamJob extends LedgerJob {
  readonly kind: 'stream';
  readonly status: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'FAILED' | 'IMPAIRED';
  readonly errorCause?: 'KINESIS_STREAM_NOT_FOUND' | 'IAM_PERMISSION_REVOKED';
  readonly streamName: string;
  readonly roleArn: string;
  readonly kinesisStreamArn: string;
  readonly aggregationEnabled: boolean;
  readonly inclusiveStartMillis: number;
  readonly exclusiveEndMillis?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** First block not streamed yet; absent until the CREATED control record is out. */
  readonly nextSequenceNo?: number;
}

export interface PurgeJob extends LedgerJob {
  readonly kind: 'purge';
  readonly status: 'IN_PROGRESS';
  /** Of the restore that the ledger came from, if it was given up. */
  readonly restoreId?: string;
}

/** A ledger made from exports of a journal. It outlives its ledger where it fails, so it rests in a partition of its own, its `strandId`. */
export interface RestoreJob extends LedgerJob {
  readonly kind: 'restore';
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  /** The journal that is restored. */
  readonly journalStrandId: string;
  readonly origin: RestoreOrigin;
  /** That the journal must lead to; `digest` in base64. */
  readonly expected?: { readonly digest: string; readonly sequenceNo: number };
  /** Of the newest block. */
  readonly lastSequenceNo: number;
  readonly objectCount: number;
  /** Whether the list of objects rests in the store. */
  readonly planned: boolean;
  /** What the journal leaves open, one sentence each; the first of them. */
  readonly notes: readonly string[];
  readonly refusal?: RestoreRefusal;
  /** In base64, of the whole journal; set with the end. */
  readonly digest?: string;
}

/** Where the exports are: in a bucket that the worker reads under a role, or wherever the command line found them, which then does the work. */
export type RestoreOrigin =
  | { readonly kind: 'bucket'; readonly bucket: string; readonly prefix: string; readonly roleArn: string }
  | { readonly kind: 'command-line'; readonly location: string };

/** An index, whose id it has, of a table with many documents. As long as it is there, the index is not ready to be read. */
export interface IndexBuildJob extends Job {
  readonly kind: 'index-build';
  readonly status: 'IN_PROGRESS';
  readonly tableId: string;
  readonly field: string;
  /** The block that made the index. Documents that later blocks change are entered together with them. */
  readonly sequenceNo: number;
}

/** What is left of a dropped index, whose id it has. */
export interface IndexRemovalJob extends Job {
  readonly kind: 'index-removal';
  readonly status: 'IN_PROGRESS';
}

export type IndexJob = IndexBuildJob | IndexRemovalJob;

export type JobRecord = ExportJob | StreamJob | PurgeJob | RestoreJob | IndexJob;

export const isIndexJob = (record: JobRecord): record is IndexJob => record.kind === 'index-build' || record.kind === 'index-removal';

/** A job together with the ordinal that the next writer must name. */
export interface StoredJob<J extends JobRecord = JobRecord> {
  readonly record: J;
  readonly ordinal: number;
}

const decode = (item: Item): StoredJob => ({ record: decodeRecord<JobRecord>(item.value), ordinal: item.ordinal });

export const newJobAction = (record: JobRecord): Action =>
  ({ put: jobKey(record.strandId, record.kind, record.id), value: encodeRecord(record), ordinal: 1, if: { absent: true } });

/** The write that changes a job; it fails if the job is no longer as it was read. */
export function jobAction<J extends JobRecord>({ record, ordinal }: StoredJob<J>, change: Partial<J>): Action {
  const changed: J = { ...record, ...change };
  const { endedMillis } = changed;
  return {
    put: jobKey(changed.strandId, changed.kind, changed.id),
    value: encodeRecord(changed),
    ordinal: ordinal + 1,
    if: { ordinal },
    ...(endedMillis === undefined ? {} : { expiresAtSeconds: Math.ceil((endedMillis + FINISHED_JOB_RETENTION_MILLIS) / 1000) }),
  };
}

/** Replaces the record if nobody did so since it was read. @throws ConditionFailed */
export async function replaceJob<J extends JobRecord>(store: Store, job: StoredJob<J>, change: Partial<J>): Promise<StoredJob<J>> {
  await store.transact([jobAction(job, change)]);
  return { record: { ...job.record, ...change }, ordinal: job.ordinal + 1 };
}

export async function findJob<K extends JobRecord['kind']>(
  store: Store, strandId: string, kind: K, id: string, nowMillis: number,
): Promise<StoredJob<JobRecord & { kind: K }> | undefined> {
  const item = await store.get(jobKey(strandId, kind, id));
  const job = item && decode(item);
  return job && !isForgotten(job.record, nowMillis) ? job as StoredJob<JobRecord & { kind: K }> : undefined;
}

/** All jobs of a journal, those that ended long ago included. */
export async function jobsOf(store: Store, strandId: string): Promise<StoredJob[]> {
  const jobs: StoredJob[] = [];
  for await (const item of store.query(strandId, { prefix: JOB_SORT_PREFIX })) jobs.push(decode(item));
  return jobs;
}

/** Jobs of one kind that are not forgotten yet, newest first. */
export async function liveJobsOf<K extends JobRecord['kind']>(
  store: Store, strandId: string, kind: K, nowMillis: number,
): Promise<(JobRecord & { kind: K })[]> {
  return (await jobsOf(store, strandId))
    .map(({ record }) => record)
    .filter((job): job is JobRecord & { kind: K } => job.kind === kind && !isForgotten(job, nowMillis))
    .sort((a, b) => b.createdMillis - a.createdMillis || (a.id < b.id ? -1 : 1));
}

/** The store drops expired items when it likes; readers must not see them in the meantime. */
export const isForgotten = ({ endedMillis }: JobRecord, nowMillis: number): boolean =>
  endedMillis !== undefined && nowMillis - endedMillis >= FINISHED_JOB_RETENTION_MILLIS;

/** Changes a job whatever else happens to it meanwhile. Answers undefined if it is gone or `change` declines. */
export async function changeJob<K extends JobRecord['kind']>(
  store: Store, strandId: string, kind: K, id: string, nowMillis: number,
  change: (job: JobRecord & { kind: K }) => Partial<JobRecord & { kind: K }> | undefined,
): Promise<StoredJob<JobRecord & { kind: K }> | undefined> {
  for (;;) {
    const job = await findJob(store, strandId, kind, id, nowMillis);
    const changes = job && change(job.record);
    if (!changes) return undefined;
    try {
      return await replaceJob(store, job, changes);
    } catch (error) {
      // Each failure means that another change succeeded, so the loop as a whole makes progress.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}
