import { ConditionFailed } from '../store';
import { DestinationRefused } from './destinations';
import type { EngineContext } from './engine-context';
import { exportStep } from './export-step';
import { indexBuildStep, indexRemovalStep } from './index-step';
import { reasonOf } from './job-reason';
import {
  changeJob, findJob, isIndexJob, jobsOf, replaceJob, type ExportJob, type IndexBuildJob, type IndexJob, type IndexRemovalJob, type JobRecord,
  type PurgeJob, type RestoreJob, type StoredJob, type StreamJob,
} from './job-record';
import { LedgerError } from './ledger-error';
import { ledgerOfJournal } from './ledger-record';
import { FINISHED_JOB_RETENTION_MILLIS } from './limits';
import { catchUp } from './projection';
import { purgeLedger } from './purge';
import { advanceRestore, endInFailure } from './restore-run';
import { restoreSource } from './restores';
import { streamIsIdle, streamStep } from './stream-step';

/** A step must be done within its lease; the lease is renewed with every step. */
const LEASE_MILLIS = 60_000;
/** Where many steps are taken under one lease. */
const LEASE_RENEWAL_MILLIS = 15_000;
/**
 * How long a job keeps trying against what refuses it: an export then ends as CANCELLED, a stream and a restore as FAILED. A deletion never gives up,
 * since nothing else would free the name.
 */
const PATIENCE_MILLIS: Readonly<Record<JobRecord['kind'], number>> = {
  'export': 15 * 60_000,
  'stream': FINISHED_JOB_RETENTION_MILLIS,
  'purge': Infinity,
  // Nobody asked for these, and nobody else would go on with them.
  'index-build': Infinity,
  'index-removal': Infinity,
  // What was restored before would be lost.
  'restore': 60 * 60_000,
};
const RETRY_DELAY_MILLIS_MAX = 60_000;

/** What the worker tells its operator. Never document data. */
export type WorkerLog = (event: Readonly<Record<string, unknown>>) => void;

/** Streams follow the journal while it grows; everything else works something off. Each lane may be run on its own, so that neither waits for the other. */
export type WorkerLane = 'streams' | 'rest';

const LANES: Readonly<Record<JobRecord['kind'], WorkerLane>> = {
  'stream': 'streams', 'export': 'rest', 'restore': 'rest', 'purge': 'rest', 'index-build': 'rest', 'index-removal': 'rest',
};

/** Takes the steps of exports, streams, restores and deletions. Any number of workers may run; a lease lets one of them at a job. */
export class Worker {
  constructor(private readonly context: EngineContext, private readonly owner: string, private readonly log: WorkerLog) {}

