import { digest, exportedBlocks, Unreadable, type ExportedJournalObject, type ExportSource } from '../journal';
import { ConditionFailed, type Store } from '../store';
import type { EngineContext } from './engine-context';
import { jobAction, replaceJob, type RestoreJob, type StoredJob } from './job-record';
import { readBlock, readNode } from './journal-store';
import { headKey, restorePlanKey, restorePlanPartition, sequenceText } from './keys';
import { LedgerError } from './ledger-error';
import { findLedger, ledgerAction } from './ledger-record';
import { removalActions } from './ledgers';
import { emptyPartition } from './purge';
import { decodeRecord, encodeRecord } from './record';
import { ObjectInspection, type RestoreRefusal } from './restore-inspection';
import { planRestore } from './restore-plan';
import { RestoredJournal } from './restored-journal';

/** How a restore is taken further. */
export interface RestoreAdvance {
  readonly deadlineMillis: number;
  /** Keeps other workers away for another while. @default - nobody else works on it */
  readonly renew?: (job: StoredJob<RestoreJob>) => Promise<StoredJob<RestoreJob>>;
  readonly progress?: (restoredBlockCount: number) => void;
}

const RENEWAL_MILLIS = 15_000;
const NOTES_KEPT_MAX = 20;
const PLAN_ITEMS_PER_WRITE = 100;

/**
 * Goes on with a restore where it was left, until it ends or time is up. A journal that does not hold is refused, and its ledger removed.
 * What is restored follows from the store alone, so that the process may die anywhere.
 *
 * @throws whatever reading the source throws, and ConditionFailed when the restore is somebody else's or was cancelled
 */
export async function advanceRestore(
  context: EngineContext, job: StoredJob<RestoreJob>, source: ExportSource, advance: RestoreAdvance,
): Promise<StoredJob<RestoreJob>> {
  const run = new RestoreRun(context, job, guarded(source), advance);
  try {
    return await run.toEnd();
  } catch (error) {
    if (error instanceof SourceFailure) throw error.cause;
    if (error instanceof Unreadable) return refuse(context, run.job, { outcome: 'INCOMPLETE', findings: [error.message], findingCount: 1 });
    if (error instanceof Refused) return refuse(context, run.job, error.refusal);
    throw error;
  }
}

class Refused extends Error {
  constructor(readonly refusal: RestoreRefusal) {
    super(refusal.findings[0]);
  }
}

class RestoreRun {
  private renewedMillis: number;

  constructor(
    private readonly context: EngineContext, public job: StoredJob<RestoreJob>, private readonly source: ExportSource,
    private readonly advance: RestoreAdvance,
  ) {
    this.renewedMillis = context.clock();
  }

  async toEnd(): Promise<StoredJob<RestoreJob>> {
    if (!this.job.record.planned) await this.plan();
    const { lastSequenceNo } = this.job.record;
    const journal = await this.openJournal();
    while (journal.tip.sequenceNo < lastSequenceNo) {
      if (!await this.restoreObject(journal)) return this.job;
    }
    return this.complete();
  }

  /** The list of objects is made once: exports that are added meanwhile belong to another restore. */
  private async plan(): Promise<void> {
    const { store } = this.context;
    const { id, ledgerName, journalStrandId, lastSequenceNo } = this.job.record;
    const plan = await planRestore(this.source);
    if (plan.strandId !== journalStrandId || plan.lastSequenceNo < lastSequenceNo) {
      throw new Unreadable(`${this.source.name} no longer holds what it held when the restore began. Start it again.`);
    }
    // Left by an attempt that was cut off, perhaps in another partition of objects.
    await emptyPartition(store, restorePlanPartition(ledgerName, id));
    for (let start = 0; start < plan.objects.length; start += PLAN_ITEMS_PER_WRITE) {
      await store.transact(plan.objects.slice(start, start + PLAN_ITEMS_PER_WRITE).map(object => (
        { put: restorePlanKey(ledgerName, id, object.firstSequenceNo), value: encodeRecord(object) })));
    }
    const { objects: { length: objectCount }, lastSequenceNo: tip } = plan;
    this.job = await replaceJob(store, this.job, { planned: true, objectCount, lastSequenceNo: tip, setback: undefined });
  }

  private async openJournal(): Promise<RestoredJournal> {
    const { id, journalStrandId } = this.job.record;
    // The ledger was deleted, and the job with it.
    const lost = new ConditionFailed(0, headKey(journalStrandId));
    const journal = await RestoredJournal.open(this.context.store, journalStrandId).catch((error: unknown) => {
      throw error instanceof LedgerError ? lost : error;
    });
    // And another restore of the journal has begun.
    if (journal.tip.restoreId !== undefined && journal.tip.restoreId !== id) throw lost;
    return journal;
  }

  /** Answers false when time is up. @throws Refused, Unreadable */
  private async restoreObject(journal: RestoredJournal): Promise<boolean> {
    const { clock } = this.context;
    const object = await this.objectOf(journal.tip.sequenceNo + 1);
    const { journalStrandId: strandId } = this.job.record;
    const inspection = new ObjectInspection(object, strandId, { ...journal.tip, strandId }, clock());
    for await (const block of exportedBlocks(this.source.read(object.key), object)) {
      const { blockTimestampMillis } = journal.tip;
      // What follows a bad block is only looked at.
      if (!inspection.add(block)) continue;
      const notes = [...await journal.add(block)];
      if (block.blockTimestampMillis < blockTimestampMillis) {
        notes.push(`Block ${block.blockAddress.sequenceNo}: its time is before that of an earlier block. Exports by time may cut there inexactly.`);
      }
      if (notes.length > 0) await this.note(notes);
      if (clock() - this.renewedMillis >= RENEWAL_MILLIS) await this.renew();
      if (clock() >= this.advance.deadlineMillis) {
        await journal.flush();
        return false;
      }
      this.advance.progress?.(journal.tip.sequenceNo + 1);
    }
    const refusal = inspection.end();
    if (refusal) throw new Refused(refusal);
    await journal.flush();
    return true;
  }

