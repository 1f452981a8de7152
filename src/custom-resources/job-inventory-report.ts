import { type Job, type JobInventory } from '../client/jobs';

/** The inventory as JSON Lines: what was listed and what was not, then every job, newest first. */
export function jsonLinesReport(inventory: JobInventory, inventoryName: string): string {
  const { takenAt, listings, jobs, failed, stuck, gaps } = inventory;
  const head = {
    type: 'inventory',
    name: inventoryName,
    takenAt,
    complete: gaps.length === 0,
    jobs: jobs.length,
    failed: failed.length,
    stuck: stuck.length,
  };
  const lines = [
    head,
    ...listings.map(({ kind, source, jobs: { length }, pageCount, gap }) => ({ type: 'listing', kind, source, jobs: length, pages: pageCount, gap })),
    ...jobs.map(job => ({ type: 'job', ...job, attention: attentionOf(job, inventory) })),
  ];
  return lines.map(line => `${JSON.stringify(line)}\n`).join('');
}

/** Why somebody should look at a job, if anybody should. */
export function attentionOf(job: Job, { failed, stuck }: JobInventory): 'failed' | 'stuck' | undefined {
  return failed.includes(job) ? 'failed' : stuck.includes(job) ? 'stuck' : undefined;
}
