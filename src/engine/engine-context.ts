import type { Store } from '../store';
import type { JournalAppender } from './commit';
import type { Destinations } from './destinations';
import type { Quotas } from './limits';
import type { Random } from './random-id';
import type { SessionStore } from './session-store';

/** What sessions need. */
export interface SessionContext {
  readonly store: Store;
  readonly sessions: SessionStore;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly random: Random;
  readonly account: Account;
  /** The one appender of a journal in this process. */
  readonly appender: (strandId: string) => JournalAppender;
  readonly quotas: Quotas;
  /** Whether callers need grants for their statements in ledgers of mode STANDARD; without, who gets here may run everything. */
  readonly checkGrants: boolean;
  /** Something happened that exports, streams or a deletion of that journal may wait for. */
  readonly wake: (strandId: string) => void;
}

/** Everything that the engine does not make itself. */
export interface EngineContext extends SessionContext {
  readonly destinations: Destinations;
}

/** Where the service lives; part of every ARN. */
export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

export const ledgerArn = ({ partition, region, accountId }: Account, ledgerName: string): string =>
  `arn:${partition}:qldb:${region}:${accountId}:ledger/${ledgerName}`;

export const streamArn = ({ partition, region, accountId }: Account, ledgerName: string, streamId: string): string =>
  `arn:${partition}:qldb:${region}:${accountId}:stream/${ledgerName}/${streamId}`;
