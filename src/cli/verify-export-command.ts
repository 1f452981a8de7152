import * as path from 'node:path';
import type { ExportedJournal } from '../journal';
import { base64 } from './base64';
import { openExportSource } from './export-source';
import { keepHeapFlat } from './flat-heap';
import { InspectionThreads } from './inspection-threads';
import { inThisThread, type ObjectInspector } from './object-inspector';
import type { StrandVerdict } from './strand-verifier';
import { threadCount } from './thread-count';
import {
  clearProgress, count, exitWith, firstBadBlock, printFindings, printJson, printTable, reportingUnreadable, showProgress, unexplained,
  worst, type Outcome,
} from './verdict';
import { verifyExports, type ExportVerdict } from './verify-export';

/** Lies beside the command line, which is bundled alike. */
const INSPECTION_WORKER = path.join(__dirname, 'inspection-worker.js');

export interface VerifyExportOptions {
  readonly digest?: Uint8Array;
  readonly tip?: number;
  readonly gapless?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
  /** Most threads that verify objects at a time. @default - as many as pay, up to 4 */
  readonly threads?: number;
}

/** `cdk-ledger verify export`: prints a table of each export and each ledger, and every finding. */
export async function verifyExportCommand(location: string, { digest, tip, gapless, strict, json, threads }: VerifyExportOptions): Promise<void> {
  keepHeapFlat();
  await reportingUnreadable(async () => {
    const expected = digest && { digest, ...(tip !== undefined && { sequenceNo: tip }) };
    const source = openExportSource(location);
    const { exports, strands } = await withInspector(threads, inspectorFor => {
      return verifyExports(source, { expected, gapless, strict }, ({ blockCount, byteCount, place }) => {
        showProgress(`${count(blockCount)} blocks, ${count(byteCount)} bytes verified, now in ${place}`);
      }, inspectorFor);
    });
    clearProgress();
    if (json) printJson(exports.map(verdict => withOthers(verdict, strands.find(({ strandId }) => strandId === verdict.strandId)!)));
    else printVerdicts(exports, strands);
    exitWith([...exports, ...strands].map(outcomeOf));
  });
}

/** Runs a verification with threads that end with it. */
async function withInspector<T>(
  threads: number | undefined, verify: (inspectorFor: (exports: readonly ExportedJournal[]) => ObjectInspector) => Promise<T>,
): Promise<T> {
  let inspection: InspectionThreads | undefined;
  try {
    return await verify((exports) => {
      const most = threadCount(exports, threads);
      return most < 2 ? inThisThread : inspection = new InspectionThreads(INSPECTION_WORKER, most);
    });
  } finally {
    await inspection?.close();
  }
}

function printVerdicts(exports: readonly ExportVerdict[], strands: readonly StrandVerdict[]): void {
  exports.forEach(printExport);
  strands.forEach(printStrand);
}

type AnyVerdict = Pick<ExportVerdict, 'findingCount' | 'unreadable'>;

function outcomeOf({ findingCount, unreadable }: AnyVerdict): Outcome {
  if (findingCount > 0) return 'tampered';
  return unreadable === undefined ? 'valid' : 'unreadable';
}

/** What is found of an export by itself and among the others of its ledger, in one object for machines. */
function withOthers(verdict: ExportVerdict, strand: StrandVerdict): object {
  const findings = [...verdict.findings, ...strand.findings];
  return {
    outcome: worst([outcomeOf(verdict), outcomeOf(strand)]),
    ...verdict,
    digest: strand.digest,
    digestSequenceNo: strand.digestSequenceNo,
    notes: strand.notes,
    firstBadBlock: firstBadBlock(findings),
    findings: findings.map(({ message }) => message),
    findingCount: verdict.findingCount + strand.findingCount,
  };
}

function printExport(verdict: ExportVerdict): void {
  const { blockCount, firstSequenceNo, lastSequenceNo, unjudgedRevisionCount, findings, findingCount, unreadable } = verdict;
  printTable({
    'export': verdict.exportId,
    'objects': `${count(verdict.objectCount)} (${count(verdict.byteCount)} bytes)`,
    'blocks': blockCount === 0 ? '0' : `${count(blockCount)} (${firstSequenceNo} to ${lastSequenceNo})`,
    'revisions': count(verdict.revisionCount),
    'not judged': unjudgedRevisionCount > 0 ? `${count(unjudgedRevisionCount)} documents: JSON does not tell the types in them` : undefined,
    'unexplained': unexplained(verdict.hashOnlyRevisionCount, verdict.unknownEntryCount),
    'first bad block': firstBadBlock(findings)?.toString(),
    'verdict': verdictOf(verdict),
  });
  printFindings(findings, findingCount);
  if (unreadable !== undefined) console.error(`UNREADABLE ${unreadable}`);
}

function verdictOf(verdict: ExportVerdict): string {
  switch (outcomeOf(verdict)) {
    case 'tampered': return 'TAMPERED WITH';
    case 'unreadable': return 'UNREADABLE';
    case 'valid': return verdict.isJson ? 'VALID AS FAR AS JSON ALLOWS' : 'VALID';
  }
}

function printStrand(verdict: StrandVerdict): void {
  const { strandId, exportIds, digest, digestSequenceNo, notes, findings, findingCount } = verdict;
  printTable({
    'journal': strandId,
    'exports': count(exportIds.length),
    'digest': digest ? `${base64(digest)} at block ${digestSequenceNo}` : 'unknown: no export starts at block 0',
    'first bad block': firstBadBlock(findings)?.toString(),
    'taken together': findingCount > 0 ? 'TAMPERED WITH' : verdict.isComplete ? 'CONSISTENT' : 'CONSISTENT AS FAR AS READABLE',
  });
  notes.forEach(note => console.log(`  Note: ${note}`));
  printFindings(findings, findingCount);
}
