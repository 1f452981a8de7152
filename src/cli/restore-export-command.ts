import { LedgerError, type PermissionsMode, type RestoreJob } from '../engine';
import { openEmbeddedStore } from '../store';
import { openExportSource } from './export-source';
import { restoreExport, RestoreImpossible } from './restore-export';
import { clearProgress, count, exitWith, printJson, printTable, reportingUnreadable, showProgress, type Outcome } from './verdict';

export interface RestoreExportCommandOptions {
  readonly ledger: string;
  readonly data: string;
  readonly digest?: Uint8Array;
  readonly tip?: number;
  readonly permissionsMode: PermissionsMode;
  readonly deletionProtection: boolean;
  readonly startOver?: boolean;
  readonly json?: boolean;
}

const PROGRESS_BLOCKS = 100;

/** `cdk-ledger restore export`: makes a ledger in a folder out of exports of its journal, and prints what it is. */
export async function restoreExportCommand(location: string, options: RestoreExportCommandOptions): Promise<void> {
  await reportingUnreadable(async () => {
    const { digest, tip, data, json } = options;
    const store = await openEmbeddedStore(data);
    try {
      const expected = digest && { digest, ...(tip !== undefined && { sequenceNo: tip }) };
      const job = await restoreExport(store, openExportSource(location), { ...options, location, expected }, (blockCount, { lastSequenceNo }) => {
        if (blockCount % PROGRESS_BLOCKS === 0) showProgress(`${count(blockCount)} of ${count(lastSequenceNo + 1)} blocks restored`);
      });
      clearProgress();
      if (json) printJson(summaryOf(job));
      else printJob(job);
      exitWith([outcomeOf(job)]);
    } catch (error) {
      clearProgress();
      if (!(error instanceof LedgerError || error instanceof RestoreImpossible)) throw error;
      console.error(`cdk-ledger: ${error.message}`);
      exitWith(['unreadable']);
    } finally {
      await store.close();
    }
  });
}

function outcomeOf({ refusal }: RestoreJob): Outcome {
  if (!refusal) return 'valid';
  return refusal.outcome === 'TAMPERED' ? 'tampered' : 'unreadable';
}

function summaryOf(job: RestoreJob): object {
  const { ledgerName, journalStrandId, objectCount, lastSequenceNo, digest, notes, refusal } = job;
  return {
    outcome: outcomeOf(job),
    ledgerName,
    strandId: journalStrandId,
    objectCount,
    ...(!refusal && { blockCount: lastSequenceNo + 1, digest, digestSequenceNo: lastSequenceNo }),
    notes,
    ...(refusal && { firstBadBlock: refusal.firstBadBlock, findings: refusal.findings, findingCount: refusal.findingCount }),
  };
}

function printJob({ ledgerName, journalStrandId, objectCount, lastSequenceNo, digest, notes, refusal }: RestoreJob): void {
  printTable({
    'ledger': ledgerName,
    'journal': journalStrandId,
    'objects': count(objectCount),
    'blocks': refusal ? undefined : `${count(lastSequenceNo + 1)} (0 to ${lastSequenceNo})`,
    'digest': refusal ? undefined : `${digest} at block ${lastSequenceNo}`,
    'first bad block': refusal?.firstBadBlock?.toString(),
    'verdict': refusal ? `${refusal.outcome === 'TAMPERED' ? 'TAMPERED WITH' : 'UNREADABLE'}, no ledger was made` : 'RESTORED',
  });
  notes.forEach(note => console.log(`  Note: ${note}`));
  refusal?.findings.forEach(finding => console.log(`  ${finding}`));
  if (refusal && refusal.findingCount > refusal.findings.length) console.log(`  ... and ${count(refusal.findingCount - refusal.findings.length)} more`);
  if (refusal) console.log('`cdk-ledger verify export` looks at every object.');
}
