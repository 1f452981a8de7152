import { setTimeout as sleep } from 'node:timers/promises';
import { jobsAsJson, jobsTable } from './jobs-table';
import { needsNoIdentity } from './live-journal';
import { jobSources, takeJobInventory, type JobInventory, type JobSource, type JobSourcesOptions } from '../client/jobs';

export interface JobsOptions {
  readonly endpoint?: string;
  readonly organization?: readonly string[];
  readonly account?: string;
  readonly region?: string;
  /** Hours. */
  readonly stuckAfter: number;
  /** Hours. */
  readonly failedWithin: number;
  readonly json?: boolean;
  /** Seconds; `true` where no number was given. */
  readonly watch?: number | boolean;
}

type Environment = JobSourcesOptions['environment'];

const HOUR_MILLIS = 3_600_000;
const WATCH_SECONDS = 10;
/** How long a listing that is throttled is asked for again. */
const PATIENCE_MILLIS = 60_000;
const CLEAR_SCREEN = '\u001b[H\u001b[2J';

/**
 * `cdk-ledger jobs`: prints the jobs, and with `--watch` prints them again until none runs.
 *
 * @throws Error when nothing is to be listed, or no region is known
 */
export async function jobsCommand(options: JobsOptions): Promise<void> {
  const sources = sourcesOf(options, process.env);
  const watchSeconds = options.watch === true ? WATCH_SECONDS : options.watch || undefined;
  for (;;) {
    const inventory = await take(sources, options);
    process.exitCode = exitCodeOf(inventory);
    print(inventory, options);
    if (watchSeconds === undefined || !inventory.jobs.some(({ state }) => state === 'RUNNING')) return;
    await sleep(watchSeconds * 1000);
  }
}

async function take(sources: readonly JobSource[], { stuckAfter, failedWithin }: JobsOptions): Promise<JobInventory> {
  const thresholds = { stuckAfterMillis: stuckAfter * HOUR_MILLIS, failureWindowMillis: failedWithin * HOUR_MILLIS };
  const deadlineMillis = Date.now() + PATIENCE_MILLIS;
  return takeJobInventory(sources, thresholds, new Date(), async (attempt) => {
    const pauseMillis = Math.min(10_000, 250 * 2 ** attempt);
    if (Date.now() + pauseMillis >= deadlineMillis) return false;
    await sleep(pauseMillis);
    return true;
  });
}

function exitCodeOf({ failed, stuck, gaps }: JobInventory): number {
  return gaps.length > 0 ? 2 : failed.length + stuck.length > 0 ? 1 : 0;
}

function print(inventory: JobInventory, { json, watch }: JobsOptions): void {
  if (json) {
    // One line each time, so that a program that watches can tell where one ends.
    console.log(JSON.stringify(jobsAsJson(inventory), undefined, watch ? undefined : 2));
  } else {
    process.stdout.write(`${watch && process.stdout.isTTY ? CLEAR_SCREEN : ''}${jobsTable(inventory)}\n`);
  }
}

function sourcesOf({ endpoint, organization = [], account, region }: JobsOptions, environment: Environment): JobSource[] {
  if (endpoint === undefined && organization.length === 0 && account === undefined) {
    throw new Error('There is nothing to list. Pass --endpoint for journal exports, --organization for mailbox exports, or --account for batch operations.');
  }
  const needsRegion = organization.length > 0 || account !== undefined;
  const known = region ?? REGION_IN_HOST.exec(endpoint ?? '')?.[1] ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (!known && needsRegion) throw new Error('The region of the jobs is not known. Pass --region, or set AWS_REGION.');
  return jobSources({
    region: known ?? 'us-east-1',
    serviceUrl: endpoint,
    serviceCredentials: endpoint !== undefined && needsNoIdentity(endpoint, environment) ? { accessKeyId: 'local', secretAccessKey: 'local' } : undefined,
    organizationIds: organization,
    batchOperationsAccountId: account,
    environment,
  });
}

const REGION_IN_HOST = /\.lambda-url\.([a-z0-9-]+)\.on\.aws/;
