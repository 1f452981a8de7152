import type { Worker, WorkerLane } from '../engine';
import type { ServiceLog } from './service-log';

export interface WorkerLoopOptions {
  readonly worker: Pick<Worker, 'run'>;
  readonly clock: () => number;
  readonly log: ServiceLog;
}

/** A run returns to the loop after that long, so that stopping never waits longer than one step beyond it. */
const SLICE_MILLIS = 2_000;
const RETRY_MILLIS = 5_000;
/** Every commit wakes the lanes of its journal: under load they look at it that often, and leave the time between to the commits. */
export const REST_MILLIS = 20;
/** A timer cannot be set for longer than 24 days; waking for nothing once an hour costs one read. */
const DELAY_MILLIS_MAX = 3_600_000;

const LANES: readonly WorkerLane[] = ['streams', 'rest'];

/** One lane of one journal. */
interface Lane { readonly strandId: string; readonly lane: WorkerLane; running: boolean; again: boolean; timer?: NodeJS.Timeout }

/** Runs the jobs of each journal when something woke it, and when its next job is due; those of one lane one run at a time. */
export class WorkerLoop {
  private readonly lanes = new Map<string, Lane>();
  private readonly runs = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: WorkerLoopOptions) {}

  /** Something happened that the jobs of the journal may wait for. */
  wake(strandId: string): void {
    for (const lane of LANES) this.wakeLane(strandId, lane);
  }

  /** Ends the timers and waits for the runs in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const { timer } of this.lanes.values()) clearTimeout(timer);
    await Promise.all(this.runs);
  }

  private wakeLane(strandId: string, laneName: WorkerLane): void {
    if (this.stopped) return;
    const key = `${laneName} ${strandId}`;
    const lane = this.lanes.get(key) ?? { strandId, lane: laneName, running: false, again: false };
    this.lanes.set(key, lane);
    clearTimeout(lane.timer);
    if (lane.running) {
      lane.again = true;
      return;
    }
    lane.running = true;
    const run = this.run(key, lane).finally(() => this.runs.delete(run));
    this.runs.add(run);
  }

  private async run(key: string, lane: Lane): Promise<void> {
    const dueMillis = await this.slice(lane);
    if (!this.stopped && dueMillis === undefined) await new Promise(resolve => setTimeout(resolve, REST_MILLIS));
    lane.running = false;
    if (this.stopped) return;
    if (lane.again) {
      lane.again = false;
      this.wakeLane(lane.strandId, lane.lane);
    } else if (dueMillis !== undefined) {
      const delayMillis = Math.min(DELAY_MILLIS_MAX, Math.max(0, dueMillis - this.options.clock()));
      lane.timer = setTimeout(() => this.wakeLane(lane.strandId, lane.lane), delayMillis);
      lane.timer.unref();
    } else {
      this.lanes.delete(key);
    }
  }

  private async slice({ strandId, lane }: Lane): Promise<number | undefined> {
    const { worker, clock, log } = this.options;
    try {
      return await worker.run(strandId, clock() + SLICE_MILLIS, lane);
    } catch (error) {
      log({ event: 'worker-failed', strandId, lane, cause: error instanceof Error ? error.stack : String(error) });
      return clock() + RETRY_MILLIS;
    }
  }
}
