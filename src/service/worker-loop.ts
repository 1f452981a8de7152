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
  /** By journal. Lanes that have nothing to wait for are forgotten. */
  private readonly lanes: Readonly<Record<WorkerLane, Map<string, Lane>>> = { streams: new Map(), rest: new Map() };
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
    for (const lanes of Object.values(this.lanes)) {
      for (const { timer } of lanes.values()) clearTimeout(timer);
    }
    await Promise.all(this.runs);
  }

  private wakeLane(strandId: string, laneName: WorkerLane): void {
    if (this.stopped) return;
    const lanes = this.lanes[laneName];
    const known = lanes.get(strandId);
    if (known?.running) {
      known.again = true;
      return;
    }
    const lane = known ?? { strandId, lane: laneName, running: false, again: false };
    lanes.set(strandId, lane);
    clearTimeout(lane.timer);
    lane.running = true;
    const run = this.run(lane).finally(() => this.runs.delete(run));
    this.runs.add(run);
  }

  private async run(lane: Lane): Promise<void> {
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
      this.lanes[lane.lane].delete(lane.strandId);
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
