import { setTimeout as sleep } from 'timers/promises';
import { parseXML } from '@aws-sdk/xml-builder';
import { SignatureV4 } from '@smithy/signature-v4';
import { isUnavailable } from './service-failure';

/** What any SDK client knows about where it runs, and as whom. */
export type SigningConfig = Pick<ConstructorParameters<typeof SignatureV4>[0], 'credentials' | 'region' | 'sha256'>;

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly bucket: string;
  /** Empty for a request about the bucket. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface S3Answer {
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Makes one request of S3, again when S3 was not reached or failed itself.
 * @throws S3RequestFailed; Error for a key that has a folder `.` or `..`
 */
export type SignedS3 = (request: S3Request) => Promise<S3Answer>;

/** A failure as the SDK's clients tell theirs. */
export class S3RequestFailed extends Error {
  constructor(readonly name: string, message: string, readonly $metadata: { readonly httpStatusCode?: number; readonly attempts: number }) {
    super(message);
  }
}

export interface SignedS3Options {
  readonly attemptsMax?: number;
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

const TIMEOUT_MILLIS = 15_000;
const FIRST_PAUSE_MILLIS = 100;

/** S3 for handlers, whose bundles S3's client would make larger by a half. */
export function signedS3(config: SigningConfig, environment: NodeJS.ProcessEnv, { attemptsMax = 3, pause = sleep }: SignedS3Options = {}): SignedS3 {
  const signer = new SignatureV4({ ...config, service: 's3', uriEscapePath: false });

  async function send({ method, bucket, key = '', query = {}, headers: more, body }: S3Request, attempts: number): Promise<S3Answer> {
    refuseDots(bucket, key);
    const region = typeof config.region === 'string' ? config.region : await config.region();
    const url = addressOf(bucket, key, region, environment);
    const { headers } = await signer.sign({
      method, protocol: url.protocol, hostname: url.hostname, path: url.pathname, query: { ...query }, headers: { ...more, host: url.host }, body,
    });
    url.search = Object.entries(query).map(pair => pair.map(escaped).join('=')).join('&');
    const what = `s3://${bucket}/${key}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
      text = await response.text();
    } catch (error) {
      throw new S3RequestFailed('NetworkingError', `S3 did not answer for ${what}: ${(error as Error).message}`, { attempts });
    }
    if (!response.ok) {
      const { Code = NAMES[response.status] ?? `Status${response.status}`, Message = `S3 answered ${response.status}` } = errorOf(text);
      throw new S3RequestFailed(Code, `${Message} (${method} ${what})`, { httpStatusCode: response.status, attempts });
    }
    return { headers: response.headers, body: text };
  }

  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(request, attempt);
      } catch (error) {
        if (attempt >= attemptsMax || !isUnavailable(error)) {
          throw error;
        }
        await pause(FIRST_PAUSE_MILLIS * 2 ** attempt * (0.5 + Math.random() / 2));
      }
    }
  };
}

/** Answers to HEAD have no body that would name the error. */
const NAMES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NotFound', 503: 'SlowDown' };

function errorOf(text: string): { Code?: string; Message?: string } {
  try {
    return parseXML(text).Error || {};
  } catch {
    // A proxy or an emulator that answers in something else.
    return {};
  }
}

function addressOf(bucket: string, key: string, region: string, { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): URL {
  const path = key.split('/').map(escaped).join('/');
  const emulator = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  if (emulator) {
    return new URL(`${emulator.replace(/\/$/, '')}/${bucket}/${path}`);
  }
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  // The certificate covers one label before the host.
  return new URL(bucket.includes('.') ? `https://${host}/${bucket}/${path}` : `https://${bucket}.${host}/${path}`);
}

/** A URL has no such segments: the request would be about the object of another key. */
function refuseDots(bucket: string, key: string): void {
  if (key.split('/').some(segment => segment === '.' || segment === '..')) {
    throw new Error(`The key of s3://${bucket}/${key} has a folder . or .., which no request can name. Choose a key, or a prefix, without one.`);
  }
}

/** As S3 wants paths and queries in a signature: encodeURIComponent leaves these as they are. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
