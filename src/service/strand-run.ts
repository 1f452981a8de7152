import type { Worker } from '../engine';

export interface StrandRunOptions {
  readonly worker: Pick<Worker, 'run'>;
  readonly strandId: string;
  /** When to come back at the latest, in milliseconds since the epoch. */
  readonly deadlineMillis: number;
  /** What is due later than that is left to the schedule: waiting costs as much as working. */
  readonly patienceEndMillis: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly sleep: (millis: number) => Promise<unknown>;
}

/** How often a journal's streams are looked at while other work on it keeps the invocation busy, and with it the events behind it. */
const STREAM_POLL_MILLIS = 250;
/** A job that somebody else just changed is due at once, and should not be asked about in a tight loop. */
const PAUSE_MILLIS_MIN = 20;

/**
 * Runs the jobs of a journal for as long as anything is due soon: waiting here for a retry of a second beats waiting for the schedule's next
 * minute. Streams go on beside exports and deletions.
 */
export async function runStrand(options: StrandRunOptions): Promise<void> {
  const { deadlineMillis, clock, sleep } = options;
  let isWorking = true;
  const rest = workOff(options, 'rest').finally(() => {
    isWorking = false;
  });
  const streams = async (): Promise<void> => {
    for (;;) {
      await workOff(options, 'streams');
      if (!isWorking || clock() + STREAM_POLL_MILLIS >= deadlineMillis) return;
      await sleep(STREAM_POLL_MILLIS);
    }
  };
  const outcomes = await Promise.allSettled([rest, streams()]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function workOff({ worker, strandId, deadlineMillis, patienceEndMillis, clock, sleep }: StrandRunOptions, lane: 'rest' | 'streams'): Promise<void> {
  for (;;) {
    const dueMillis = await worker.run(strandId, deadlineMillis, lane);
    if (dueMillis === undefined || dueMillis > Math.max(patienceEndMillis, clock())) return;
    const pauseMillis = Math.max(PAUSE_MILLIS_MIN, dueMillis - clock());
    if (clock() + pauseMillis >= deadlineMillis) return;
    await sleep(pauseMillis);
  }
}
