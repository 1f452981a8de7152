import type { Store } from '../store';
import { JournalAppender } from './commit';
import type { Account, SessionContext } from './engine-context';
import { DEFAULT_QUOTAS, type Quotas } from './limits';
import type { Random } from './random-id';
import type { SessionStore } from './session-store';
import { Sessions } from './sessions';

export interface SessionOptions {
  readonly store: Store;
  readonly sessions: SessionStore;
  readonly clock: () => number;
  readonly random: Random;
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

/** Journals whose appenders are kept, with what they remember of the newest blocks; others are made anew. */
const APPENDERS_KEPT_MAX = 64;

/** Sessions without the rest of the engine, for entries that offer nothing else. */
export const openSessions = (options: SessionOptions): Sessions => new Sessions(sessionContext(options));

export function sessionContext(options: SessionOptions): SessionContext {
  const { store, sessions, clock, random, account, wake, pause, checkGrants = false, quotas } = options;
  const appenders = new Map<string, JournalAppender>();
  return {
    store,
    sessions,
    clock,
    random,
    account,
    wake,
    checkGrants,
    quotas: { ...DEFAULT_QUOTAS, ...quotas },
    appender: (strandId) => {
      let appender = appenders.get(strandId);
      if (!appender) {
        dropIdle(appenders);
        appender = new JournalAppender(store, strandId, clock, pause);
        appenders.set(strandId, appender);
      }
      return appender;
    },
  };
}

function dropIdle(appenders: Map<string, JournalAppender>): void {
  for (const [strandId, appender] of appenders) {
    if (appenders.size < APPENDERS_KEPT_MAX) return;
    if (appender.isIdle) appenders.delete(strandId);
  }
}
