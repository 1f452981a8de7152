import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { LAMBDA_CLIENT_CONFIG, LAMBDA_JOB_EDGES } from './batch-job-edges';
import { batchJobLifecycle } from './batch-job-lifecycle';
import { batchOperationsService } from './batch-operations-service';

export const { onEvent, isComplete } = batchJobLifecycle(batchOperationsService(new S3ControlClient(LAMBDA_CLIENT_CONFIG)), LAMBDA_JOB_EDGES);
