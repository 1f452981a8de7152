import { createHash } from 'crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** The two requests that handlers make of S3 besides those of their own service. S3's client would add a third to their bundles. */
export interface S3Requests {
  put(object: { bucket: string; key: string; contentType: string; body: string; kmsKeyArn?: string }): Promise<void>;
  /** The ETag of an object, without quotes. */
  etag(bucket: string, key: string, versionId?: string): Promise<string>;
}

/** What any SDK client knows about where it runs, and as whom. */
export type SigningConfig = Pick<ConstructorParameters<typeof SignatureV4>[0], 'credentials' | 'region' | 'sha256'>;

/** A failure as the SDK's clients tell theirs. */
export class S3RequestFailed extends Error {
  constructor(readonly name: string, message: string, readonly $metadata: { readonly httpStatusCode?: number; readonly attempts: number }) {
    super(message);
  }
}

const TIMEOUT_MILLIS = 15_000;

export function s3Requests(config: SigningConfig, environment: NodeJS.ProcessEnv): S3Requests {
  const signer = new SignatureV4({ ...config, service: 's3', uriEscapePath: false });

  async function send(method: 'PUT' | 'HEAD', bucket: string, key: string, more: {
    query?: Record<string, string>; headers?: Record<string, string>; body?: string;
  }): Promise<Response> {
    const region = typeof config.region === 'string' ? config.region : await config.region();
    const url = addressOf(bucket, key, region, environment);
    const { headers } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: more.query,
      headers: { ...more.headers, host: url.host },
      body: more.body,
    });
    for (const [name, value] of Object.entries(more.query ?? {})) { url.searchParams.set(name, value); }
    const what = `s3://${bucket}/${key}`;
    let response: Response;
    try {
      response = await fetch(url, { method, headers, body: more.body, signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
    } catch (error) {
      throw new S3RequestFailed('NetworkingError', `S3 did not answer for ${what}: ${(error as Error).message}`, { attempts: 1 });
    }
    const text = await response.text();
    if (!response.ok) {
      const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? NAMES[response.status] ?? `Status${response.status}`;
      const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `S3 answered ${response.status}`;
      throw new S3RequestFailed(code, `${message} (${method} ${what})`, { httpStatusCode: response.status, attempts: 1 });
    }
    return response;
  }

  return {
    async put({ bucket, key, contentType, body, kmsKeyArn }) {
      const encryption: Record<string, string> = kmsKeyArn === undefined ? {} : {
        'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyArn,
      };
      // A bucket that locks its objects takes none without a checksum.
      const checksum = { 'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64') };
      await send('PUT', bucket, key, { headers: { 'content-type': contentType, ...checksum, ...encryption }, body });
    },
    async etag(bucket, key, versionId) {
      const { headers } = await send('HEAD', bucket, key, { query: versionId === undefined ? undefined : { versionId } });
      return (headers.get('etag') ?? '').replaceAll('"', '');
    },
  };
}

/** Answers to HEAD have no body that would name the error. */
const NAMES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NotFound', 503: 'SlowDown' };

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

/** As S3 wants a path in a signature: encodeURIComponent leaves these as they are. */
function escaped(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
