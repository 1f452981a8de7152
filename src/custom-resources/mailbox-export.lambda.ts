import { WorkMailClient } from '@aws-sdk/client-workmail';
import { LAMBDA_CLIENT_CONFIG, LAMBDA_JOB_EDGES } from './batch-job-edges';
import { batchJobLifecycle } from './batch-job-lifecycle';
import { mailboxExportService } from './mailbox-export-service';
import { mailboxOrganizationLifecycle } from './mailbox-organization-lifecycle';
import { s3Requests } from './s3-requests';
import { signedS3 } from './signed-s3';

const client = new WorkMailClient(LAMBDA_CLIENT_CONFIG);

export const { onEvent, isComplete } = batchJobLifecycle(mailboxExportService(client), LAMBDA_JOB_EDGES);

export const { onEvent: onOrganizationEvent, isComplete: isOrganizationComplete } = mailboxOrganizationLifecycle(
  client, s3Requests(signedS3(client.config, process.env)), LAMBDA_JOB_EDGES,
);
