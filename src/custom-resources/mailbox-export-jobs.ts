import {
  CancelMailboxExportJobCommand, ListMailboxExportJobsCommand, StartMailboxExportJobCommand, type MailboxExportJob, type WorkMailClient,
} from '@aws-sdk/client-workmail';
import { markedDescription } from './batch-job-id';
import { type JobRequest } from './batch-job-lifecycle';
import { type MailboxExportTarget } from './mailbox-export-declaration';
import { type Patience } from './patience';
import { isNamed, isRoleNotReady } from './service-failure';

/** Every job that WorkMail still lists: those of the last seven days. */
export async function* mailboxExportJobs(client: WorkMailClient, organizationId: string): AsyncIterable<MailboxExportJob> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListMailboxExportJobsCommand({ OrganizationId: organizationId, MaxResults: 100, NextToken: nextToken }));
    yield* page.Jobs ?? [];
    nextToken = page.NextToken;
  } while (nextToken);
}

/** @returns the job's id; one job for one token */
export async function startedMailboxExport(
  client: WorkMailClient, target: MailboxExportTarget, entityId: string, { clientToken, mark }: JobRequest,
): Promise<string> {
  const { JobId: jobId } = await client.send(new StartMailboxExportJobCommand({
    ClientToken: clientToken,
    OrganizationId: target.organizationId,
    EntityId: entityId,
    RoleArn: target.roleArn,
    KmsKeyArn: target.kmsKeyArn,
    S3BucketName: target.bucket,
    S3Prefix: target.prefix,
    Description: markedDescription(target.description, mark),
  }));
  return jobId!;
}

/** Asks a job to end; one that has ended meanwhile, or is forgotten, is as good. */
export async function cancelMailboxExport(client: WorkMailClient, organizationId: string, jobId: string): Promise<void> {
  try {
    await client.send(new CancelMailboxExportJobCommand({ ClientToken: `cancel-${jobId}`, JobId: jobId, OrganizationId: organizationId }));
  } catch (error) {
    // WorkMail does not say how it answers for a job that has ended. A wrong guess costs nothing: the next poll looks at the job's state.
    if (!isNamed(error, 'EntityNotFoundException', 'InvalidParameterException') && !isOrganizationGone(error)) {
      throw error;
    }
  }
}

/** The organization is deleted, and its jobs with it. */
export function isOrganizationGone(error: unknown): boolean {
  return isNamed(error, 'OrganizationNotFoundException');
}

/** Failures of WorkMail that may pass. */
export function patienceWithWorkMail(error: unknown, { organizationId, roleArn, bucket }: MailboxExportTarget): Patience | undefined {
  if (isNamed(error, 'LimitExceededException')) {
    return {
      seconds: 1800,
      remedy: 'WorkMail runs 10 exports of an organization at a time, and exports a mailbox once in 24 hours: look at the jobs of organization '
        + `${organizationId}, and deploy again when one has ended or that time is over.`,
    };
  }
  if (isNamed(error, 'OrganizationStateException')) {
    return { seconds: 600, remedy: `Check that organization ${organizationId} is active, then deploy again.` };
  }
  if (isRoleNotReady(error)) {
    return {
      seconds: ROLE_SECONDS,
      remedy: `Check that WorkMail may assume role ${roleArn}, and that this role may write to bucket ${bucket} and use its key; then deploy again.`,
    };
  }
  return undefined;
}

/** For how long a role that WorkMail cannot use may be a fresh one that has not spread yet. */
const ROLE_SECONDS = 300;
