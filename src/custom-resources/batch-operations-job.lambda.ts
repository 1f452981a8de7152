import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { LAMBDA_CLIENT_CONFIG, LAMBDA_JOB_EDGES } from './batch-job-edges';
import { batchJobLifecycle } from './batch-job-lifecycle';
import { batchOperationsService } from './batch-operations-service';
import { s3Requests } from './s3-requests';

const client = new S3ControlClient(LAMBDA_CLIENT_CONFIG);

export const { onEvent, isComplete } = batchJobLifecycle(batchOperationsService(client, s3Requests(client.config, process.env)), LAMBDA_JOB_EDGES);
