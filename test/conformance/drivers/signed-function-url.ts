import { createHash, createHmac } from 'node:crypto';
import type { Handle, WireRequest } from '../../../src/service';

/** Whose requests are accepted, and for which region. */
export interface SignedFunctionUrlOptions {
  readonly handle: Handle;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Lets through what a function URL with IAM authorization lets through: requests with a valid signature, version 4, for the service `lambda`.
 *
 * Written from AWS's description of the signature and with no code of an SDK, so that it can prove one wrong.
 */
export function signedFunctionUrl(options: SignedFunctionUrlOptions): Handle {
  return async (request) => {
    const reason = refusalReason(options, request);
    return reason === undefined ? options.handle(request) : {
      status: 403,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
      body: JSON.stringify({ Message: reason }),
    };
  };
}

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function refusalReason({ region, accessKeyId, secretAccessKey }: SignedFunctionUrlOptions, request: WireRequest): string | undefined {
  const [, keyId, date, scopeRegion, scopeService, signedHeaders, signature] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (keyId === undefined) return 'Forbidden: the request is not signed.';
  if (keyId !== accessKeyId) return `The security token included in the request is invalid: ${keyId}`;
  if (scopeService !== 'lambda') return `Credential should be scoped to correct service: 'lambda', not '${scopeService}'.`;
  if (scopeRegion !== region) return `Credential should be scoped to a valid region, not '${scopeRegion}'.`;
  const missing = ['host', ...Object.keys(request.headers).filter(name => name.startsWith('x-amz-'))]
    .filter(name => !signedHeaders!.split(';').includes(name));
  if (missing.length > 0) return `Headers that must be signed are not: ${missing.join(', ')}`;

  const scope = `${date}/${scopeRegion}/${scopeService}/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonicalRequest(request, signedHeaders!))].join('\n');
  const key = [date!, scopeRegion!, scopeService, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  if (hmac(key, stringToSign).toString('hex') === signature) return undefined;
  return 'The request signature we calculated does not match the signature you provided.';
}

function canonicalRequest({ method, rawPath, rawQuery, headers, body }: WireRequest, signedHeaders: string): string {
  const query = [...new URLSearchParams(rawQuery)].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort().join('&');
  const signed = signedHeaders.split(';').map(name => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('');
  // The path goes in percent-encoded twice: once by the client, once more here.
  return [method, rawPath.split('/').map(escaped).join('/'), query, signed, signedHeaders, sha256(body)].join('\n');
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
