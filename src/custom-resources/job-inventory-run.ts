import { metricLines } from './job-inventory-metrics';
import { inventoryPage } from './job-inventory-page';
import { jsonLinesReport } from './job-inventory-report';
import { takeJobInventory, type JobInventory, type JobSource, type JobThresholds } from '../client/jobs';

/** What an inventory is taken of, and how it is told. */
export interface JobInventoryDeclaration {
  readonly name: string;
  readonly sources: readonly JobSource[];
  readonly thresholds: JobThresholds;
  /** Before the names of reports; ends in a slash. */
  readonly prefix: string;
}

export interface JobInventoryEdges {
  readonly now: () => Date;
  /** Resolves after that time, or sooner with false if nothing could be done afterwards. */
  readonly pause: (milliseconds: number) => Promise<boolean>;
  readonly putObject: (key: string, contentType: string, body: string) => Promise<void>;
  /** One line for the function's log, where CloudWatch finds metrics. */
  readonly log: (line: string) => void;
}

const RETRY_MILLIS_MAX = 20_000;

/**
 * Takes an inventory, writes it to the archive and tells its metrics.
 *
 * `dueAt` names the report: an invocation that is repeated writes the same objects again.
 *
 * @throws whatever kept the report from being written, once the metrics are told
 */
export async function runJobInventory(declaration: JobInventoryDeclaration, dueAt: Date, edges: JobInventoryEdges): Promise<JobInventory> {
  const { name, sources, thresholds, prefix } = declaration;
  const inventory = await takeJobInventory(sources, thresholds, edges.now(), attempt => edges.pause(Math.min(RETRY_MILLIS_MAX, 500 * 2 ** attempt)));
  const stem = `${prefix}${reportName(dueAt)}`;
  const jsonLinesKey = `${stem}.jsonl`;
  const { jobs, failed, stuck, gaps } = inventory;
  gaps.forEach(({ source, gap }) => edges.log(JSON.stringify({ event: 'inventory-gap', source, gap })));
  try {
    await edges.putObject(jsonLinesKey, 'application/x-ndjson', jsonLinesReport(inventory, name));
    await edges.putObject(`${stem}.html`, 'text/html; charset=utf-8', inventoryPage(inventory, name, jsonLinesKey.split('/').at(-1)!));
  } catch (error) {
    metricLines(inventory, name, false).forEach(edges.log);
    throw error;
  }
  metricLines(inventory, name, true).forEach(edges.log);
  edges.log(JSON.stringify({ event: 'inventory', report: jsonLinesKey, jobs: jobs.length, failed: failed.length, stuck: stuck.length, gaps: gaps.length }));
  return inventory;
}

/** A folder a day: `2026/11/20/14-05-00Z`. */
function reportName(dueAt: Date): string {
  const [day, time] = dueAt.toISOString().split('T');
  return `${day.replaceAll('-', '/')}/${time.slice(0, 8).replaceAll(':', '-')}Z`;
}
