import { Unreadable, type ExportSource } from '../journal';
import { ConditionFailed } from '../store';
import { DestinationRefused } from './destinations';
import { ledgerArn, type EngineContext } from './engine-context';
import { isForgotten, jobsOf, newJobAction, type RestoreJob, type RestoreOrigin, type StoredJob } from './job-record';
import { readHead, restoredHeadAction } from './journal-head';
import { LEDGER_QUOTA_KEY, ledgerKey, restorePartition } from './keys';
import { LedgerError } from './ledger-error';
import { findLedger, ledgersAfter, type LedgerRecord } from './ledger-record';
import { nameTaken, refuseTooManyLedgers, type NewLedger } from './ledgers';
import { quotaGuardAction, readQuotaGuard } from './quota-guard';
import { randomId } from './random-id';
import { encodeRecord } from './record';
import { planRestore, type RestorePlan } from './restore-plan';
import { advanceRestore, type RestoreAdvance } from './restore-run';
import { EMPTY_HEAD } from './restored-journal';

export interface RestoreRequest {
  readonly ledger: NewLedger;
  readonly origin: RestoreOrigin;
  /** That the journal must lead to, taken at the block `sequenceNo`. @default - the newest block */
  readonly expected?: { readonly digest: Uint8Array; readonly sequenceNo?: number };
}

/** A restore, and how far it got. */
export interface RestoreStatus {
  readonly job: RestoreJob;
  readonly restoredBlockCount: number;
}

/** Ledgers from exports of their journals: the same blocks, so the same digests and proofs, and then new blocks on top. */
export class Restores {
  constructor(private readonly context: EngineContext) {}

  /**
   * Makes a ledger in state CREATING, whose blocks come with the steps of its job.
   *
   * @throws LedgerError IllegalArgumentException when the exports cannot make a ledger, and the errors of creating one
   */
  async startFromBucket(request: RestoreRequest & { readonly origin: { readonly kind: 'bucket' } }): Promise<RestoreJob> {
    try {
      const source = await restoreSource(this.context, request.ledger.name, request.origin);
      const job = await this.start(request, source);
      this.context.wake(job.strandId);
      return job;
    } catch (error) {
      if (error instanceof Unreadable) throw new LedgerError('IllegalArgumentException', error.message);
      if (!(error instanceof DestinationRefused)) throw error;
      const message = `The exports in s3://${request.origin.bucket}/${request.origin.prefix} cannot be read: ${error.code} ${error.message}`;
      throw error.reason === 'unavailable'
        ? new LedgerError('CapacityExceededException', `${message}. Try again.`)
        : new LedgerError('IllegalArgumentException', message);
    }
  }

  /** As above for exports that the caller can read. @throws Unreadable, LedgerError */
  async start({ ledger, origin, expected }: RestoreRequest, source: ExportSource): Promise<RestoreJob> {
    const { store, clock, random } = this.context;
    await refuseTooManyLedgers(this.context);
    if (await findLedger(store, ledger.name)) throw await nameTaken(store, ledger.name);
    const plan = await planRestore(source);
    const { strandId, lastSequenceNo } = plan;
    await this.refuseSecondJournal(strandId);
    checkExpectation(plan, expected?.sequenceNo);
    const createdMillis = clock();
    const id = randomId(random);
    const job: RestoreJob = {
      kind: 'restore',
      id,
      ledgerName: ledger.name,
      strandId: restorePartition(ledger.name),
      journalStrandId: strandId,
      status: 'IN_PROGRESS',
      createdMillis,
      origin,
      ...(expected && { expected: { digest: Buffer.from(expected.digest).toString('base64'), sequenceNo: expected.sequenceNo ?? lastSequenceNo } }),
      lastSequenceNo,
      objectCount: plan.objects.length,
      planned: false,
      notes: [],
    };
    const record: LedgerRecord = { ...ledger, strandId, state: 'CREATING', creationMillis: createdMillis, restoreId: id };
    for (;;) {
      const guard = await readQuotaGuard(store, LEDGER_QUOTA_KEY);
      await this.refuseSecondJournal(strandId);
      await refuseTooManyLedgers(this.context);
      try {
        await store.transact([
          { put: ledgerKey(ledger.name), value: encodeRecord(record), ordinal: 1, if: { absent: true } },
          // The journal's own claim: two restores under two names would write the same items.
          restoredHeadAction(strandId, { ...EMPTY_HEAD, restoreId: id }, createdMillis),
          newJobAction(job),
          quotaGuardAction(guard),
        ]);
        return job;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        await this.refuseSecondJournal(strandId);
        if (await findLedger(store, ledger.name)) throw await nameTaken(store, ledger.name);
        // Another ledger came first, and has to be counted now.
      }
    }
  }

