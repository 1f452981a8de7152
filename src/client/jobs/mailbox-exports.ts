import { ListMailboxExportJobsCommand, type MailboxExportJob, type WorkMailClient } from '@aws-sdk/client-workmail';
import { type Job, type JobState } from './job';
import { type JobSource } from './job-listing';

const PAGE_SIZE = 100;
const STATES: readonly string[] = ['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] satisfies JobState[];

/** The mailbox exports of one organization; WorkMail lists those of the last days. */
export function mailboxExports(client: WorkMailClient, organizationId: string): JobSource {
  return {
    kind: 'MailboxExport',
    name: `WorkMail organization ${organizationId}`,
    async page(nextToken) {
      const request = new ListMailboxExportJobsCommand({ OrganizationId: organizationId, MaxResults: PAGE_SIZE, NextToken: nextToken });
      const page = await client.send(request);
      return { jobs: (page.Jobs ?? []).map(jobOf), nextToken: page.NextToken };
    },
  };
}

function jobOf({ JobId, EntityId, State = 'RUNNING', StartTime, EndTime, EstimatedProgress, S3BucketName, S3Path }: MailboxExportJob): Job {
  return {
    kind: 'MailboxExport',
    jobId: JobId!,
    subject: EntityId ?? 'unknown mailbox',
    state: STATES.includes(State) ? State as JobState : 'RUNNING',
    status: State,
    createdAt: StartTime,
    endedAt: EndTime,
    target: S3BucketName && `s3://${[S3BucketName, (S3Path ?? '').replace(`${S3BucketName}/`, '')].join('/')}`,
    progress: EstimatedProgress === undefined ? undefined : `${EstimatedProgress} %`,
  };
}
