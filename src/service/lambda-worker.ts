import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import type { Engine, Worker } from '../engine';
import { everyStrand } from './every-strand';
import { logLine, newId } from './lambda-edges';
import { openLambdaEngine } from './lambda-engine';
import { tellRegularMetrics } from './regular-metrics';
import { runStrand } from './strand-run';

/** Records of the table's stream; without any, the event is a tick of the schedule. */
export interface WorkerEvent {
  readonly Records?: readonly { readonly dynamodb?: { readonly Keys?: Readonly<Record<string, { readonly S?: string }>> } }[];
}

/** Kept free at the end of an invocation for the step in flight and the log line. */
const MARGIN_MILLIS = 20_000;
/**
 * Events of one place in the table's stream wait for each other, so an invocation for events is short: what is left to do then wakes the next
 * one, behind the events that have come meanwhile.
 */
const EVENT_RUN_MILLIS_MAX = 15_000;
/** How long an invocation waits for jobs that are due soon. */
const PATIENCE_MILLIS = 15_000;
/** Journals whose jobs run at the same time. */
const CONCURRENT_STRANDS_MAX = 8;

/** A little less than the five minutes that the metric is meant to be read over. */
const METRICS_INTERVAL_MILLIS = 290_000;
let metricsToldMillis = 0;

interface OpenWorker { readonly engine: Engine; readonly worker: Worker }

/** Opened with the first event and kept for the life of the instance. */
let opening: Promise<OpenWorker> | undefined;

/** Entry of the worker function. A ledger in trouble neither stops the others nor fails the invocation: the schedule comes back to it. */
export async function handler(event: WorkerEvent, context: Pick<Context, 'invokedFunctionArn' | 'getRemainingTimeInMillis'>): Promise<void> {
  const startMillis = Date.now();
  const runMillis = Math.max(0, remainingMillis(context) - MARGIN_MILLIS);
  const deadlineMillis = startMillis + (event.Records ? Math.min(runMillis, EVENT_RUN_MILLIS_MAX) : runMillis);
  const { engine, worker } = await (opening ??= open(context.invokedFunctionArn));
  const waiting = event.Records ? strandsOf(event.Records) : await collect(everyStrand(engine));
  const failures: { strandId: string; cause: string }[] = [];
  const next = waiting.values();
  const runSome = async (): Promise<void> => {
    for (const strandId of next) {
      try {
        await runStrand({ worker, strandId, deadlineMillis, patienceEndMillis: startMillis + PATIENCE_MILLIS, clock: Date.now, sleep });
      } catch (error) {
        failures.push({ strandId, cause: String(error instanceof Error ? error.stack : error) });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_STRANDS_MAX }, runSome));
  if (!event.Records && Date.now() - metricsToldMillis >= METRICS_INTERVAL_MILLIS) {
    metricsToldMillis = Date.now();
    await tellRegularMetrics(engine, logLine, Date.now, deadlineMillis).catch((error: unknown) => {
      failures.push({ strandId: 'regular metrics', cause: String(error instanceof Error ? error.stack : error) });
    });
  }
  logLine({
    event: 'worker', trigger: event.Records ? 'stream' : 'schedule', strands: waiting.length, durationMillis: Date.now() - startMillis, failures,
  });
}

async function open(functionArn: string): Promise<OpenWorker> {
  try {
    const engine = await openLambdaEngine(process.env, functionArn);
    return { engine, worker: engine.worker(newId(), logLine) };
  } catch (error) {
    opening = undefined;
    throw error;
  }
}

/** Heads and jobs of a journal lie in the partition that has its strand's id. */
function strandsOf(records: NonNullable<WorkerEvent['Records']>): readonly string[] {
  return [...new Set(records.flatMap(({ dynamodb }) => dynamodb?.Keys?.p?.S ?? []))];
}

/** What the function's time limit leaves. */
function remainingMillis(context: Pick<Context, 'getRemainingTimeInMillis'>): number {
  return typeof context.getRemainingTimeInMillis === 'function' ? context.getRemainingTimeInMillis() : FALLBACK_REMAINING_MILLIS;
}

const FALLBACK_REMAINING_MILLIS = 60_000;

async function collect(strands: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const strandId of strands) collected.push(strandId);
  return collected;
}
