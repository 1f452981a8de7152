import { ControlGrants } from './control-grants';
import type { Destinations } from './destinations';
import type { Account, EngineContext } from './engine-context';
import { Exports } from './exports';
import { Ledgers } from './ledgers';
import { Proofs } from './proofs';
import { Restores } from './restores';
import { sessionContext, type SessionOptions } from './session-context';
import { Sessions } from './sessions';
import { Streams } from './streams';
import { TableTags } from './table-tags';
import { Worker, type WorkerLog } from './worker';

export interface EngineOptions extends SessionOptions {
  readonly destinations: Destinations;
}

/** Ledgers over one store: everything that the service offers, without its wire. */
export interface Engine {
  readonly account: Account;
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
  const context: EngineContext = { ...sessionContext(options), destinations: options.destinations };
  return {
    account: context.account,
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
