import { LedgerError, type PermissionsMode, type RestoreJob } from '../engine';
import { openEmbeddedStore } from '../store';
import type { ExpectedDigest } from './expected-digest';
import { bucketFolder, openExportSource } from './export-source';
import { restoreExport, RestoreImpossible } from './restore-export';
import { restoreInService, type ServiceRestore } from './restore-in-service';
import { clearProgress, count, exitWith, printJson, printTable, reportingUnreadable, showProgress, type Outcome } from './verdict';

export interface RestoreExportCommandOptions {
  readonly ledger: string;
  /** Where to restore into: a folder, or the service at the endpoint, which reads the exports under the role. */
  readonly data?: string;
  readonly endpoint?: string;
  readonly role?: string;
  readonly region?: string;
  readonly digest?: Uint8Array;
  readonly tip?: number;
  readonly permissionsMode: PermissionsMode;
  readonly deletionProtection: boolean;
  readonly startOver?: boolean;
  readonly json?: boolean;
}

const PROGRESS_BLOCKS = 100;

/** `cdk-ledger restore export`: makes a ledger out of exports of its journal, in a folder or a service, and prints what it is. */
export async function restoreExportCommand(location: string, options: RestoreExportCommandOptions): Promise<void> {
  const { digest, tip, data, endpoint } = options;
  const expected = digest && { digest, ...(tip !== undefined && { sequenceNo: tip }) };
  if ((data === undefined) === (endpoint === undefined)) {
    throw new Error('Say where to restore into: --data DIRECTORY for a folder of ledgers, or --endpoint URL for a service.');
  }
  if (endpoint !== undefined) await intoService(location, { ...options, endpoint }, expected);
  else await intoFolder(location, { ...options, data: data! }, expected);
}

async function intoService(
  location: string, options: RestoreExportCommandOptions & { readonly endpoint: string }, expected: ExpectedDigest | undefined,
): Promise<void> {
  const place = bucketFolder(location);
  if (!place) {
    throw new Error(`A service reads exports from S3: give s3://BUCKET/PREFIX instead of ${location}, or --data to restore into a folder.`);
  }
  const { role } = options;
  if (role === undefined) throw new Error('The service reads the exports under a role that it may assume, such as a RestoreRole: add --role ARN.');
  await reportingUnreadable(async () => {
    const request = { ...options, ...place, roleArn: role, expected };
    const restore = await restoreInService(request, process.env, ({ RestoredBlockCount, BlockCount }) => {
      showProgress(`${count(RestoredBlockCount)} of ${count(BlockCount)} blocks restored`);
    });
    clearProgress();
    report(outcomeInService(restore), options.json);
  });
}

function outcomeInService({ LedgerName, StrandId, BlockCount, Status, Digest, Notes, Refusal, Setback }: ServiceRestore): RestoreOutcome {
  const lost = Setback ?? `The restore is ${Status}.`;
  const refusal = Refusal && {
    outcome: Refusal.Outcome, findings: Refusal.Findings, findingCount: Refusal.FindingCount, firstBadBlock: Refusal.FirstBadBlock,
  };
  return {
    ledgerName: LedgerName,
    journalStrandId: StrandId,
    lastSequenceNo: BlockCount - 1,
    digest: Digest,
    notes: Notes,
    refusal: refusal ?? (Status === 'COMPLETED' ? undefined : { outcome: 'INCOMPLETE', findings: [lost], findingCount: 1 }),
  };
}

async function intoFolder(
  location: string, options: RestoreExportCommandOptions & { readonly data: string }, expected: ExpectedDigest | undefined,
): Promise<void> {
  await reportingUnreadable(async () => {
    const store = await openEmbeddedStore(options.data);
    try {
      const job = await restoreExport(store, openExportSource(location), { ...options, location, expected }, (blockCount, { lastSequenceNo }) => {
        if (blockCount % PROGRESS_BLOCKS === 0) showProgress(`${count(blockCount)} of ${count(lastSequenceNo + 1)} blocks restored`);
      });
      clearProgress();
      report(job, options.json);
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

/** What a restore came to, wherever it was done. */
type RestoreOutcome = Pick<RestoreJob, 'ledgerName' | 'journalStrandId' | 'lastSequenceNo' | 'digest' | 'notes' | 'refusal'>
  & Partial<Pick<RestoreJob, 'objectCount'>>;

function report(restore: RestoreOutcome, json = false): void {
  if (json) printJson(summaryOf(restore));
  else printRestore(restore);
  exitWith([outcomeOf(restore)]);
}

function outcomeOf({ refusal }: RestoreOutcome): Outcome {
  if (!refusal) return 'valid';
  return refusal.outcome === 'TAMPERED' ? 'tampered' : 'unreadable';
}

function summaryOf(restore: RestoreOutcome): object {
  const { ledgerName, journalStrandId, objectCount, lastSequenceNo, digest, notes, refusal } = restore;
  return {
    outcome: outcomeOf(restore),
    ledgerName,
    strandId: journalStrandId,
    objectCount,
    ...(!refusal && { blockCount: lastSequenceNo + 1, digest, digestSequenceNo: lastSequenceNo }),
    notes,
    ...(refusal && { firstBadBlock: refusal.firstBadBlock, findings: refusal.findings, findingCount: refusal.findingCount }),
  };
}

function printRestore({ ledgerName, journalStrandId, objectCount, lastSequenceNo, digest, notes, refusal }: RestoreOutcome): void {
  printTable({
    'ledger': ledgerName,
    'journal': journalStrandId,
    'objects': objectCount === undefined ? undefined : count(objectCount),
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
