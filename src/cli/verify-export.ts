import { sameHash, ChainVerifier, type Finding } from '../journal';
import { Unreadable, type ExportSource } from './export-source';
import { exportedBlocks, findExports, type ExportedJournal } from './exported-journal';

export interface ExpectedDigest {
  readonly digest: Uint8Array;
  /** The tip that the digest was taken at. */
  readonly sequenceNo?: number;
}

/** What a verification found. */
export interface ExportVerdict {
  readonly exportId: string;
  readonly objectCount: number;
  readonly byteCount: number;
  readonly blockCount: number;
  readonly revisionCount: number;
  readonly firstSequenceNo?: number;
  readonly lastSequenceNo?: number;
  /** The ledger's digest at the last block; known only if the export starts at block 0. */
  readonly digest?: Uint8Array;
  readonly findings: readonly string[];
}

export interface VerificationProgress {
  readonly exportId: string;
  readonly objectsDone: number;
  readonly objectCount: number;
  readonly blockCount: number;
}

/** A journal that is broken throughout needs no more lines than this to say so. */
const FINDINGS_MAX = 100;

/** Verifies every finished export of a source, one object in memory at a time. @throws Unreadable */
export async function verifyExports(
  source: ExportSource, expected: ExpectedDigest | undefined, progress: (state: VerificationProgress) => void,
): Promise<ExportVerdict[]> {
  const verdicts: ExportVerdict[] = [];
  for (const exported of await findExports(source)) verdicts.push(await verifyExport(source, exported, expected, progress));
  return verdicts;
}

async function verifyExport(
  source: ExportSource, exported: ExportedJournal, expected: ExpectedDigest | undefined, progress: (state: VerificationProgress) => void,
): Promise<ExportVerdict> {
  const chain = new ChainVerifier();
  const findings: string[] = [];
  const report = (message: string): void => {
    if (findings.length < FINDINGS_MAX) findings.push(message);
  };
  let byteCount = 0;
  let revisionCount = 0;
  for (const [index, object] of exported.objects.entries()) {
    if (object.key.endsWith('.json')) {
      throw new Unreadable(`${object.key} is a JSON export. JSON keeps no Ion types, so hashes of documents cannot be recomputed from it. Export again as ION_TEXT or ION_BINARY to verify.`);
    }
    const bytes = await source.read(object.key);
    byteCount += bytes.length;
    let due = object.firstSequenceNo;
    for (const block of exportedBlocks(bytes, object.key)) {
      if (block.blockAddress.sequenceNo !== due) {
        report(`${object.key}: block ${block.blockAddress.sequenceNo} stands where block ${due} was due by the object's name.`);
      }
      due = block.blockAddress.sequenceNo + 1;
      revisionCount += block.revisions?.length ?? 0;
      for (const finding of chain.add(block)) report(described(object.key, finding));
    }
    if (due !== object.lastSequenceNo + 1) report(`${object.key}: ends with block ${due - 1}, though its name promises block ${object.lastSequenceNo}.`);
    progress({ exportId: exported.exportId, objectsDone: index + 1, objectCount: exported.objects.length, blockCount: chain.summary().blockCount });
  }
  const { blockCount, first, tip, digest } = chain.summary();
  if (expected) for (const finding of digestFindings(expected, digest, tip?.sequenceNo)) report(finding);
  return {
    exportId: exported.exportId,
    objectCount: exported.objects.length,
    byteCount,
    blockCount,
    revisionCount,
    firstSequenceNo: first?.sequenceNo,
    lastSequenceNo: tip?.sequenceNo,
    digest,
    findings,
  };
}

const described = (key: string, { message }: Finding): string => `${key}: ${message}`;

function digestFindings(expected: ExpectedDigest, digest: Uint8Array | undefined, tip: number | undefined): string[] {
  if (expected.sequenceNo !== undefined && expected.sequenceNo !== tip) {
    return [`The digest was taken at block ${expected.sequenceNo}, but the export ends at block ${tip}. Export up to that block, or take a digest of this one.`];
  }
  if (!digest) return ['The export does not start at block 0, so the digest of the ledger cannot be computed from it.'];
  return sameHash(digest, expected.digest)
    ? []
    : [`The digest of the exported blocks is ${base64(digest)}, not the expected ${base64(expected.digest)}.`];
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
