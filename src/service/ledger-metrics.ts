import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionStore } from '../engine';
import type { Handle } from './answer-requests';
import type { ServiceLog } from './service-log';

/** In alarms and dashboards of users: never changes. Namespaces that begin with `AWS/`, such as QLDB's own, are Amazon's. */
const NAMESPACE = 'CdkLedger/Ledgers';

type Unit = 'Bytes' | 'Count' | 'Milliseconds' | 'None';
type Metrics = Readonly<Record<string, readonly [value: number, unit: Unit]>>;

/** What the request at hand turned out to concern. A caller's word is not enough: names that no ledger has would make series without end. */
const requests = new AsyncLocalStorage<{ ledgerName?: string }>();

/** Keeps requests apart, so that the log line of each can tell its ledger. */
export const withMetrics = (handle: Handle): Handle => async request => requests.run({}, () => handle(request));

/** Learns the ledger of a request from the session that it loads or opens. */
export function sessionsWithMetrics(sessions: SessionStore): SessionStore {
  const learn = (ledgerName: string | undefined): void => {
    const request = requests.getStore();
    if (request && ledgerName !== undefined) request.ledgerName = ledgerName;
  };
  return {
    ...sessions,
    async load(token) {
      const session = await sessions.load(token);
      learn(session?.ledgerName);
      return session;
    },
    async open(session, sessionsMax) {
      learn(session.ledgerName);
      return sessions.open(session, sessionsMax);
    },
  };
}

/**
 * Makes log lines tell metrics as well, under QLDB's names: CloudWatch reads them out of the log group (Embedded Metric Format). Requests that are
 * no session's, and those of no known ledger, stay plain lines; so does every other event.
 */
export function logWithMetrics(log: ServiceLog, clock: () => number): ServiceLog {
  return (event) => {
    const measured = event.event === 'request' && event.session === true ? requestMetrics(event) : jobMetrics(event);
    log(measured ? { ...event, ...metricMembers(clock(), measured.dimensions, measured.metrics) } : event);
  };
}

/** Whether a stream is impaired, as QLDB tells it: 1 is impaired. */
export function streamHealthEvent(now: number, ledgerName: string, streamId: string, isImpaired: boolean): Readonly<Record<string, unknown>> {
  const dimensions = { LedgerName: ledgerName, StreamId: streamId };
  return { event: 'stream-health', ...metricMembers(now, dimensions, { IsImpaired: [isImpaired ? 1 : 0, 'None'] }) };
}

/** How many bytes the blocks of a ledger's journal have. */
export const journalStorageEvent = (now: number, ledgerName: string, bytes: number): Readonly<Record<string, unknown>> =>
  ({ event: 'journal-storage', ...metricMembers(now, { LedgerName: ledgerName }, { JournalStorage: [bytes, 'Bytes'] }) });

interface Measured { readonly dimensions: Readonly<Record<string, string>>; readonly metrics: Metrics }

function requestMetrics(event: Readonly<Record<string, unknown>>): Measured | undefined {
  const ledgerName = requests.getStore()?.ledgerName;
  if (ledgerName === undefined) return undefined;
  const { status, error, operation, durationMillis, readIOs = 0, writeIOs = 0 } = event as unknown as SessionRequestEvent;
  const count = (happened: boolean): readonly [number, Unit] => [happened ? 1 : 0, 'Count'];
  return {
    dimensions: { LedgerName: ledgerName, CommandType: operation },
    metrics: {
      CommandLatency: [durationMillis, 'Milliseconds'],
      ReadIOs: [readIOs, 'Count'],
      WriteIOs: [writeIOs, 'Count'],
      OccConflictExceptions: count(error === 'OccConflictException'),
      Session4xxExceptions: count(status >= 400 && status < 500),
      Session5xxExceptions: count(status >= 500),
      SessionRateExceededExceptions: count(operation === 'StartSession' && error === 'LimitExceededException'),
    },
  };
}

interface SessionRequestEvent {
  readonly operation: string;
  readonly status: number;
  readonly error?: string;
  readonly durationMillis: number;
  readonly readIOs?: number;
  readonly writeIOs?: number;
}

/** Ends of jobs, which QLDB has no metrics for. */
function jobMetrics({ event, kind, ledgerName, status, givenUp }: Readonly<Record<string, unknown>>): Measured | undefined {
  const count = (name: string): Measured => ({ dimensions: { LedgerName: String(ledgerName) }, metrics: { [name]: [1, 'Count'] } });
  if (event === 'job-ended' && kind === 'export' && status === 'COMPLETED') return count('CompletedExports');
  if (event === 'job-setback' && givenUp === true && kind === 'export') return count('FailedExports');
  if (event === 'job-setback' && givenUp === true && kind === 'stream') return count('FailedStreams');
  return undefined;
}

/** Told for the ledger as a whole and, where there is more than its name, for that as well. */
function metricMembers(now: number, dimensions: Readonly<Record<string, string>>, metrics: Metrics): Readonly<Record<string, unknown>> {
  const names = Object.keys(dimensions);
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{
        Namespace: NAMESPACE,
        Dimensions: names.length > 1 ? [['LedgerName'], names] : [names],
        Metrics: Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit })),
      }],
    },
    ...dimensions,
    ...Object.fromEntries(Object.entries(metrics).map(([name, [value]]) => [name, value])),
  };
}