  private async objectOf(sequenceNo: number): Promise<ExportedJournalObject> {
    const { id, ledgerName } = this.job.record;
    const range = { to: sequenceText(sequenceNo), reverse: true, limit: 1 };
    for await (const { value } of this.context.store.query(restorePlanPartition(ledgerName, id), range)) {
      return decodeRecord<ExportedJournalObject>(value);
    }
    throw new Error(`The plan of restore ${id} names no object for block ${sequenceNo}: the store is damaged.`);
  }

  private async note(more: readonly string[]): Promise<void> {
    const notes = [...new Set([...this.job.record.notes, ...more])].slice(0, NOTES_KEPT_MAX);
    if (notes.length > this.job.record.notes.length) this.job = await replaceJob(this.context.store, this.job, { notes });
  }

  private async renew(): Promise<void> {
    this.renewedMillis = this.context.clock();
    if (this.advance.renew) this.job = await this.advance.renew(this.job);
  }

  /** Compares the digest, and opens the ledger. */
  private async complete(): Promise<StoredJob<RestoreJob>> {
    const { store, clock, wake } = this.context;
    const { id, ledgerName, journalStrandId, expected, lastSequenceNo } = this.job.record;
    if (expected) {
      const reached = await digestText(store, journalStrandId, expected.sequenceNo);
      if (reached !== expected.digest) {
        const finding = `The blocks up to ${expected.sequenceNo} lead to the digest ${reached}, not the expected ${expected.digest}.`;
        throw new Refused({ outcome: 'TAMPERED', findings: [finding], findingCount: 1 });
      }
    }
    await emptyPartition(store, restorePlanPartition(ledgerName, id));
    const first = await readBlock(store, journalStrandId, 0);
    const end: Partial<RestoreJob> = {
      status: 'COMPLETED', endedMillis: clock(), digest: await digestText(store, journalStrandId, lastSequenceNo), lease: undefined, setback: undefined,
    };
    for (;;) {
      const ledger = await findLedger(store, ledgerName);
      if (!ledger || ledger.record.restoreId !== id) throw new ConditionFailed(0, { partition: 'ledgers', sort: ledgerName });
      try {
        // The ledger is as old as its first block: exports of the whole journal begin there.
        const open = { state: 'ACTIVE', restoreId: undefined, creationMillis: first!.blockTimestampMillis } as const;
        await store.transact([jobAction(this.job, end), ledgerAction(ledger, open)]);
        break;
      } catch (error) {
        // Whoever changed the ledger meanwhile succeeded; whoever changed the job took it over.
        if (!(error instanceof ConditionFailed) || error.actionIndex === 0) throw error;
      }
    }
    // Indexes of large tables are built from now on.
    wake(journalStrandId);
    this.job = { record: { ...this.job.record, ...end }, ordinal: this.job.ordinal + 1 };
    return this.job;
  }
}

/** Ends the job and takes the half-made ledger away: its name and its journal become free again. */
async function refuse(context: EngineContext, job: StoredJob<RestoreJob>, refusal: RestoreRefusal): Promise<StoredJob<RestoreJob>> {
  return endInFailure(context, job, { refusal });
}

/** @throws ConditionFailed when the restore is somebody else's or was cancelled */
export async function endInFailure(
  { store, clock, wake }: EngineContext, job: StoredJob<RestoreJob>, change: Partial<RestoreJob>,
): Promise<StoredJob<RestoreJob>> {
  const { id, ledgerName, journalStrandId } = job.record;
  const endedMillis = clock();
  const end: Partial<RestoreJob> = { ...change, status: 'FAILED', endedMillis, lease: undefined };
  for (;;) {
    const ledger = await findLedger(store, ledgerName);
    const isOurs = ledger?.record.restoreId === id && ledger.record.state === 'CREATING';
    try {
      await store.transact([jobAction(job, end), ...isOurs ? removalActions(ledger, endedMillis) : []]);
      break;
    } catch (error) {
      if (!(error instanceof ConditionFailed) || error.actionIndex === 0) throw error;
    }
  }
  wake(journalStrandId);
  return { record: { ...job.record, ...end }, ordinal: job.ordinal + 1 };
}

const digestText = async (store: Store, strandId: string, sequenceNo: number): Promise<string> =>
  Buffer.from(await digest(sequenceNo + 1, readNode(store, strandId))).toString('base64');

/** What went wrong on the way to the exports says nothing about them. */
class SourceFailure extends Error {
  constructor(readonly cause: unknown) {
    super('The exports could not be read.');
  }
}

function guarded(source: ExportSource): ExportSource {
  async function* attempt<T>(items: () => AsyncIterable<T>): AsyncIterable<T> {
    try {
      yield* items();
    } catch (error) {
      throw new SourceFailure(error);
    }
  }
  return { name: source.name, keys: () => attempt(() => source.keys()), read: key => attempt(() => source.read(key)) };
}
