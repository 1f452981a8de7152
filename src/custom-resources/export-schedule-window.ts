import { ExportJournalToS3Command, type JournalS3ExportDescription, type QLDBClient } from '@aws-sdk/client-qldb';
import { type ArchivedObject, type ArchiveObjects } from './archive-objects';
import { type ExportScheduleDeclaration } from './export-schedule-declaration';
import { exportRequest } from './export-target';
import { windowFolder, type ExportWindow } from './export-window';
import { describeExport, exportsOf } from './journal-export-start';
import { isNamed, isUnavailable, messageOf } from './service-failure';

/** Everything a run may touch. */
export interface ExportScheduleEdges {
  readonly control: QLDBClient;
  readonly objects: ArchiveObjects;
  now(): Date;
  /** Resolves when `now()` has reached the moment. */
  waitUntil(moment: Date): Promise<void>;
  log(line: string): void;
}

/** What a run knows while it works on a window. */
export interface WindowRun extends ExportScheduleEdges {
  readonly deadline: Date;
  /** Repeats a call that the service does not answer, until the deadline. */
  patiently<Result>(act: () => Promise<Result>): Promise<Result>;
}

export type WindowOutcome =
  | { readonly kind: 'complete' }
  /** An earlier run has seen to it. */
  | { readonly kind: 'complete before' }
  /** Nothing is wrong, but it takes longer than this run. */
  | { readonly kind: 'not yet'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Exports that a ledger runs at a time, by QLDB's quota. */
const RUNNING_EXPORTS_MAX = 2;
const POLL_SECONDS = 5;
/** A start without an answer may still be at work; only after this long it is taken for lost. */
const UNANSWERED_SECONDS = 60;
/** A run that claimed an attempt has ended by now, whatever became of it: its function lives for 15 minutes. */
const CLAIM_SECONDS = 16 * 60;
/** How far the clocks of S3 and of the service may be apart. */
const SKEW_SECONDS = 5;

const ATTEMPT = /(?:^|\/)attempt-(\d+)\.json$/;
const COMPLETED = /(?:^|\/)[^/.]+\.[^/.]+\.completed\.manifest$/;

/**
 * Makes sure that a window is exported, and waits for it.
 *
 * QLDB's API takes no client token, and two runs may work on a window at a time. So each attempt is claimed first, by creating an object that S3
 * creates only once: who has the claim starts the export, and everybody else waits for it. An export is known by its prefix, the window's folder.
 */
export async function exportedWindow(run: WindowRun, declared: ExportScheduleDeclaration, window: ExportWindow): Promise<WindowOutcome> {
  const folder = `${declared.prefix}${windowFolder(window)}`;
  const objects = await run.patiently(() => run.objects.objectsIn(folder));
  const jobs = await jobsBelow(run, declared, folder);
  if (objects.some(({ key }) => COMPLETED.test(key)) || jobs.some(({ Status: status }) => status === 'COMPLETED')) {
    return { kind: 'complete before' };
  }
  const running = jobs.find(({ Status: status }) => status === 'IN_PROGRESS');
  if (running) {
    return followed(run, declared, running.ExportId!);
  }
  const attempts = objects.filter(({ key }) => ATTEMPT.test(key));
  const latest = attempts.sort((a, b) => numberOf(a) - numberOf(b)).at(-1);
  if (latest && !jobs.some(job => isSince(latest.lastModified, job)) && secondsSince(latest.lastModified, run) < CLAIM_SECONDS) {
    return { kind: 'not yet', reason: 'another run has begun to export it.' };
  }
  const isFree = await waitForTurn(run, declared);
  if (!isFree) {
    return { kind: 'not yet', reason: `the ledger runs ${RUNNING_EXPORTS_MAX} other exports.` };
  }
  const attempt = (latest ? numberOf(latest) : 0) + 1;
  const claim = JSON.stringify({ ledgerName: declared.ledgerName, window, attempt, claimedAt: run.now() }, undefined, 2);
  if (!await run.patiently(() => run.objects.createOnce(`${folder}attempt-${attempt}.json`, claim, 'application/json'))) {
    return { kind: 'not yet', reason: 'another run has begun to export it.' };
  }
  return started(run, declared, window, folder, run.now());
}

/** Starts the export of a claimed attempt and follows it. */
async function started(
  run: WindowRun, declared: ExportScheduleDeclaration, window: ExportWindow, folder: string, claimedAt: Date,
): Promise<WindowOutcome> {
  const request = exportRequest(declared.ledgerName, { ...declared, prefix: folder }, window.start, window.end);
  while (run.now() < run.deadline) {
    try {
      const { ExportId: exportId } = await run.control.send(new ExportJournalToS3Command(request));
      return await followed(run, declared, exportId!);
    } catch (error) {
      if (isNamed(error, 'LimitExceededException', 'ResourcePreconditionNotMetException')) {
        await pause(run, POLL_SECONDS);
      } else if (isUnavailable(error)) {
        run.log(`No answer to the start of an export: ${messageOf(error)}`);
        const found = await begunSince(run, declared, folder, claimedAt);
        if (found) {
          return followed(run, declared, found);
        }
      } else {
        return { kind: 'failed', reason: `${messageOf(error).replace(/\.?$/, '.')} ${roleRemedy(declared)}` };
      }
    }
  }
  return { kind: 'not yet', reason: 'the export could not be started in time.' };
}

/** The export that a start without an answer has begun, if one shows up. */
async function begunSince(run: WindowRun, declared: ExportScheduleDeclaration, folder: string, claimedAt: Date): Promise<string | undefined> {
  for (let waited = 0; waited < UNANSWERED_SECONDS; waited += POLL_SECONDS) {
    const jobs = await jobsBelow(run, declared, folder);
    const found = jobs.find(job => isSince(claimedAt, job));
    if (found) {
      return found.ExportId;
    }
    await pause(run, POLL_SECONDS);
  }
  return undefined;
}

/** Waits until a job has ended. */
async function followed(run: WindowRun, declared: ExportScheduleDeclaration, exportId: string): Promise<WindowOutcome> {
  // Most windows are small, and several may be waiting.
  for (let seconds = 1; ; seconds = POLL_SECONDS) {
    const job = await run.patiently(() => describeExport(run.control, declared.ledgerName, exportId));
    switch (job?.Status) {
      case 'COMPLETED':
        return { kind: 'complete' };
      case 'CANCELLED':
        return { kind: 'failed', reason: `export ${exportId} was cancelled by the service. ${job.statusReason ?? roleRemedy(declared)}` };
      case undefined:
        return { kind: 'failed', reason: `export ${exportId} is not known to the service any more. Check that the ledger still exists.` };
    }
    if (run.now() >= run.deadline) {
      return { kind: 'not yet', reason: `export ${exportId} still runs.` };
    }
    await pause(run, seconds);
  }
}

/** @returns false when the ledger was busy with other exports all the time */
async function waitForTurn(run: WindowRun, { ledgerName }: ExportScheduleDeclaration): Promise<boolean> {
  while (run.now() < run.deadline) {
    const jobs = await run.patiently(() => collected(exportsOf(run.control, ledgerName)));
    if (jobs.filter(({ Status: status }) => status === 'IN_PROGRESS').length < RUNNING_EXPORTS_MAX) {
      return true;
    }
    await pause(run, POLL_SECONDS);
  }
  return false;
}

function roleRemedy({ roleArn, bucket }: ExportScheduleDeclaration): string {
  return `Check that the ledger service may assume role ${roleArn}, and that this role may write to bucket ${bucket} and use its key.`;
}

function jobsBelow(
  run: WindowRun, { ledgerName, bucket }: ExportScheduleDeclaration, folder: string,
): Promise<readonly JournalS3ExportDescription[]> {
  return run.patiently(async () => (await collected(exportsOf(run.control, ledgerName))).filter(({ S3ExportConfiguration: target }) =>
    target?.Bucket === bucket && target.Prefix === folder));
}

function isSince(claimedAt: Date, { ExportCreationTime: creation }: JournalS3ExportDescription): boolean {
  return creation!.getTime() >= claimedAt.getTime() - SKEW_SECONDS * 1000;
}

const numberOf = ({ key }: ArchivedObject): number => Number(ATTEMPT.exec(key)![1]);

const secondsSince = (moment: Date, run: WindowRun): number => (run.now().getTime() - moment.getTime()) / 1000;

const pause = (run: WindowRun, seconds: number): Promise<void> => run.waitUntil(new Date(run.now().getTime() + seconds * 1000));

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}
