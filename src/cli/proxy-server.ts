import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Checksum, HttpRequest, Provider, SourceData } from '@smithy/types';
import { signingNameOf } from '../client';
import { REQUEST_BYTES_MAX, serveHttp, type HttpFront, type WireRequest, type WireResponse } from '../service';

export interface SigningProxyOptions {
  /** The function URL, or any address that answers in its place. */
  readonly endpoint: string;
  /** The region that requests are signed for. */
  readonly region: string;
  /** On loopback; 0 takes any free port. */
  readonly port: number;
  /** Asked for each request, so that credentials may be renewed. */
  readonly credentials: Provider<AwsCredentialIdentity>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** What function URLs, and whatever answers in the place of one, want to be signed for. */
const SIGNING_NAME = 'lambda';
/** All that QLDB's API reads. The client's own signature, in particular, stays here. */
const REQUEST_HEADERS = ['accept', 'content-type', 'user-agent', 'x-amz-target'];
/** All that QLDB's clients read. */
const RESPONSE_HEADERS = ['content-type', 'retry-after', 'x-amzn-errortype', 'x-amzn-requestid'];
const CONNECTION_TIMEOUT_MILLIS = 5_000;
const REQUEST_TIMEOUT_MILLIS = 60_000;
/** Each transaction waits for one answer at a time, so this bounds how many run at once. */
const SOCKETS_MAX = 500;

/**
 * Takes the requests of any QLDB client on loopback, whatever they are signed for, and forwards them signed for a function URL.
 *
 * Whoever reaches the port acts with the proxy's credentials. Nothing is retried: only the client knows what may be sent twice.
 *
 * @throws Error for an endpoint that is no http or https URL; a port that is taken
 */
export async function startSigningProxy(options: SigningProxyOptions): Promise<HttpFront> {
  const endpoint = httpUrl(options.endpoint);
  const agent = { maxSockets: SOCKETS_MAX, keepAlive: true };
  const upstream = new NodeHttpHandler({
    connectionTimeout: CONNECTION_TIMEOUT_MILLIS,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  });
  const signer = new SignatureV4({ service: isPrivate(endpoint) ? 'execute-api' : SIGNING_NAME, region: options.region, credentials: options.credentials, sha256: Sha256 });
  const front = await serveHttp({ port: options.port, handle: async request => forward(request, endpoint, signer, upstream, options.clock) });
  return {
    url: front.url,
    async close() {
      await front.close();
      upstream.destroy();
    },
  };
}

function httpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error(`'${text}' is no address to forward to: expected an http:// or https:// URL, such as serviceUrl or sessionUrl of LedgerService.`);
  }
  return url;
}

/** Services in a VPC are behind API Gateway. */
const isPrivate = (endpoint: URL): boolean => signingNameOf(endpoint) === 'execute-api';

async function forward(
  request: WireRequest, endpoint: URL, signer: SignatureV4, upstream: NodeHttpHandler, clock: () => number,
): Promise<WireResponse> {
  let signed: HttpRequest;
  try {
    signed = await signer.sign(unsigned(request, endpoint), { signingDate: new Date(clock()) });
  } catch (error) {
    return refusal(403, 'AccessDeniedException', `The proxy has no AWS credentials to sign with: ${(error as Error).message}`);
  }
  try {
    const { response } = await upstream.handle(signed as Parameters<NodeHttpHandler['handle']>[0]);
    return {
      status: response.statusCode,
      headers: picked(response.headers, RESPONSE_HEADERS),
      body: await boundedText(response.body as IncomingMessage),
    };
  } catch (error) {
    // Not 500 or 503, which drivers retry: the request may have arrived, and a commit must not be sent again unawares.
    return refusal(502, 'BadGateway', `The proxy got no answer from ${endpoint.origin}: ${(error as Error).message}`);
  }
}

function unsigned({ method, rawPath, rawQuery, headers, body }: WireRequest, endpoint: URL): HttpRequest {
  return {
    method,
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
    path: `${endpoint.pathname.replace(/\/$/, '')}${rawPath}`,
    query: queryBag(rawQuery),
    headers: { ...picked(headers, REQUEST_HEADERS), host: endpoint.host, ...(body.length === 0 ? {} : { 'content-length': String(body.length) }) },
    ...(body.length === 0 ? {} : { body }),
  };
}

function queryBag(rawQuery: string): Record<string, string[]> {
  const bag: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(rawQuery)) (bag[name] ??= []).push(value);
  return bag;
}

const picked = (headers: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => names.includes(entry[0]) && entry[1] !== undefined));

async function boundedText(body: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > REQUEST_BYTES_MAX) throw new Error(`its answer is longer than ${REQUEST_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const refusal = (status: number, name: string, message: string): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
  body: JSON.stringify({ __type: name, Message: message }),
});

/** Node's SHA-256 as the signer asks for it: a hash, or an HMAC when there is a secret. */
class Sha256 implements Checksum {
  private state!: Hash | Hmac;

  constructor(private readonly secret?: SourceData) {
    this.reset();
  }

  update(chunk: Uint8Array): void {
    this.state.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.state.digest();
  }

  reset(): void {
    this.state = this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
  }
}

const bytesOf = (data: SourceData): string | Uint8Array =>
  typeof data === 'string' ? data : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
