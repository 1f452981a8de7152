import type { Worker } from '../engine';
import type { ServiceLog } from './service-log';

export interface WorkerLoopOptions {
  readonly worker: Pick<Worker, 'run'>;
  readonly clock: () => number;
  readonly log: ServiceLog;
}

/** A run returns to the loop after that long, so that stopping never waits longer than one step beyond it. */
const SLICE_MILLIS = 2_000;
const RETRY_MILLIS = 5_000;
/** A timer cannot be set for longer than 24 days; waking for nothing once an hour costs one read. */
const DELAY_MILLIS_MAX = 3_600_000;

interface Strand { running: boolean; again: boolean; timer?: NodeJS.Timeout }

/** Runs the jobs of each journal one run at a time: when something woke it, and when its next job is due. */
export class WorkerLoop {
  private readonly strands = new Map<string, Strand>();
  private readonly runs = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: WorkerLoopOptions) {}

  /** Something happened that the jobs of the journal may wait for. */
  wake(strandId: string): void {
    if (this.stopped) return;
    const strand = this.strands.get(strandId) ?? { running: false, again: false };
    this.strands.set(strandId, strand);
    clearTimeout(strand.timer);
    if (strand.running) {
      strand.again = true;
      return;
    }
    strand.running = true;
    const run = this.run(strandId, strand).finally(() => this.runs.delete(run));
    this.runs.add(run);
  }

  /** Ends the timers and waits for the runs in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const { timer } of this.strands.values()) clearTimeout(timer);
    await Promise.all(this.runs);
  }

  private async run(strandId: string, strand: Strand): Promise<void> {
    const dueMillis = await this.slice(strandId);
    strand.running = false;
    if (this.stopped) return;
    if (strand.again) {
      strand.again = false;
      this.wake(strandId);
    } else if (dueMillis !== undefined) {
      const delayMillis = Math.min(DELAY_MILLIS_MAX, Math.max(0, dueMillis - this.options.clock()));
      strand.timer = setTimeout(() => this.wake(strandId), delayMillis);
      strand.timer.unref();
    } else {
      this.strands.delete(strandId);
    }
  }

  private async slice(strandId: string): Promise<number | undefined> {
    const { worker, clock, log } = this.options;
    try {
      return await worker.run(strandId, clock() + SLICE_MILLIS);
    } catch (error) {
      log({ event: 'worker-failed', strandId, cause: error instanceof Error ? error.stack : String(error) });
      return clock() + RETRY_MILLIS;
    }
  }
}
