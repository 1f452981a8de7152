import Table from 'cli-table3';
import { openExportSource, Unreadable } from './export-source';
import { base64, verifyExports, type ExportVerdict, type VerificationProgress } from './verify-export';

export interface VerifyExportOptions {
  readonly digest?: Uint8Array;
  readonly tip?: number;
  readonly json?: boolean;
}

const EXIT_TAMPERED = 1;
const EXIT_UNREADABLE = 2;

/** `cdk-ledger verify export`: prints a table of each export and every finding. */
export async function verifyExportCommand(location: string, options: VerifyExportOptions): Promise<void> {
  try {
    const expected = options.digest && { digest: options.digest, sequenceNo: options.tip };
    const verdicts = await verifyExports(openExportSource(location), expected, showProgress);
    clearProgress();
    if (options.json) console.log(JSON.stringify(verdicts.map(withTextDigest), undefined, 2));
    else verdicts.forEach(printVerdict);
    process.exitCode = verdicts.some(({ findings }) => findings.length > 0) ? EXIT_TAMPERED : 0;
  } catch (error) {
    clearProgress();
    if (!(error instanceof Unreadable)) throw error;
    console.error(`UNREADABLE ${error.message}`);
    process.exitCode = EXIT_UNREADABLE;
  }
}

const withTextDigest = (verdict: ExportVerdict) => ({ ...verdict, digest: verdict.digest && base64(verdict.digest) });

function printVerdict(verdict: ExportVerdict): void {
  const table = new Table({ style: { head: [], border: [] } });
  table.push(
    { export: verdict.exportId },
    { objects: `${verdict.objectCount} (${verdict.byteCount.toLocaleString('en')} bytes)` },
    { blocks: verdict.blockCount === 0 ? '0' : `${verdict.blockCount} (${verdict.firstSequenceNo} to ${verdict.lastSequenceNo})` },
    { revisions: String(verdict.revisionCount) },
    { digest: verdict.digest ? base64(verdict.digest) : 'unknown: the export does not start at block 0' },
    { verdict: verdict.findings.length === 0 ? 'VALID' : 'TAMPERED WITH' },
  );
  console.log(table.toString());
  for (const finding of verdict.findings) console.log(`  ${finding}`);
}

function showProgress({ objectsDone, objectCount, blockCount }: VerificationProgress): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${objectsDone} of ${objectCount} objects, ${blockCount} blocks verified`);
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}
