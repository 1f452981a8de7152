import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { DestinationRefused, type Destinations } from '../engine';
import { refusable, refusal } from './aws-refusal';
import { kinesisRecordWriter } from './kinesis-record-writer';
import { s3ExportSource } from './s3-export-source';
import { s3ObjectWriter } from './s3-object-writer';

export interface AwsDestinationsOptions {
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Endpoint of an emulator. @default - the AWS endpoints of the region */
  readonly endpoint?: string;
}

/** Of what STS grants a function that itself runs under an assumed role, the most. */
const CREDENTIALS_LIFETIME_SECONDS = 3600;
/** Credentials are renewed while a step that begins with them can still end with them. */
const RENEWAL_MARGIN_MILLIS = 5 * 60_000;
const ASSUMED_ROLES_MAX = 100;

interface AssumedRole { readonly s3: S3Client; readonly kinesis: KinesisClient; readonly renewMillis: number }

/** S3 and Kinesis under the roles that jobs name, assumed with the ledger's ARN as external id. */
export function awsDestinations({ region, clock, endpoint = process.env.AWS_ENDPOINT_URL }: AwsDestinationsOptions): Destinations {
  const sts = new STSClient({ region, endpoint });
  const assumed = new Map<string, Promise<AssumedRole>>();

  const assume = async (roleArn: string, ledgerArn: string): Promise<AssumedRole> => {
    const { Credentials } = await refusable(async () => sts.send(new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: `cdk-ledger-${ledgerArn.split('/').at(-1)}`,
      ExternalId: ledgerArn,
      DurationSeconds: CREDENTIALS_LIFETIME_SECONDS,
    })));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration } = Credentials ?? {};
    if (!accessKeyId || !secretAccessKey || !Expiration) {
      throw new DestinationRefused('unavailable', 'NoCredentials', `STS answered no credentials for the role ${roleArn}`);
    }
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    return {
      s3: new S3Client({ region, endpoint, credentials, forcePathStyle: endpoint !== undefined, followRegionRedirects: true }),
      // The handler of STS speaks HTTP/1.1; that of Kinesis would speak HTTP/2, which emulators do not, and which wins nothing for one writer.
      kinesis: new KinesisClient({ region, endpoint, credentials, requestHandler: sts.config.requestHandler }),
      renewMillis: Expiration.getTime() - RENEWAL_MARGIN_MILLIS,
    };
  };

  const role = async (roleArn: string, ledgerArn: string): Promise<AssumedRole> => {
    const key = `${roleArn} ${ledgerArn}`;
    // A role that could not be assumed is asked for again.
    const known = await assumed.get(key)?.catch(() => undefined);
    if (known && known.renewMillis > clock()) return known;
    assumed.delete(key);
    if (assumed.size >= ASSUMED_ROLES_MAX) assumed.clear();
    const assuming = assume(roleArn, ledgerArn);
    assumed.set(key, assuming);
    return assuming;
  };

  return {
    objects: async (roleArn, ledgerArn) => s3ObjectWriter((await role(roleArn, ledgerArn)).s3),
    records: async (roleArn, ledgerArn) => kinesisRecordWriter((await role(roleArn, ledgerArn)).kinesis),
    exports: async (roleArn, ledgerArn, place) => s3ExportSource((await role(roleArn, ledgerArn)).s3, place, refusal),
  };
}
