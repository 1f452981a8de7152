import { QLDBClient } from '@aws-sdk/client-qldb';
import { signedS3, type SignedS3, type SignedS3Options } from './signed-s3';

/** S3 under the role of the function; any client of the SDK knows its credentials. */
export function functionS3(environment: NodeJS.ProcessEnv, options?: SignedS3Options): SignedS3 {
  return signedS3(new QLDBClient({}).config, environment, options);
}
