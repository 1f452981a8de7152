/** Three job systems, one per service that this project's constructs start jobs in. */
export type JobKind = 'JournalExport' | 'MailboxExport' | 'BatchOperation';
export const JOB_KINDS: readonly JobKind[] = ['JournalExport', 'MailboxExport', 'BatchOperation'];

/** Where a job stands, in one set of words for all kinds. */
export type JobState = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
export const JOB_STATES: readonly JobState[] = ['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'];

/** A job as its service lists it, in one shape for all kinds. */
export interface Job {
  readonly kind: JobKind;
  readonly jobId: string;
  /** What it is about: the name of a ledger, a mailbox, an operation. */
  readonly subject: string;
  readonly state: JobState;
  /** The service's own word for the state. */
  readonly status: string;
  readonly createdAt?: Date;
  /** Absent while the job runs, and always where the service does not tell. */
  readonly endedAt?: Date;
  /** Where its objects go, as `s3://bucket/prefix`, if the listing says so. */
  readonly target?: string;
  /** Such as `3 of 5 tasks, 1 failed` or `40 %`. */
  readonly progress?: string;
}

/** What counts as worth a look. */
export interface JobThresholds {
  /** A job that runs longer is stuck. */
  readonly stuckAfterMillis: number;
  /** A failure is told for that long after the job has ended. */
  readonly failureWindowMillis: number;
}

/** Whether the job runs for longer than any job should. One that does not say since when is given the benefit of the doubt. */
export function isStuck({ state, createdAt }: Job, { stuckAfterMillis }: JobThresholds, now: Date): boolean {
  return state === 'RUNNING' && createdAt !== undefined && now.getTime() - createdAt.getTime() >= stuckAfterMillis;
}

/** Whether the job failed not long ago. */
export function hasFailedLately({ state, createdAt, endedAt }: Job, { stuckAfterMillis, failureWindowMillis }: JobThresholds, now: Date): boolean {
  if (state !== 'FAILED') return false;
  // Where the end is not told, the job counts from its creation on, and longer: until then it ran, or was stuck.
  const untilMillis = endedAt
    ? endedAt.getTime() + failureWindowMillis
    : (createdAt ?? now).getTime() + stuckAfterMillis + failureWindowMillis;
  return now.getTime() < untilMillis;
}
