import { DescribeMailboxExportJobCommand, type DescribeMailboxExportJobResponse, type WorkMailClient } from '@aws-sdk/client-workmail';
import { markOf, type BatchJobPhase } from './batch-job-id';
import { type BatchJobService } from './batch-job-lifecycle';
import { mailboxExportDeclaration, type MailboxExportDeclaration } from './mailbox-export-declaration';
import { cancelMailboxExport, isOrganizationGone, mailboxExportJobs, patienceWithWorkMail, startedMailboxExport } from './mailbox-export-jobs';
import { isNamed } from './service-failure';

const PHASES: Readonly<Record<string, BatchJobPhase>> = {
  RUNNING: 'RUNNING', COMPLETED: 'COMPLETE', FAILED: 'FAILED', CANCELLED: 'CANCELLED',
};

/** Custom::WorkMailMailboxExport: the export of one mailbox. */
export function mailboxExportService(client: WorkMailClient): BatchJobService<MailboxExportDeclaration> {
  return {
    name: 'WorkMail',
    declaration: mailboxExportDeclaration,

    wish: ({ organizationId, entityId, bucket, prefix, kmsKeyArn, trigger }) => [organizationId, entityId, bucket, prefix, kmsKeyArn, trigger],

    subject: ({ entityId, organizationId, bucket, prefix }) =>
      `the export of mailbox '${entityId}' of organization ${organizationId} to s3://${bucket}/${prefix}`,

    remedy: ({ roleArn }) => `Check that role ${roleArn} may write to the bucket and use its key, and that the bucket is not public; then deploy again.`,

    start: (declared, request) => startedMailboxExport(client, declared, declared.entityId, request),

    async find(declared, jobId) {
      const job = await describe(declared, jobId);
      return job && {
        jobId,
        phase: phaseOf(job.State),
        reason: job.ErrorInfo,
        attributes: { State: job.State ?? '', S3Path: job.S3Path ?? '' },
      };
    },

    async running({ organizationId }, owner) {
      const found: string[] = [];
      try {
        for await (const { JobId: jobId, Description: description, State: state } of mailboxExportJobs(client, organizationId)) {
          if (state === 'RUNNING' && markOf(description)?.owner === owner) {
            found.push(jobId!);
          }
        }
      } catch (error) {
        if (!isOrganizationGone(error)) {
          throw error;
        }
      }
      return found;
    },

    cancel: ({ organizationId }, jobId) => cancelMailboxExport(client, organizationId, jobId),

    patienceWith: patienceWithWorkMail,

    // A mailbox is exported once in 24 hours: a rollback could only wait in vain for another export.
    formerOf: async (declared, jobId) => markOf((await describe(declared, jobId))?.Description)?.former,
  };

  async function describe({ organizationId }: MailboxExportDeclaration, jobId: string): Promise<DescribeMailboxExportJobResponse | undefined> {
    try {
      return await client.send(new DescribeMailboxExportJobCommand({ OrganizationId: organizationId, JobId: jobId }));
    } catch (error) {
      if (isNamed(error, 'EntityNotFoundException') || isOrganizationGone(error)) {
        return undefined;
      }
      throw error;
    }
  }
}

function phaseOf(state: string | undefined): BatchJobPhase {
  return PHASES[state ?? ''] ?? 'RUNNING';
}