  /**
   * Runs the jobs of one journal until nothing is left to do or `deadlineMillis` has come. Answers when to look again, if ever.
   *
   * @param lane only jobs of this lane; all by default
   */
  async run(strandId: string, deadlineMillis: number, lane?: WorkerLane): Promise<number | undefined> {
    if (lane !== 'streams') await this.catchUp(strandId);
    const jobs = (await jobsOf(this.context.store, strandId)).filter(({ record }) => lane === undefined || LANES[record.kind] === lane);
    const due = await Promise.all(jobs.map(job => this.runJob(job, deadlineMillis)));
    const times = due.filter(time => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Large blocks leave tables behind the journal, and a short-lived request may not be able to bring them up. */
  private async catchUp(strandId: string): Promise<void> {
    await catchUp(this.context.store, strandId).catch((error: unknown) => {
      // A ledger on its way out has no head any more.
      if (!(error instanceof LedgerError)) this.log({ event: 'catch-up-failed', strandId, message: String(error) });
    });
  }

  private async runJob(job: StoredJob, deadlineMillis: number): Promise<number | undefined> {
    const now = this.context.clock();
    const { record } = job;
    if (record.endedMillis !== undefined) return undefined;
    if (record.setback && record.setback.nextAttemptMillis > now) return record.setback.nextAttemptMillis;
    if (record.lease && record.lease.owner !== this.owner && record.lease.untilMillis > now) return record.lease.untilMillis;
    try {
      if (record.kind === 'purge') {
        const purge = job as StoredJob<PurgeJob>;
        if (await purgeLedger(this.context.store, purge, () => this.context.clock() < deadlineMillis)) return undefined;
        // Workers that listen to writes of jobs learn that there is more to do.
        await replaceJob(this.context.store, purge, { setback: undefined });
        return this.context.clock();
      }
      if (record.kind === 'restore') return await this.runRestore(job as StoredJob<RestoreJob>, deadlineMillis);
      if (isIndexJob(record)) return await this.runIndexJob(job as StoredJob<IndexJob>, deadlineMillis);
      if (record.kind === 'stream' && await streamIsIdle(this.context, job as StoredJob<StreamJob>)) return record.exclusiveEndMillis;
      return await this.runSteps(await this.leased(job as StoredJob<ExportJob | StreamJob>), deadlineMillis);
    } catch (error) {
      // Someone else changed the job: look at what it is now.
      if (error instanceof ConditionFailed) return this.context.clock();
      return this.setBack(record, error);
    }
  }

  private async runSteps(leased: StoredJob<ExportJob | StreamJob>, deadlineMillis: number): Promise<number | undefined> {
    let job = leased;
    while (this.context.clock() < deadlineMillis) {
      const { setback } = job.record;
      job = job.record.kind === 'export'
        ? await exportStep(this.context, job as StoredJob<ExportJob>)
        : await streamStep(this.context, job as StoredJob<StreamJob>);
      const { record } = job;
      const { kind, id, ledgerName, status } = record;
      if (setback) this.log({ event: 'job-recovered', kind, id, ledgerName, attempts: setback.attempts });
      if (record.endedMillis !== undefined) {
        this.log({ event: 'job-ended', kind, id, ledgerName, status });
        return undefined;
      }
      if (record.kind === 'stream' && await streamIsIdle(this.context, job as StoredJob<StreamJob>)) break;
      job = await this.leased(job);
    }
    await replaceJob(this.context.store, job, { lease: undefined });
    // A block that came between the last look and the release found the lease taken: look once more.
    const idle = job.record.kind === 'stream' && await streamIsIdle(this.context, job as StoredJob<StreamJob>);
    return idle ? (job.record as StreamJob).exclusiveEndMillis : this.context.clock();
  }

  private async runRestore(job: StoredJob<RestoreJob>, deadlineMillis: number): Promise<number | undefined> {
    const { origin, ledgerName } = job.record;
    // Its exports are where only the command that began it can read them.
    if (origin.kind === 'command-line') return undefined;
    const leased = await this.leased(job);
    const renew = async (current: StoredJob<RestoreJob>): Promise<StoredJob<RestoreJob>> =>
      this.leased(await replaceJob(this.context.store, current, { setback: undefined }));
    const advanced = await advanceRestore(this.context, leased, await restoreSource(this.context, ledgerName, origin), { deadlineMillis, renew });
    const { record } = advanced;
    if (record.endedMillis === undefined) {
      await replaceJob(this.context.store, advanced, { lease: undefined, setback: undefined });
      return this.context.clock();
    }
    this.log({ event: 'job-ended', kind: record.kind, id: record.id, ledgerName, status: record.status, findings: record.refusal?.findings });
    return undefined;
  }

  private async runIndexJob(job: StoredJob<IndexJob>, deadlineMillis: number): Promise<number | undefined> {
    const { store, clock } = this.context;
    const { kind, id, strandId } = job.record;
    // A restore would find that its journal has another writer; what is deleted needs no index.
    if ((await ledgerOfJournal(store, strandId))?.state !== 'ACTIVE') return undefined;
    // The job is there before the rest of what its block says.
    await catchUp(store, strandId);
    let leased = await this.leased(job);
    let renewedMillis = clock();
    while (clock() < deadlineMillis) {
      const mayGoOn = (): boolean => clock() < Math.min(deadlineMillis, renewedMillis + LEASE_RENEWAL_MILLIS);
      const isDone = leased.record.kind === 'index-build'
        ? await indexBuildStep(store, leased as StoredJob<IndexBuildJob>)
        : await indexRemovalStep(store, leased as StoredJob<IndexRemovalJob>, mayGoOn);
      if (isDone) {
        this.log({ event: 'job-ended', kind, id, strandId, status: 'COMPLETED' });
        return undefined;
      }
      if (clock() - renewedMillis >= LEASE_RENEWAL_MILLIS) {
        leased = await this.leased(leased);
        renewedMillis = clock();
      }
    }
    await replaceJob(store, leased, { lease: undefined, setback: undefined });
    return clock();
  }

  private leased<J extends ExportJob | StreamJob | RestoreJob | IndexJob>(job: StoredJob<J>): Promise<StoredJob<J>> {
    const lease = { owner: this.owner, untilMillis: this.context.clock() + LEASE_MILLIS };
    return replaceJob(this.context.store, job, { lease } as Partial<J>);
  }

  /** A step failed: try again later, longer each time, until patience ends. */
  private async setBack({ strandId, kind, id }: JobRecord, error: unknown): Promise<number | undefined> {
    const now = this.context.clock();
    const job = (await findJob(this.context.store, strandId, kind, id, now))?.record;
    if (!job || job.endedMillis !== undefined) return undefined;
    const sinceMillis = job.setback?.sinceMillis ?? now;
    const attempts = (job.setback?.attempts ?? 0) + 1;
    const nextAttemptMillis = now + Math.min(RETRY_DELAY_MILLIS_MAX, 1_000 * 2 ** Math.min(attempts - 1, 10));
    const message = reasonOf(error, job);
    const setback = { message, attempts, sinceMillis, nextAttemptMillis };
    const outOfPatience = now - sinceMillis >= PATIENCE_MILLIS[kind];
    // Only the log tells what went wrong inside.
    const fault = error instanceof DestinationRefused ? {} : { cause: error instanceof Error ? error.stack : String(error) };
    const impaired = kind === 'stream' ? impairment(error) : {};
    this.log({
      event: 'job-setback', kind, id, ...'ledgerName' in job ? { ledgerName: job.ledgerName } : { strandId }, message, attempts, givenUp: outOfPatience, impaired: impaired.status === 'IMPAIRED', ...fault,
    });

    // A restore that is given up leaves no ledger behind.
    if (kind === 'restore' && outOfPatience) {
      const found = await findJob(this.context.store, strandId, kind, id, now);
      if (found && found.record.endedMillis === undefined) await endInFailure(this.context, found, { setback });
      return undefined;
    }
    const change = {
      ...impaired,
      ...(outOfPatience ? { status: kind === 'export' ? 'CANCELLED' : 'FAILED', endedMillis: now } : {}),
    };
    const changes = { ...change, setback, lease: undefined } as Partial<JobRecord & { kind: typeof kind }>;
    await changeJob(this.context.store, strandId, kind, id, now, ({ endedMillis }) => endedMillis === undefined ? changes : undefined);
    return outOfPatience ? undefined : nextAttemptMillis;
  }
}

/** Only the causes that QLDB knows impair a stream; a passing fault is retried in silence. */
function impairment(error: unknown): Partial<StreamJob> {
  if (!(error instanceof DestinationRefused)) return {};
  switch (error.reason) {
    case 'not-found': return { status: 'IMPAIRED', errorCause: 'KINESIS_STREAM_NOT_FOUND' };
    case 'access-denied': return { status: 'IMPAIRED', errorCause: 'IAM_PERMISSION_REVOKED' };
    case 'unavailable': return {};
  }
}
