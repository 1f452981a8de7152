import { GetDigestCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { type ArchiveObjects } from './archive-objects';
import { type LedgerDigestDeclaration } from './ledger-digest-declaration';

/** A digest that is in the archive. */
export interface KeptDigest {
  readonly strandId: string;
  /** The newest block that the digest covers. */
  readonly sequenceNo: number;
  /** Base64, as QLDB prints it. */
  readonly digest: string;
  readonly key: string;
}

export interface DigestEdges {
  readonly control: QLDBClient;
  readonly objects: ArchiveObjects;
  now(): Date;
}

/** The journal was changed, or the archive was: what it kept is not what the ledger says now. */
export class DigestMismatch extends Error {}

const TIP = /strandId:\s*"([^"]+)".*sequenceNo:\s*(\d+)/;
/** Keys of one ledger sort by their blocks up to here. */
const SEQUENCE_NO_DIGITS = 12;

/** Where the digest of a tip is kept. */
export function digestKey(prefix: string, strandId: string, sequenceNo: string): string {
  return `${prefix}${strandId}/${sequenceNo.padStart(SEQUENCE_NO_DIGITS, '0')}.json`;
}

/**
 * Takes the digest of a ledger and makes sure that the archive has it.
 *
 * One object for each tip, never overwritten: a digest of the same tip is the same for ever. That it is, is checked whenever it is there already.
 *
 * @throws DigestMismatch when the archive has another digest of that tip
 */
export async function keepDigest({ control, objects, now }: DigestEdges, { ledgerName, prefix }: LedgerDigestDeclaration): Promise<KeptDigest> {
  const { Digest: bytes = new Uint8Array(), DigestTipAddress: tip } = await control.send(new GetDigestCommand({ Name: ledgerName }));
  const [, strandId, sequenceNo] = TIP.exec(tip?.IonText ?? '') ?? [];
  if (!strandId || bytes.length !== 32) {
    throw new Error(`The ledger service answered no digest of ledger '${ledgerName}': ${bytes.length} bytes at tip ${tip?.IonText}.`);
  }
  const digest = Buffer.from(bytes).toString('base64');
  const key = digestKey(prefix, strandId, sequenceNo);
  // As GetDigest answers it, so that whatever reads that reads this.
  const text = JSON.stringify({ LedgerName: ledgerName, Digest: digest, DigestTipAddress: tip, DigestTime: now() }, undefined, 2);
  if (!await objects.createOnce(key, `${text}\n`, 'application/json')) {
    const kept = digestIn(await objects.read(key));
    if (kept !== digest) {
      throw new DigestMismatch(`The digest of ledger '${ledgerName}' at block ${sequenceNo} is ${digest}, but ${key} in the archive says ${kept}: `
        + 'the journal was changed after that digest was kept, or the object was. Export the journal and run cdk-ledger verify export --digest with both.');
    }
  }
  return { strandId, sequenceNo: Number(sequenceNo), digest, key };
}

function digestIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { Digest?: unknown }).Digest;
  } catch {
    return 'nothing that is a digest';
  }
}
