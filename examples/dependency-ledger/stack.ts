import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import { JournalArchive, Ledger, LedgerService, OutputFormat } from '../../src';

export interface DependencyLedgerStackProps extends StackProps {
  /** Exports the journal at deployment; a new text exports again. Absent: no export. */
  readonly exportTrigger?: string;
}

/** A ledger of the packages that an application depends on, its archive, and a stream of every change. */
export class DependencyLedgerStack extends Stack {
  constructor(scope: Construct, id: string, props: DependencyLedgerStackProps = {}) {
    super(scope, id, props);

    // An example must be able to go away. A ledger that matters keeps the defaults: protected and retained.
    const service = new LedgerService(this, 'Service', { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: false });
    const ledger = new Ledger(this, 'Ledger', {
      service,
      ledgerName: 'dependencies',
      tables: [{ name: 'Package', indexes: ['path', 'name'] }],
      removalPolicy: RemovalPolicy.DESTROY,
      deletionProtection: false,
    });

    // The archive stays when the stack goes: that is what an archive is for.
    const archive = new JournalArchive(this, 'Archive');
    const changes = new kinesis.Stream(this, 'Changes', { streamMode: kinesis.StreamMode.ON_DEMAND, removalPolicy: RemovalPolicy.DESTROY });
    ledger.streamJournal('Changes', { kinesisStream: changes });

    new CfnOutput(this, 'ServiceUrl', { value: service.serviceUrl });
    new CfnOutput(this, 'SessionUrl', { value: service.sessionUrl });
    new CfnOutput(this, 'LedgerName', { value: ledger.ledgerName });
    new CfnOutput(this, 'ArchiveBucket', { value: archive.archiveBucket.bucketName });
    new CfnOutput(this, 'ChangesStream', { value: changes.streamName });

    if (props.exportTrigger) {
      const journalExport = ledger.exportJournal('Export', { archive, outputFormat: OutputFormat.ION_TEXT, trigger: props.exportTrigger });
      new CfnOutput(this, 'ExportId', { value: journalExport.exportId });
      new CfnOutput(this, 'StartedManifestKey', { value: journalExport.startedManifestKey });
      new CfnOutput(this, 'CompletedManifestKey', { value: journalExport.completedManifestKey });
    }
  }
}
