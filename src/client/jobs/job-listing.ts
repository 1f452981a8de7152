import { type Job, type JobKind } from './job';

export interface JobPage {
  readonly jobs: readonly Job[];
  readonly nextToken?: string;
}

/** One listing of one service: such as the exports of one ledger service, or of one organization. */
export interface JobSource {
  readonly kind: JobKind;
  /** For people, such as `WorkMail organization m-0123`. */
  readonly name: string;
  page(nextToken: string | undefined): Promise<JobPage>;
}

/** What came of listing a source. */
export interface JobListing {
  readonly kind: JobKind;
  readonly source: string;
  readonly jobs: readonly Job[];
  readonly pageCount: number;
  /** Why jobs may be missing; absent when every page was read. */
  readonly gap?: string;
}

/** Waits before the next attempt at a page; answers whether there is time for one. */
export type PauseBeforeRetry = (attempt: number) => Promise<boolean>;

const THROTTLED = ['ThrottlingException', 'Throttling', 'TooManyRequestsException', 'RequestLimitExceeded', 'SlowDown', 'RateExceededException'];

/**
 * Reads a listing to its last page. A page that is throttled, or that the service fails on, is asked for again with the same token, so that
 * nothing is listed anew. Never rejects: what cannot be read is told as a gap.
 */
export async function listJobs(source: JobSource, pause: PauseBeforeRetry): Promise<JobListing> {
  // Jobs may move from page to page while they are listed; the newest look at one counts.
  const jobs = new Map<string, Job>();
  const seenTokens = new Set<string>();
  const told = (pageCount: number, gap?: string): JobListing =>
    ({ kind: source.kind, source: source.name, jobs: [...jobs.values()], pageCount, ...gap !== undefined && { gap } });

  let nextToken: string | undefined;
  for (let pageCount = 0; ; pageCount++) {
    let page: JobPage;
    try {
      page = await readPage(source, nextToken, pause);
    } catch (error) {
      return told(pageCount, `${pageCount === 0 ? 'not listed' : `only ${pageCount} pages listed`}: ${messageOf(error)}`);
    }
    page.jobs.forEach(job => jobs.set(job.jobId, job));
    if (!page.nextToken) return told(pageCount + 1);
    if (seenTokens.has(page.nextToken)) return told(pageCount + 1, `only ${pageCount + 1} pages listed: the service repeats the token of a page`);
    seenTokens.add(page.nextToken);
    ({ nextToken } = page);
  }
}

async function readPage(source: JobSource, nextToken: string | undefined, pause: PauseBeforeRetry): Promise<JobPage> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await source.page(nextToken);
    } catch (error) {
      if (!mayPass(error) || !await pause(attempt)) throw error;
    }
  }
}

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** The service throttled the call, failed itself, or was not reached. */
function mayPass(error: unknown): boolean {
  const { name = '', $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return $metadata?.attempts !== undefined;
  return status >= 500 || status === 429 || THROTTLED.includes(name);
}

function messageOf(error: unknown): string {
  const { name, message, code } = error as ServiceError;
  const what = message || code || 'no reason was given';
  return name && name !== 'Error' ? `${name}: ${what}` : what;
}
