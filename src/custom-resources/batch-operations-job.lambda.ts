import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { LAMBDA_CLIENT_CONFIG, LAMBDA_JOB_EDGES } from './batch-job-edges';
import { batchJobLifecycle } from './batch-job-lifecycle';
import { batchOperationsService } from './batch-operations-service';
import { s3Requests } from './s3-requests';
import { signedS3 } from './signed-s3';

const client = new S3ControlClient(LAMBDA_CLIENT_CONFIG);

const s3 = s3Requests(signedS3(client.config, process.env));

export const { onEvent, isComplete } = batchJobLifecycle(batchOperationsService(client, s3), LAMBDA_JOB_EDGES);
