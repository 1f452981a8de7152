import { type ExportScheduleDeclaration } from './export-schedule-declaration';
import { exportedWindow, type ExportScheduleEdges, type WindowOutcome } from './export-schedule-window';
import { parseWindowFolder, windowFolder, windowFrom, windowsBetween, windowStartBefore, type ExportWindow } from './export-window';
import { creationOf } from './journal-export-start';
import { metricLine, type MetricValue } from './metric-line';
import { isUnavailable, messageOf } from './service-failure';

/** For how long a run goes on; well below the time that its function has. */
const RUN_SECONDS = 600;
/** A window is due this long after its end: the clocks of the service and of the run need not agree, and its end must not be in the future. */
export const SETTLE_SECONDS = 60;
/** How far back the newest window is looked for before the whole archive is. */
const LOOK_BACK_WINDOWS = 200;
const RETRY_SECONDS = 10;

/**
 * One run of a schedule: exports the windows that are due, oldest first, each only when the one before is complete.
 *
 * A run keeps nothing. Where it has to go on follows from the folders of windows in the archive, which is also why no window can be left out or
 * exported twice, whatever happened to the runs before: the next window begins where the newest folder's ends.
 *
 * @throws when a window could not be exported, or the service or the archive not be asked; the next run goes on there
 */
export async function runExportSchedule(edges: ExportScheduleEdges, declared: ExportScheduleDeclaration): Promise<void> {
  const deadline = new Date(edges.now().getTime() + RUN_SECONDS * 1000);
  const dimensions = { LedgerName: declared.ledgerName, ScheduleName: declared.scheduleName };
  const report = (metrics: Readonly<Record<string, MetricValue>>) => edges.log(metricLine(edges.now(), dimensions, metrics));
  const patiently = <Result>(act: () => Promise<Result>) => untilAnswered(edges, deadline, act);
  let exported = 0;
  try {
    let window = await patiently(() => nextWindow(edges, declared));
    let outcome: WindowOutcome = { kind: 'complete' };
    while (exported < declared.windowsPerRun && isDue(window, edges.now()) && edges.now() < deadline) {
      outcome = await exportedWindow({ ...edges, patiently, deadline }, declared, window);
      edges.log(`Window ${windowFolder(window)} of ledger '${declared.ledgerName}': ${outcome.kind}${'reason' in outcome ? `, ${outcome.reason}` : ''}`);
      if ('reason' in outcome) {
        break;
      }
      exported += outcome.kind === 'complete' ? 1 : 0;
      window = windowFrom(window.end, declared.windowSeconds);
    }
    report({
      ...pending(window, declared, edges.now()),
      WindowsExported: { value: exported, unit: 'Count' },
      ExportFailures: { value: outcome.kind === 'failed' ? 1 : 0, unit: 'Count' },
    });
    if (outcome.kind === 'failed') {
      throw new WindowFailed(`Window ${windowFolder(window)} of ledger '${declared.ledgerName}' was not exported: ${outcome.reason} The next run tries again.`);
    }
  } catch (error) {
    if (!(error instanceof WindowFailed)) {
      edges.log(`Run failed: ${messageOf(error)}`);
      report({ WindowsExported: { value: exported, unit: 'Count' }, ExportFailures: { value: 1, unit: 'Count' } });
    }
    throw error;
  }
}

class WindowFailed extends Error {}

/** The newest window in the archive if it may be incomplete, and the one after it otherwise; the first one of all when there is none. */
async function nextWindow(edges: ExportScheduleEdges, declared: ExportScheduleDeclaration): Promise<ExportWindow> {
  const { prefix, windowSeconds, start } = declared;
  const recently = new Date(edges.now().getTime() - LOOK_BACK_WINDOWS * windowSeconds * 1000);
  const newest = await newestWindow(edges, prefix, recently) ?? await newestWindow(edges, prefix, undefined);
  if (newest) {
    return newest;
  }
  return start === 'LEDGER_CREATION'
    ? windowFrom(windowStartBefore(await creationOf(edges.control, declared.ledgerName), windowSeconds), windowSeconds)
    : windowFrom(start, windowSeconds);
}

async function newestWindow({ objects }: ExportScheduleEdges, prefix: string, since: Date | undefined): Promise<ExportWindow | undefined> {
  const after = since && `${prefix}${windowFolder({ start: since, end: since }).slice(0, -1)}`;
  const windows = (await objects.foldersAfter(prefix, after)).map(folder => parseWindowFolder(folder.slice(prefix.length)));
  return windows.filter(window => window !== undefined).at(-1);
}

const isDue = (window: ExportWindow, now: Date): boolean => window.end.getTime() + SETTLE_SECONDS * 1000 <= now.getTime();

/** How many windows that are due are missing, and for how long the oldest of them is. */
function pending(next: ExportWindow, { windowSeconds }: ExportScheduleDeclaration, now: Date): Readonly<Record<string, MetricValue>> {
  const due = new Date(now.getTime() - SETTLE_SECONDS * 1000);
  const lag = isDue(next, now) ? Math.round((now.getTime() - next.end.getTime()) / 1000) : 0;
  return {
    WindowsPending: { value: isDue(next, now) ? 1 + windowsBetween(next.end, due, windowSeconds) : 0, unit: 'Count' },
    ExportLag: { value: lag, unit: 'Seconds' },
  };
}

/** Asks again while the service or S3 does not answer, until the run has to end. Only for calls that may be repeated. */
async function untilAnswered<Result>(edges: ExportScheduleEdges, deadline: Date, act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const next = new Date(edges.now().getTime() + RETRY_SECONDS * 1000);
      if (!isUnavailable(error) || next >= deadline) {
        throw error;
      }
      edges.log(`Will ask again: ${messageOf(error)}`);
      await edges.waitUntil(next);
    }
  }
}
