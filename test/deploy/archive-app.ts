import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ExportEncryption, JournalArchive, Ledger, LedgerService } from '../../src';

export const STACK = 'Archived';

// Tests import the name above; only the CDK CLI runs the app.
if (require.main === module) {
  const stack = new Stack(new App(), STACK);
  const service = new LedgerService(stack, 'Service', { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: false });
  const archive = new JournalArchive(stack, 'Archive');
  const encryption = ExportEncryption.kms(archive.encryptionKey);
  const ledger = new Ledger(stack, 'Ledger', {
    service,
    ledgerName: 'trial',
    tables: [{ name: 'Note' }],
    deletionProtection: false,
    removalPolicy: RemovalPolicy.DESTROY,
    finalExport: { archive, encryption },
  });
  const digest = ledger.keepDigest('Digest', { archive });
  // Windows of the past, so that two of them are due at once.
  const schedule = ledger.scheduleJournalExports('Schedule', { archive, encryption, start: new Date('2026-01-01T00:00:00Z'), windowsPerRun: 2 });

  new CfnOutput(stack, 'ServiceUrl', { value: service.serviceUrl });
  new CfnOutput(stack, 'ArchiveBucket', { value: archive.archiveBucket.bucketName });
  new CfnOutput(stack, 'Digest', { value: digest.digest });
  new CfnOutput(stack, 'DigestKey', { value: digest.digestKey });
  new CfnOutput(stack, 'RunFunction', { value: schedule.runFunction.functionName });
}
