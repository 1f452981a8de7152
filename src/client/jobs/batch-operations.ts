import { ListJobsCommand, type JobListDescriptor, type S3ControlClient } from '@aws-sdk/client-s3-control';
import { type Job, type JobState } from './job';
import { type JobSource } from './job-listing';

const STATES: Readonly<Record<string, JobState>> = { Complete: 'COMPLETED', Failing: 'FAILED', Failed: 'FAILED', Cancelled: 'CANCELLED' };
const PAGE_SIZE = 1000;

/** The batch operations of one account in the client's region; S3 lists those of the last 90 days. */
export function batchOperations(client: S3ControlClient, accountId: string): JobSource {
  return {
    kind: 'BatchOperation',
    name: `S3 Batch Operations of account ${accountId}`,
    async page(nextToken) {
      const page = await client.send(new ListJobsCommand({ AccountId: accountId, MaxResults: PAGE_SIZE, NextToken: nextToken }));
      return { jobs: (page.Jobs ?? []).map(jobOf), nextToken: page.NextToken };
    },
  };
}

function jobOf({ JobId, Operation, Status = 'New', CreationTime, TerminationDate, ProgressSummary }: JobListDescriptor): Job {
  const { TotalNumberOfTasks: total = 0, NumberOfTasksSucceeded: succeeded = 0, NumberOfTasksFailed: failed = 0 } = ProgressSummary ?? {};
  const state = STATES[Status] ?? 'RUNNING';
  return {
    kind: 'BatchOperation',
    jobId: JobId!,
    subject: Operation ?? 'unknown operation',
    // S3 calls a job complete although it failed for some objects.
    state: state === 'COMPLETED' && failed > 0 ? 'FAILED' : state,
    status: Status,
    createdAt: CreationTime,
    endedAt: TerminationDate,
    progress: ProgressSummary && `${succeeded + failed} of ${total} tasks${failed > 0 ? `, ${failed} failed` : ''}`,
  };
}
