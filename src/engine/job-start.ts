import { ConditionFailed } from '../store';
import type { EngineContext } from './engine-context';
import { liveJobsOf, newJobAction, type ExportJob, type StreamJob } from './job-record';
import { jobQuotaKey } from './keys';
import { ledgerCheck, requireActiveLedger } from './ledger-record';
import { quotaGuardAction, readQuotaGuard } from './quota-guard';
import { randomId } from './random-id';

type StartedJob = ExportJob | StreamJob;

/** What every job that is started has, however it was asked for. */
export type JobBeginning = Pick<StartedJob, 'id' | 'ledgerName' | 'strandId' | 'createdMillis' | 'inclusiveStartMillis'>;

/** What tells the start of an export from that of a stream. */
export interface JobStart<J extends StartedJob> {
  readonly kind: J['kind'];
  /** A start before the ledger's creation is moved up to it. */
  readonly inclusiveStartMillis: number;
  /** Throws what stands against the job, those of its kind that the ledger has being `others`. */
  refuse(others: readonly J[]): void;
  /** Throws unless the destination takes data. */
  checkDestination(): Promise<void>;
  record(beginning: JobBeginning): J;
}

/**
 * Starts a job for a ledger unless something stands against it; of any number of starts at once, in any number of processes, no more come
 * through than the quota allows. Answers the job's id.
 *
 * @throws LedgerError ResourceNotFoundException, ResourcePreconditionNotMetException, and what `start` throws
 */
export async function startJob<J extends StartedJob>(context: EngineContext, ledgerName: string, start: JobStart<J>): Promise<string> {
  const { store, clock, random } = context;
  const jobs = async (strandId: string): Promise<J[]> => await liveJobsOf(store, strandId, start.kind, clock()) as J[];
  // Cheap refusals first: asking the destination takes a while.
  start.refuse(await jobs((await requireActiveLedger(store, ledgerName)).record.strandId));
  await start.checkDestination();
  for (;;) {
    const ledger = await requireActiveLedger(store, ledgerName);
    const { strandId, creationMillis } = ledger.record;
    const guard = await readQuotaGuard(store, jobQuotaKey(strandId, start.kind));
    start.refuse(await jobs(strandId));
    const id = randomId(random);
    const inclusiveStartMillis = Math.max(start.inclusiveStartMillis, creationMillis);
    const job = start.record({ id, ledgerName, strandId, createdMillis: clock(), inclusiveStartMillis });
    try {
      // A ledger that is deleted meanwhile must not be left with a job.
      await store.transact([newJobAction(job), quotaGuardAction(guard), ledgerCheck(ledger)]);
      context.wake(strandId);
      return id;
    } catch (error) {
      // Each failure means that another start or a change of the ledger succeeded, so the loop as a whole makes progress.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}
