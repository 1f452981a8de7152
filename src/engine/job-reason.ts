import { DestinationRefused } from './destinations';
import type { JobRecord } from './job-record';

/**
 * Why an attempt at a job failed, in words for whoever asked for the job: what was tried, what the destination answered, what to do. What
 * goes wrong inside the service is not explained to them; it is in the log.
 */
export function reasonOf(error: unknown, job: JobRecord): string {
  if (!(error instanceof DestinationRefused)) return 'The service met a fault of its own, which its log describes, and tries again.';
  const tried = attempt(job);
  return `${tried}: ${error.code} ${error.message.replace(/[.\s]+$/, '')}. ${remedy(error, job)}`;
}

function attempt(job: JobRecord): string {
  switch (job.kind) {
    case 'export': return `Writing to s3://${job.bucket}/${job.prefix} under the role ${job.roleArn}`;
    case 'stream': return `Writing to ${job.kinesisStreamArn} under the role ${job.roleArn}`;
    case 'purge': return 'Deleting the ledger';
    case 'index-build': return 'Building an index';
    case 'index-removal': return 'Removing an index';
    case 'restore': return job.origin.kind === 'bucket'
      ? `Reading s3://${job.origin.bucket}/${job.origin.prefix} under the role ${job.origin.roleArn}`
      : `Reading ${job.origin.location}`;
  }
}

function remedy({ reason }: DestinationRefused, { kind }: JobRecord): string {
  const target = kind === 'stream' ? 'Kinesis stream' : 'bucket';
  const act = kind === 'restore' ? 'read' : 'write to';
  switch (reason) {
    case 'not-found': return `Check that the ${target} exists, in this account's region.`;
    case 'access-denied': return `Check that the service may assume the role, that the role may ${act} the ${target}, and that the key it is encrypted with is enabled and allows the role.`;
    case 'unavailable': return 'The service tries again by itself.';
  }
}
