import type { Store } from '../store';
import { JournalAppender } from './commit';
import { ControlGrants } from './control-grants';
import type { Destinations } from './destinations';
import type { Account, EngineContext } from './engine-context';
import { Exports } from './exports';
import { Ledgers } from './ledgers';
import { DEFAULT_QUOTAS, type Quotas } from './limits';
import { Proofs } from './proofs';
import type { Random } from './random-id';
import { Restores } from './restores';
import type { SessionStore } from './session-store';
import { Sessions } from './sessions';
import { Streams } from './streams';
import { TableTags } from './table-tags';
import { Worker, type WorkerLog } from './worker';

export interface EngineOptions {
  readonly store: Store;
  readonly sessions: SessionStore;
  readonly clock: () => number;
  readonly random: Random;
  readonly destinations: Destinations;
  readonly account: Account;
  /** @default QLDB's own */
  readonly quotas?: Partial<Quotas>;
  /** Whether callers need grants for their statements in ledgers of mode STANDARD. @default false: whoever gets here may run everything */
  readonly checkGrants?: boolean;
  /** Called when jobs of a journal may have something to do. */
  readonly wake: (strandId: string) => void;
  /** Waits before the next attempt at a tip that another process moved. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** Ledgers over one store: everything that the service offers, without its wire. */
export interface Engine {
  readonly ledgers: Ledgers;
  readonly proofs: Proofs;
  readonly exports: Exports;
  readonly streams: Streams;
  readonly restores: Restores;
  readonly sessions: Sessions;
  readonly tableTags: TableTags;
  readonly controlGrants: ControlGrants;
  /** A worker under its own name; `owner` must differ between workers. */
  worker(owner: string, log: WorkerLog): Worker;
}

export function createEngine(options: EngineOptions): Engine {
  const { pause, checkGrants = false, quotas, ...edges } = options;
  const appenders = new Map<string, JournalAppender>();
  const context: EngineContext = {
    ...edges,
    checkGrants,
    quotas: { ...DEFAULT_QUOTAS, ...quotas },
    appender: (strandId) => {
      let appender = appenders.get(strandId);
      if (!appender) {
        appender = new JournalAppender(edges.store, strandId, edges.clock, pause);
        appenders.set(strandId, appender);
      }
      return appender;
    },
  };
  return {
    ledgers: new Ledgers(context),
    proofs: new Proofs(context),
    exports: new Exports(context),
    streams: new Streams(context),
    restores: new Restores(context),
    sessions: new Sessions(context),
    tableTags: new TableTags(context),
    controlGrants: new ControlGrants(context),
    worker: (owner, log) => new Worker(context, owner, log),
  };
}
