import { Stack, type App } from 'aws-cdk-lib';
import { ORGANIZATION_ID, addEveryJob } from './every-job';
import { runAsIntegApp } from './integ-app';
import { BatchManifest, BatchOperation, BatchOperationsJob, BatchReport, JobInventory, JournalArchive, Ledger, LedgerService } from '../../src';

/** Jobs of WorkMail and S3 Batch Operations over one archive, and the inventory that lists them. */
export function jobsFamily(app: App): Stack[] {
  const stack = new Stack(app, 'Jobs', { env: { account: '111122223333', region: 'eu-west-1' } });
  addEveryJob(stack);

  const exported = new Stack(app, 'ExportedJobs');
  const service = new LedgerService(exported, 'Service');
  const journalExport = new Ledger(exported, 'Ledger', { service }).exportJournal('Export');
  new BatchOperationsJob(exported, 'Lock', {
    operation: BatchOperation.legalHold(),
    manifest: BatchManifest.ofJournalExport(journalExport),
    report: BatchReport.to(journalExport.archive.archiveBucket),
  });

  const exports = journalExport.archive.archiveBucket;
  new BatchOperationsJob(exported, 'Listed', {
    operation: BatchOperation.deleteTags(),
    manifest: BatchManifest.csv({ bucket: exports, key: 'lists/objects.csv', objectsIn: exports, keyPrefix: 'journal/' }),
    report: BatchReport.to(exports),
  });

  const inventory = new Stack(app, 'Inventory');
  new JobInventory(inventory, 'Jobs', {
    service: new LedgerService(inventory, 'Service'), archive: new JournalArchive(inventory, 'Archive'), mailboxOrganizations: [ORGANIZATION_ID],
  });
  return [stack, exported, inventory];
}

runAsIntegApp(module, jobsFamily);
