import { Stack, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, type App } from 'aws-cdk-lib';
import { runAsIntegApp } from './integ-app';
import {
  ExportEncryption, JournalArchive, JournalExport, JournalWindow, Ledger, LedgerAlarms, LedgerDashboard, LedgerService, OutputFormat, PartiqlAction,
} from '../../src';

/** A service, a ledger, an archive, exports, a schedule, a digest, a stream, grants, alarms and a dashboard, in stacks of their own. */
export function ledgerFamily(app: App): Stack[] {
  const serviceStack = new Stack(app, 'LedgerService');
  const service = new LedgerService(serviceStack, 'Service');

  const ledgerStack = new Stack(app, 'Ledger');
  const ledger = new Ledger(ledgerStack, 'Payments', {
    service,
    tables: [{ name: 'Transfers', indexes: ['transferId', 'account'] }, { name: 'Accounts' }],
    tags: { team: 'payments' },
  });
  const archive = new JournalArchive(ledgerStack, 'Archive');
  ledger.exportJournal('Export', { archive });
  ledger.scheduleJournalExports('Daily', { archive, start: new Date('2026-01-01T00:00:00Z') });
  ledger.keepDigest('Digest', { archive });
  const { alarms } = new LedgerAlarms(ledgerStack, 'Alarms', { ledger });
  new LedgerDashboard(ledgerStack, 'Dashboard', { ledgers: [ledger], alarms });

  const consumerStack = new Stack(app, 'LedgerConsumers');
  new JournalExport(consumerStack, 'January', {
    ledger,
    archive,
    window: JournalWindow.between(new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')),
    outputFormat: OutputFormat.ION_BINARY,
    encryption: ExportEncryption.kms(archive.encryptionKey),
    waitForCompletion: false,
  });
  const kinesisStream = new kinesis.Stream(ledgerStack, 'Kinesis', {
    encryption: kinesis.StreamEncryption.KMS, encryptionKey: new kms.Key(ledgerStack, 'KinesisKey', { enableKeyRotation: true }),
  });
  ledger.streamJournal('Changes', { kinesisStream });
  const clerk = new iam.Role(consumerStack, 'Clerk', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  ledger.grants.readWrite(clerk, { tables: ['Transfers'] });
  const auditor = new iam.Role(consumerStack, 'Auditor', { assumedBy: new iam.AccountRootPrincipal() });
  ledger.grants.verify(auditor);
  ledger.grants.exportJournal(auditor);
  ledger.grants.streamJournal(auditor);
  ledger.grants.actions(auditor, { actions: [PartiqlAction.SELECT] });
  return [serviceStack, ledgerStack, consumerStack];
}

runAsIntegApp(module, ledgerFamily);
