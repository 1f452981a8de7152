import { Duration, Stack, aws_lambda as lambda, aws_s3 as s3, type App } from 'aws-cdk-lib';
import { runAsIntegApp } from './integ-app';
import {
  BatchManifest, BatchOperation, BatchOperationsJob, BatchReport, JobInventory, JournalArchive, Ledger, LedgerService, MailboxExport,
  OrganizationMailboxExport,
} from '../../src';

const ORGANIZATION_ID = 'm-0123456789abcdef0123456789abcdef';

/** Jobs of WorkMail and S3 Batch Operations over one archive, and the inventory that lists them. */
export function jobsFamily(app: App): Stack[] {
  const stack = new Stack(app, 'Jobs', { env: { account: '111122223333', region: 'eu-west-1' } });
  const archive = new JournalArchive(stack, 'Archive');
  const bucket = archive.archiveBucket;
  new MailboxExport(stack, 'Mailbox', { organizationId: ORGANIZATION_ID, entityId: 'alice@example.com', archive });
  new OrganizationMailboxExport(stack, 'Organization', { organizationId: ORGANIZATION_ID, archive });

  const handler = lambda.Function.fromFunctionArn(stack, 'Function', 'arn:aws:lambda:eu-west-1:111122223333:function:f');
  const operations: Readonly<Record<string, BatchOperation>> = {
    Retention: BatchOperation.objectLockRetention({ mode: s3.ObjectLockMode.COMPLIANCE, retainUntil: new Date('2126-01-01T00:00:00Z') }),
    Hold: BatchOperation.legalHold(),
    Copy: BatchOperation.copyTo(bucket, { prefix: 'copies' }),
    Tags: BatchOperation.replaceTags({ class: 'evidence' }),
    Checksum: BatchOperation.computeChecksum(),
    Restore: BatchOperation.restore({ expiration: Duration.days(1) }),
    Invoke: BatchOperation.invoke(handler),
  };
  for (const [id, operation] of Object.entries(operations)) {
    new BatchOperationsJob(stack, id, {
      operation, manifest: BatchManifest.generated(bucket, { keyPrefix: 'journal/' }), report: BatchReport.to(bucket), jobTags: { team: 'audit' },
    });
  }

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
