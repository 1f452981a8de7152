import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { startSigningProxy } from './proxy-server';
import { reachableUrl } from '../client';

export interface ProxyOptions {
  readonly endpoint: string;
  readonly port: number;
  readonly region?: string;
}

/** `cdk-ledger proxy`: runs until it is told to stop. @throws Error when no region is known or the port is taken */
export async function proxy({ endpoint, port, region }: ProxyOptions): Promise<void> {
  const signingRegion = regionOf(endpoint, region);
  const running = await startSigningProxy({
    endpoint: reachableUrl(endpoint, process.env),
    region: signingRegion,
    port,
    credentials: fromNodeProviderChain({ clientConfig: { region: signingRegion } }),
    clock: Date.now,
  });
  const stop = (): void => void running.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(`listening on ${running.url}`);
}

const REGION_IN_HOST = /\.(?:lambda-url|execute-api)\.([a-z0-9-]+)\./;

function regionOf(endpoint: string, region: string | undefined): string {
  const known = region ?? REGION_IN_HOST.exec(endpoint)?.[1] ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!known) throw new Error(`The region to sign for does not follow from ${endpoint}. Pass --region, or set AWS_REGION.`);
  return known;
}
