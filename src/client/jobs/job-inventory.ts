import { hasFailedLately, isStuck, type Job, type JobKind, type JobState, type JobThresholds } from './job';
import { listJobs, type JobListing, type JobSource, type PauseBeforeRetry } from './job-listing';

/** Everything that was found at one moment, and what was not. */
export interface JobInventory {
  readonly takenAt: Date;
  readonly listings: readonly JobListing[];
  /** Newest first. */
  readonly jobs: readonly Job[];
  readonly failed: readonly Job[];
  readonly stuck: readonly Job[];
  /** Listings that lack jobs, or may. */
  readonly gaps: readonly JobListing[];
}

/** Lists all sources side by side: each is a service of its own, with a rate of its own. */
export async function takeJobInventory(
  sources: readonly JobSource[], thresholds: JobThresholds, takenAt: Date, pause: PauseBeforeRetry,
): Promise<JobInventory> {
  const listings = await Promise.all(sources.map(source => listJobs(source, pause)));
  const jobs = listings.flatMap(listing => listing.jobs).sort(byCreation);
  return {
    takenAt,
    listings,
    jobs,
    failed: jobs.filter(job => hasFailedLately(job, thresholds, takenAt)),
    stuck: jobs.filter(job => isStuck(job, thresholds, takenAt)),
    gaps: listings.filter(({ gap }) => gap !== undefined),
  };
}

/** The kinds that were asked for, in the order of their sources. */
export function kindsOf({ listings }: JobInventory): JobKind[] {
  return [...new Set(listings.map(({ kind }) => kind))];
}

export function countOf(jobs: readonly Job[], kind: JobKind, state?: JobState): number {
  return jobs.filter(job => job.kind === kind && (state === undefined || job.state === state)).length;
}

function byCreation(a: Job, b: Job): number {
  return (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0) || (a.jobId < b.jobId ? -1 : 1);
}
