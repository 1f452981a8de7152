import { DigestMismatch, keepDigest, type DigestEdges } from './ledger-digest';
import { type LedgerDigestDeclaration } from './ledger-digest-declaration';
import { metricLine } from './metric-line';

/** Keeps a digest and reports about it. @throws when it could not be kept, or contradicts the one that was */
export async function runDigest(edges: DigestEdges & { log(line: string): void }, declared: LedgerDigestDeclaration): Promise<void> {
  const report = (kept: boolean, isMismatch: boolean) => edges.log(metricLine(
    edges.now(),
    { LedgerName: declared.ledgerName, DigestName: declared.digestName },
    {
      DigestsKept: { value: kept ? 1 : 0, unit: 'Count' },
      DigestFailures: { value: kept ? 0 : 1, unit: 'Count' },
      DigestMismatches: { value: isMismatch ? 1 : 0, unit: 'Count' },
    },
  ));
  try {
    const { digest, sequenceNo, key } = await keepDigest(edges, declared);
    edges.log(`Digest of ledger '${declared.ledgerName}' at block ${sequenceNo}: ${digest}, kept in ${key}`);
    report(true, false);
  } catch (error) {
    report(false, error instanceof DigestMismatch);
    throw error;
  }
}
