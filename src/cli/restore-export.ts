import { randomBytes } from 'node:crypto';
import { createEngine, memorySessionStore, type Destinations, type Engine, type PermissionsMode, type RestoreJob } from '../engine';
import type { ExportSource } from '../journal';
import type { Store } from '../store';
import type { ExpectedDigest } from './expected-digest';

export interface RestoreExportOptions {
  readonly ledger: string;
  /** What the user called the exports; an interrupted restore goes on only from the same. */
  readonly location: string;
  readonly expected?: ExpectedDigest;
  readonly permissionsMode: PermissionsMode;
  readonly deletionProtection: boolean;
  /** Whether to give up a restore of that ledger that was interrupted. */
  readonly startOver?: boolean;
}

/** What the command line cannot do about a restore; the message says what to do. */
export class RestoreImpossible extends Error {
  readonly name = 'RestoreImpossible';
}

/**
 * Restores a ledger into an embedded store, going on where an earlier call was interrupted. A journal that does not hold leaves no ledger.
 *
 * @throws Unreadable when the exports cannot be read, RestoreImpossible, LedgerError when there is such a ledger or journal already
 */
export async function restoreExport(
  store: Store, source: ExportSource, options: RestoreExportOptions, progress: (restoredBlockCount: number, job: RestoreJob) => void,
): Promise<RestoreJob> {
  const engine = engineOver(store);
  const { ledger, location } = options;
  if (options.startOver) await giveUp(engine, ledger);
  let job = await engine.restores.unfinished(ledger);
  if (job && !isSame(job.record, options)) {
    throw new RestoreImpossible(`Ledger ${ledger} is half restored from ${placeOf(job.record)}${expectationOf(job.record)}. `
      + 'Run the same command as then to go on, or add --start-over to give that restore up.');
  }
  if (!job) {
    const { expected, permissionsMode, deletionProtection } = options;
    const request = { ledger: { name: ledger, permissionsMode, deletionProtection, tags: {} }, origin: { kind: 'command-line', location } as const };
    await engine.restores.start({ ...request, ...(expected && { expected }) }, source);
    job = (await engine.restores.unfinished(ledger))!;
  }
  const { record } = job;
  const ended = await engine.restores.advance(job, source, { deadlineMillis: Infinity, progress: blockCount => progress(blockCount, record) });
  if (ended.record.status === 'FAILED') await purge(engine, record.journalStrandId);
  return ended.record;
}

/** Also takes away what an earlier call that was refused had no time to. */
async function giveUp(engine: Engine, ledger: string): Promise<void> {
  const job = await engine.restores.unfinished(ledger);
  if (!job) return;
  await engine.ledgers.delete(ledger);
  await purge(engine, job.record.journalStrandId);
}

async function purge(engine: Engine, strandId: string): Promise<void> {
  await engine.worker('restore', () => undefined).run(strandId, Infinity);
}

function isSame({ origin, expected }: RestoreJob, options: RestoreExportOptions): boolean {
  const digest = options.expected && Buffer.from(options.expected.digest).toString('base64');
  const sequenceNo = options.expected?.sequenceNo;
  return origin.kind === 'command-line' && origin.location === options.location && expected?.digest === digest
    && (sequenceNo === undefined || expected?.sequenceNo === sequenceNo);
}

const placeOf = ({ origin }: RestoreJob): string => origin.kind === 'bucket' ? `s3://${origin.bucket}/${origin.prefix}` : origin.location;

const expectationOf = ({ expected }: RestoreJob): string => expected ? ` with the digest ${expected.digest} at block ${expected.sequenceNo}` : '';

function engineOver(store: Store): Engine {
  return createEngine({
    store,
    sessions: memorySessionStore(Date.now),
    clock: Date.now,
    random: randomBytes,
    destinations: NO_DESTINATIONS,
    // Part of ARNs, which a restore has none of.
    account: { partition: 'aws', region: 'us-east-1', accountId: '000000000000' },
    // The limit is for services that many share.
    quotas: { activeLedgers: Infinity },
    wake: () => undefined,
    pause: async () => undefined,
  });
}

const unreachable = async (): Promise<never> => {
  throw new Error('The command line reads exports by itself and writes to no destination.');
};
const NO_DESTINATIONS: Destinations = { objects: unreachable, records: unreachable, exports: unreachable };
