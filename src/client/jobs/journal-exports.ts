import { ListJournalS3ExportsCommand, type JournalS3ExportDescription, type QLDBClient } from '@aws-sdk/client-qldb';
import { type Job, type JobState } from './job';
import { type JobSource } from './job-listing';

/** There is no call that cancels an export: one that is cancelled was given up by the service. */
const STATES: Readonly<Record<string, JobState>> = { IN_PROGRESS: 'RUNNING', COMPLETED: 'COMPLETED', CANCELLED: 'FAILED' };
const PAGE_SIZE = 100;

/** The journal exports of every ledger that a service has. */
export function journalExports(client: QLDBClient, serviceUrl: string): JobSource {
  return {
    kind: 'JournalExport',
    name: `ledger service ${serviceUrl}`,
    async page(nextToken) {
      const page = await client.send(new ListJournalS3ExportsCommand({ MaxResults: PAGE_SIZE, NextToken: nextToken }));
      return { jobs: (page.JournalS3Exports ?? []).map(jobOf), nextToken: page.NextToken };
    },
  };
}

function jobOf({ ExportId, LedgerName, Status, ExportCreationTime, S3ExportConfiguration }: JournalS3ExportDescription): Job {
  return {
    kind: 'JournalExport',
    jobId: ExportId!,
    subject: LedgerName!,
    state: STATES[Status!] ?? 'RUNNING',
    status: Status!,
    createdAt: ExportCreationTime,
    target: S3ExportConfiguration && `s3://${S3ExportConfiguration.Bucket}/${S3ExportConfiguration.Prefix}`,
  };
}
