import { base64 } from './base64';
import { openLiveJournal } from './live-journal';
import { clearProgress, count, exitWith, firstBadBlock, printFindings, printJson, printTable, reportingUnreadable, showProgress, unexplained } from './verdict';
import { verifyLedger, type LedgerVerdict } from './verify-ledger';

export interface VerifyLedgerOptions {
  readonly endpoint: string;
  readonly region?: string;
  readonly digest?: Uint8Array;
  readonly tip?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `cdk-ledger verify ledger`: walks a live journal and prints what was found. */
export async function verifyLedgerCommand(ledgerName: string, options: VerifyLedgerOptions): Promise<void> {
  const { endpoint, region, digest, tip, strict, json } = options;
  await reportingUnreadable(async () => {
    const journal = openLiveJournal({ ledgerName, endpoint, region }, process.env);
    const expected = digest && { digest, ...(tip !== undefined && { sequenceNo: tip }) };
    const verdict = await verifyLedger(journal, { expected, strict }, (done, total) => {
      showProgress(`${count(done)} of ${count(total)} blocks verified`);
    });
    clearProgress();
    const { findings } = verdict;
    if (json) printJson({ ledgerName, ...verdict, firstBadBlock: firstBadBlock(findings), findings: findings.map(({ message }) => message) });
    else printVerdict(ledgerName, verdict);
    exitWith([verdict.findingCount > 0 ? 'tampered' : 'valid']);
  });
}

function printVerdict(ledgerName: string, verdict: LedgerVerdict): void {
  const { tipSequenceNo, findings, findingCount } = verdict;
  printTable({
    'ledger': ledgerName,
    'journal': verdict.strandId,
    'blocks': `${count(verdict.blockCount)} (0 to ${tipSequenceNo})`,
    'revisions': count(verdict.revisionCount),
    'unexplained': unexplained(verdict.hashOnlyRevisionCount, verdict.unknownEntryCount),
    'digest': `${base64(verdict.digest)} at block ${tipSequenceNo}`,
    'first bad block': firstBadBlock(findings)?.toString(),
    'verdict': findingCount === 0 ? 'VALID' : 'TAMPERED WITH',
  });
  printFindings(findings, findingCount);
}
