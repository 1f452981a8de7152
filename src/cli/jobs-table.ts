import CliTable from 'cli-table3';
import { visibleText, type Job, type JobInventory } from '../client/jobs';

const KIND_NAMES: Readonly<Record<Job['kind'], string>> = { JournalExport: 'journal export', MailboxExport: 'mailbox export', BatchOperation: 'batch operation' };

/** The jobs for people: what was listed, what was not, and what to look at. */
export function jobsTable(inventory: JobInventory): string {
  const { jobs, failed, stuck, gaps } = inventory;
  const table = new CliTable({ head: ['kind', 'about', 'state', 'since', 'ended', 'progress', 'id'], style: { head: [], border: [] } });
  table.push(...jobs.map(job => [
    KIND_NAMES[job.kind],
    visibleText(job.subject),
    `${visibleText(job.status)}${failed.includes(job) && job.status.toUpperCase() !== 'FAILED' ? ' (failed)' : stuck.includes(job) ? ' (stuck)' : ''}`,
    moment(job.createdAt),
    moment(job.endedAt),
    visibleText(job.progress ?? ''),
    visibleText(job.jobId),
  ]));
  const running = jobs.filter(({ state }) => state === 'RUNNING').length;
  return [
    jobs.length > 0 ? table.toString() : 'no jobs',
    `${moment(inventory.takenAt)} UTC: ${jobs.length} listed, ${running} running, ${failed.length} failed lately, ${stuck.length} stuck`,
    ...gaps.map(({ source, gap }) => `NOT ALL LISTED: ${visibleText(source)}: ${visibleText(gap!)}`),
  ].join('\n');
}

/** The same for programs. */
export function jobsAsJson(inventory: JobInventory): object {
  const { takenAt, listings, jobs, failed, stuck, gaps } = inventory;
  return {
    takenAt,
    complete: gaps.length === 0,
    listings: listings.map(({ kind, source, jobs: { length }, pageCount, gap }) => ({ kind, source, jobs: length, pages: pageCount, gap })),
    jobs: jobs.map(job => ({ ...job, failed: failed.includes(job), stuck: stuck.includes(job) })),
  };
}

function moment(date: Date | undefined): string {
  return date === undefined ? '' : date.toISOString().slice(0, 16).replace('T', ' ');
}
