/** Where a ledger service answers, and from which region its callers sign. */
export interface LedgerServiceEndpoint {
  /** The service's URL: a Lambda Function URL, that of a private API, or any endpoint that speaks QLDB's API such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The region to sign for, e.g. `eu-central-1`. */
  readonly region: string;
  /**
   * The service name to sign with, for endpoints behind something else.
   *
   * @default - `lambda` for Function URLs, `execute-api` for API Gateway, which private services are behind, `qldb` for everything else
   */
  readonly signingName?: string;
}

/** Options that `QLDBClient`, `QLDBSessionClient` and the QLDB driver's client options all accept. */
export interface LedgerServiceClientConfig {
  readonly region: string;
  readonly endpointProvider: () => ResolvedEndpoint;
}

/** The SDK's own endpoint shape, spelled out so that this file depends on no SDK package. */
export interface ResolvedEndpoint {
  readonly url: URL;
  readonly headers: Record<string, string[]>;
  readonly properties: { authSchemes: SigV4Scheme[] };
}

/** A type and not an interface: only that fits the index signature by which the SDK declares endpoint properties. */
export type SigV4Scheme = {
  readonly name: 'sigv4';
  readonly signingName: string;
  readonly signingRegion: string;
  readonly properties: Record<string, never>;
};

/**
 * Client options that reach a ledger service; spread them into either SDK client, or into the driver's options.
 *
 * A Function URL with AWS_IAM accepts only requests signed for `lambda`, API Gateway those for `execute-api`, while the QLDB clients
 * sign for `qldb` unless the endpoint says otherwise: that is all this does.
 *
 * @throws when `url` is not an absolute http or https URL, or `region` is empty
 */
export function ledgerServiceClientConfig(endpoint: LedgerServiceEndpoint): LedgerServiceClientConfig {
  const url = absoluteHttpUrl(endpoint.url);
  if (!endpoint.region) {
    throw new Error(`No region to sign requests to ${endpoint.url} for: pass the region in which the ledger service runs.`);
  }
  const scheme: SigV4Scheme = {
    name: 'sigv4',
    signingName: endpoint.signingName ?? signingNameOf(url),
    signingRegion: endpoint.region,
    properties: {},
  };
  return {
    region: endpoint.region,
    endpointProvider: () => ({ url, headers: {}, properties: { authSchemes: [scheme] } }),
  };
}

function absoluteHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error(`'${text}' is not the URL of a ledger service: expected an absolute http:// or https:// URL, `
      + 'such as serviceUrl or sessionUrl of LedgerService or the address that `cdk-ledger serve` prints.');
  }
  return url;
}

/** The service name that requests to the URL of a ledger service are signed for. */
export function signingNameOf(url: URL): string {
  if (isFunctionUrl(url)) return 'lambda';
  return /\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(url.hostname) ? 'execute-api' : 'qldb';
}

function isFunctionUrl(url: URL): boolean {
  return /\.lambda-url\.[a-z0-9-]+\.on\.aws$/.test(url.hostname) || url.pathname.startsWith('/_aws/lambda-url/');
}
