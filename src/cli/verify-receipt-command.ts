import { readFile } from 'node:fs/promises';
import { addressOf, hashOf, sameHash, Unreadable, verifyReceipt, type Receipt } from '../journal';
import { base64 } from './base64';
import { receiptsIn } from './receipt-file';
import { exitWith, printFindings, printJson, printTable, reportingUnreadable } from './verdict';

export interface VerifyReceiptOptions {
  readonly digest?: Uint8Array;
  readonly json?: boolean;
}

const SUBJECTS = {
  revision: 'a revision, its document included',
  block: 'a block as a whole',
  revisionHash: 'the hash of a revision, whatever that holds',
  blockHash: 'the hash of a block, whatever that holds',
  hash: 'a hash, whatever it is of',
} as const;

/** `cdk-ledger verify receipt`: prints a table of each receipt in the files taken together, and what does not add up. */
export async function verifyReceiptCommand(files: readonly string[], { digest, json }: VerifyReceiptOptions): Promise<void> {
  await reportingUnreadable(async () => {
    const contents = await Promise.all(files.map(readReceiptFile));
    const verdicts = receiptsIn(contents, digest).map(receipt => verdictOn(receipt, digest));
    if (json) printJson(verdicts.map(({ receipt: _, ...verdict }) => ({ ...verdict, findings: verdict.findings.map(({ message }) => message) })));
    else verdicts.forEach(printVerdict);
    exitWith(verdicts.map(({ findings }) => findings.length > 0 ? 'tampered' : 'valid'));
  });
}

async function readReceiptFile(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: Error) => {
    throw new Unreadable(`Cannot read ${file}: ${error.message}`);
  });
}

interface ReceiptVerdict {
  readonly receipt: Receipt;
  readonly proves: Receipt['subject']['kind'];
  readonly hash: Uint8Array;
  readonly digest: Uint8Array;
  readonly blockAddress?: Receipt['blockAddress'];
  readonly documentId?: string;
  readonly findings: readonly { readonly message: string }[];
}

function verdictOn(receipt: Receipt, expected: Uint8Array | undefined): ReceiptVerdict {
  const { subject, digest } = receipt;
  const findings = verifyReceipt(receipt);
  if (expected && !sameHash(expected, digest)) findings.push(`The receipt's digest is ${base64(digest)}, not the expected ${base64(expected)}.`);
  const documentId = subject.kind === 'revision' ? subject.revision.metadata.id : receipt.documentId;
  const blockAddress = addressOf(receipt);
  return {
    receipt,
    proves: subject.kind,
    hash: hashOf(subject),
    digest,
    ...(blockAddress && { blockAddress }),
    ...(documentId !== undefined && { documentId }),
    findings: findings.map(message => ({ message })),
  };
}

function printVerdict({ receipt, proves, hash, digest, blockAddress, documentId, findings }: ReceiptVerdict): void {
  const tip = receipt.digestTip ? ` at block ${receipt.digestTip.sequenceNo}` : '';
  printTable({
    'receipt of': SUBJECTS[proves],
    'hash': base64(hash),
    'document': documentId,
    'block': blockAddress && `${blockAddress.sequenceNo} of strand ${blockAddress.strandId}`,
    'proof': `${receipt.proof.length} hashes`,
    'digest': `${base64(digest)}${tip}`,
    'verdict': findings.length === 0 ? 'VALID' : 'TAMPERED WITH',
  });
  printFindings(findings, findings.length);
}
