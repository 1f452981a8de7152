import { QLDBClient } from '@aws-sdk/client-qldb';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { WorkMailClient } from '@aws-sdk/client-workmail';
import { ledgerServiceClientConfig } from '../ledger-service-client-config';
import { reachableUrl } from '../reachable-url';
import { batchOperations } from './batch-operations';
import { type JobSource } from './job-listing';
import { journalExports } from './journal-exports';
import { mailboxExports } from './mailbox-exports';

/** What is to be listed, and from where. */
export interface JobSourcesOptions {
  readonly region: string;
  /** A ledger service, whose journal exports are listed. */
  readonly serviceUrl?: string;
  /** For a ledger service that wants no identity. @default - the credentials of the process */
  readonly serviceCredentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly organizationIds: readonly string[];
  /** The account whose batch operations are listed. */
  readonly batchOperationsAccountId?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Clients try a call twice; what is throttled for longer is waited for by the listing, page by page. */
const CLIENT_CONFIG = { maxAttempts: 2, requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 } };

/** @throws Error for a service URL that is none */
export function jobSources(options: JobSourcesOptions): JobSource[] {
  const { region, serviceUrl, serviceCredentials, organizationIds, batchOperationsAccountId, environment } = options;
  const config = { ...CLIENT_CONFIG, region };
  const sources: JobSource[] = [];
  if (serviceUrl !== undefined) {
    const client = new QLDBClient({
      ...CLIENT_CONFIG,
      ...ledgerServiceClientConfig({ url: reachableUrl(serviceUrl, environment), region }),
      ...serviceCredentials && { credentials: serviceCredentials },
    });
    sources.push(journalExports(client, serviceUrl));
  }
  if (organizationIds.length > 0) {
    const client = new WorkMailClient(config);
    sources.push(...organizationIds.map(organizationId => mailboxExports(client, organizationId)));
  }
  if (batchOperationsAccountId !== undefined) {
    sources.push(batchOperations(new S3ControlClient({ ...config, ...s3ControlAddress(region, environment) }), batchOperationsAccountId));
  }
  return sources;
}

/** S3 Control's clients put the account id before the host, which an endpoint that stands in for AWS has no place for. */
function s3ControlAddress(region: string, { AWS_ENDPOINT_URL_S3_CONTROL, AWS_ENDPOINT_URL }: JobSourcesOptions['environment']) {
  const endpoint = AWS_ENDPOINT_URL_S3_CONTROL ?? AWS_ENDPOINT_URL;
  return endpoint === undefined ? {} : {
    disableHostPrefix: true,
    endpointProvider: () => ({
      url: new URL(endpoint),
      headers: {},
      properties: { authSchemes: [{ name: 'sigv4', signingName: 's3', signingRegion: region, properties: {} }] },
    }),
  };
}
