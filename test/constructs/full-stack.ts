import { App, Stack, aws_kinesis as kinesis } from 'aws-cdk-lib';
import { JournalArchive, Ledger, LedgerService } from '../../src';

/** One of everything, with default properties as far as they go. */
export function fullStack(app = new App()) {
  const stack = new Stack(app, 'Full');
  const service = new LedgerService(stack, 'Service');
  const archive = new JournalArchive(stack, 'Archive');
  const ledger = new Ledger(stack, 'Payments', { service, tables: [{ name: 'Transfers', indexes: ['transferId'] }] });
  const journalExport = ledger.exportJournal('Export', { archive });
  const kinesisStream = new kinesis.Stream(stack, 'Kinesis', { encryption: kinesis.StreamEncryption.KMS });
  const journalStream = ledger.streamJournal('Stream', { kinesisStream });
  return { stack, service, archive, ledger, journalExport, kinesisStream, journalStream };
}
