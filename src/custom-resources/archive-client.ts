import { S3Client } from '@aws-sdk/client-s3';

/** The client of a function that keeps something in an archive; an emulated S3 has no host name for each bucket. */
export function archiveClient(environment: NodeJS.ProcessEnv): S3Client {
  return new S3Client({
    region: environment.AWS_REGION,
    forcePathStyle: (environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL) !== undefined,
    // Well below any function timeout, so that an archive that hangs is a failure we can answer for.
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
  });
}
