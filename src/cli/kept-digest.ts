import { readFileSync } from 'node:fs';
import type { ExpectedDigest } from './expected-digest';

const DIGEST_BYTES = 32;

/**
 * A digest from the command line: base64 as GetDigest prints it, or a file in JSON with a `Digest` and its `DigestTipAddress`, such as the AWS CLI
 * prints and `LedgerDigest` keeps.
 * @throws Error that says what is wrong with it
 */
export function keptDigest(text: string): ExpectedDigest {
  const digest = bytesOf(text);
  if (digest) return { digest };
  let content: string;
  try {
    content = readFileSync(text, 'utf8');
  } catch {
    throw new Error('A digest is 32 bytes in base64, as GetDigest prints it, or a file that holds one, and there is no such file.');
  }
  const { Digest: kept, DigestTipAddress: tip } = membersOf(content);
  const bytes = typeof kept === 'string' ? bytesOf(kept) : undefined;
  if (!bytes) throw new Error(`The file ${text} is not JSON with a member Digest of 32 bytes in base64.`);
  const [, sequenceNo] = /sequenceNo:\s*(\d+)/.exec((tip as { IonText?: string } | undefined)?.IonText ?? '') ?? [];
  return { digest: bytes, ...(sequenceNo !== undefined && { sequenceNo: Number(sequenceNo) }) };
}

function bytesOf(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === DIGEST_BYTES && /^[A-Za-z0-9+/_-]+=?$/.test(base64) ? bytes : undefined;
}

function membersOf(content: string): { Digest?: unknown; DigestTipAddress?: unknown } {
  try {
    return JSON.parse(content) as object;
  } catch {
    return {};
  }
}