  /** The newest restore under that name, seven days long after its end. @throws LedgerError ResourceNotFoundException */
  async describe(ledgerName: string): Promise<RestoreStatus> {
    const found = await this.newest(ledgerName);
    if (!found) {
      throw new LedgerError('ResourceNotFoundException', `No restore of a Ledger with name ${ledgerName} is known. Those that ended are forgotten after seven days.`, {
        ResourceType: 'LedgerRestore', ResourceName: ledgerName,
      });
    }
    return { job: found.record, restoredBlockCount: await this.restoredBlockCount(found.record) };
  }

  /** The restore that a ledger waits for. */
  async unfinished(ledgerName: string): Promise<StoredJob<RestoreJob> | undefined> {
    const newest = await this.newest(ledgerName);
    return newest?.record.status === 'IN_PROGRESS' ? newest : undefined;
  }

  /** Goes on with a restore until it ends or time is up. Answers the job as it is then. */
  async advance(job: StoredJob<RestoreJob>, source: ExportSource, advance: RestoreAdvance): Promise<StoredJob<RestoreJob>> {
    return advanceRestore(this.context, job, source, advance);
  }

  private async newest(ledgerName: string): Promise<StoredJob<RestoreJob> | undefined> {
    const jobs = (await jobsOf(this.context.store, restorePartition(ledgerName))) as StoredJob<RestoreJob>[];
    return jobs
      .filter(({ record }) => !isForgotten(record, this.context.clock()))
      .sort((one, other) => other.record.createdMillis - one.record.createdMillis)[0];
  }

  private async restoredBlockCount({ status, journalStrandId, lastSequenceNo }: RestoreJob): Promise<number> {
    if (status === 'COMPLETED') return lastSequenceNo + 1;
    const head = status === 'IN_PROGRESS' ? await readHead(this.context.store, journalStrandId).catch(() => undefined) : undefined;
    return head ? head.sequenceNo + 1 : 0;
  }

  /** Everything of a ledger rests under its journal's id, so a store holds a journal once. */
  private async refuseSecondJournal(strandId: string): Promise<void> {
    for await (const { name, strandId: taken, state } of ledgersAfter(this.context.store)) {
      if (taken !== strandId) continue;
      if (state === 'DELETING') {
        throw new LedgerError('ResourceInUseException',
          `The journal ${strandId} is that of the Ledger with name ${name}, which is still being deleted. Wait and try again.`,
          { ResourceType: 'Ledger', ResourceName: name });
      }
      throw new LedgerError('IllegalArgumentException',
        `The journal ${strandId} is that of the Ledger with name ${name} already. Delete that ledger first, or restore into another service.`);
    }
  }
}

/** A digest of a later block than there are cannot be reached. @throws Unreadable */
export function checkExpectation({ lastSequenceNo }: Pick<RestorePlan, 'lastSequenceNo'>, sequenceNo: number | undefined): void {
  if (sequenceNo === undefined || sequenceNo <= lastSequenceNo) return;
  throw new Unreadable(`The digest was taken at block ${sequenceNo}, but the last block is ${lastSequenceNo}: `
    + 'what came after it is gone, or was not exported.');
}

/** The exports of a job that the worker does. @throws DestinationRefused */
export async function restoreSource(
  { destinations, account }: EngineContext, ledgerName: string, { bucket, prefix, roleArn }: RestoreOrigin & { kind: 'bucket' },
): Promise<ExportSource> {
  return destinations.exports(roleArn, ledgerArn(account, ledgerName), { bucket, prefix });
}
