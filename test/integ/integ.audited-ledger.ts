import { Stack, type App } from 'aws-cdk-lib';
import { runAsIntegApp } from './integ-app';
import { AuditedLedger, JournalArchive, JournalSource, Ledger, LedgerService } from '../../src';

/** The pattern for audits, and a ledger that is restored from exports. */
export function auditedLedgerFamily(app: App): Stack[] {
  const audited = new Stack(app, 'AuditedLedger');
  new AuditedLedger(audited, 'Payments', { ledgerName: 'payments', tables: [{ name: 'Transfers', indexes: ['transferId'] }] });

  const restored = new Stack(app, 'RestoredLedger');
  new Ledger(restored, 'Ledger', {
    service: new LedgerService(restored, 'Service'),
    ledgerName: 'payments',
    restoreFrom: JournalSource.fromArchive(new JournalArchive(restored, 'Archive')),
  });
  return [audited, restored];
}

runAsIntegApp(module, auditedLedgerFamily);
