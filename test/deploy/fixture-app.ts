import { App, CfnOutput, RemovalPolicy, Stack, aws_iam as iam, aws_kinesis as kinesis, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  ExportEncryption, type IJournalArchive, type ILedgerService, JournalArchive, Ledger, LedgerService, PartiqlAction, PermissionsMode,
} from '../../src';

/** What one deployment asks for; handed over as JSON in the context value `fixture`. */
export interface Fixture {
  /** Another text exports the journal of `accounts` again. */
  readonly trigger: string;
  /** Where `accounts` is exported to instead of its archive: the name of a bucket that nobody made. */
  readonly accountsBucket?: string;
  /** Whether the stream of `accounts` packs records; another value replaces the stream. */
  readonly isAggregating: boolean;
  /** `strict` protects and retains the ledger `accounts`, and tags it. */
  readonly accountsSettings: 'lenient' | 'strict';
  /** Exports the ledger `passing` into a bucket of this name. Absent: no export. */
  readonly newcomerBucket?: string;
  /** What the clerk may read of the ledger `kept`, and export. @default - the table `Note`, and nothing to export */
  readonly clerkReads?: 'everything';
}

/** Stacks of the fixture. All are in every synthesis; a command names those that it is about. */
export const STACKS = { service: 'Service', accounts: 'Accounts', newcomer: 'Newcomer', heir: 'Heir', clerk: 'Clerk' } as const;

/** What belongs to the tag that the `strict` settings add. */
export const AUDITED_TAG = { audited: 'yes' };

/** The one service of all other stacks. */
class ServiceStack extends Stack {
  readonly service: LedgerService;

  constructor(scope: Construct) {
    super(scope, STACKS.service);
    this.service = new LedgerService(this, 'Service', { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: false });
    new CfnOutput(this, 'ServiceUrl', { value: this.service.serviceUrl });
    new CfnOutput(this, 'SessionUrl', { value: this.service.sessionUrl });
  }
}

/** A ledger, its archive, an export and a stream, which live through a number of updates. */
class AccountsStack extends Stack {
  constructor(scope: Construct, service: ILedgerService, fixture: Fixture) {
    super(scope, STACKS.accounts);
    const isStrict = fixture.accountsSettings === 'strict';
    const archive = new JournalArchive(this, 'Archive');
    const ledger = new Ledger(this, 'Ledger', {
      service,
      ledgerName: 'accounts',
      tables: [{ name: 'Account', indexes: ['number'] }],
      permissionsMode: isStrict ? PermissionsMode.STANDARD : PermissionsMode.ALLOW_ALL,
      deletionProtection: isStrict,
      removalPolicy: isStrict ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      tags: isStrict ? AUDITED_TAG : undefined,
    });
    const journalStream = ledger.streamJournal('Stream', {
      kinesisStream: new kinesis.Stream(this, 'Kinesis', { removalPolicy: RemovalPolicy.DESTROY }),
      aggregationEnabled: fixture.isAggregating,
    });
    const journalExport = ledger.exportJournal('Export', {
      archive: fixture.accountsBucket ? bucketNamed(this, fixture.accountsBucket) : archive,
      encryption: ExportEncryption.kms(archive.encryptionKey),
      trigger: fixture.trigger,
    });
    journalExport.node.addDependency(journalStream); // so that a failing export finds the changed stream made

    new CfnOutput(this, 'ArchiveBucket', { value: archive.archiveBucket.bucketName });
    new CfnOutput(this, 'ArchiveKey', { value: archive.encryptionKey!.keyRef.keyArn });
    new CfnOutput(this, 'StreamId', { value: journalStream.streamId });
    new CfnOutput(this, 'ExportId', { value: journalExport.exportId });
    new CfnOutput(this, 'StartedManifestKey', { value: journalExport.startedManifestKey });
    new CfnOutput(this, 'CompletedManifestKey', { value: journalExport.completedManifestKey });
  }
}

/** A stack whose first deployment fails: one ledger goes with it, the other, with default settings, is kept. */
class NewcomerStack extends Stack {
  constructor(scope: Construct, service: ILedgerService, fixture: Fixture) {
    super(scope, STACKS.newcomer);
    const kinesisStream = new kinesis.Stream(this, 'Kinesis', { removalPolicy: RemovalPolicy.DESTROY });
    const kept = new Ledger(this, 'Kept', { service, ledgerName: 'kept', tables: [{ name: 'Note' }] });
    const passing = new Ledger(this, 'Passing', {
      service, ledgerName: 'passing', tables: [{ name: 'Note' }], deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY,
    });
    const streams = [kept, passing].map(ledger => ledger.streamJournal('Stream', { kinesisStream }));
    if (fixture.newcomerBucket) {
      const archive = bucketNamed(this, fixture.newcomerBucket);
      passing.exportJournal('Export', { archive, encryption: ExportEncryption.s3Managed() }).node.addDependency(...streams);
    }
  }
}

/** Knows the kept ledger by name only, and exports it into an archive of its own. */
class HeirStack extends Stack {
  constructor(scope: Construct, service: ILedgerService) {
    super(scope, STACKS.heir);
    const journalExport = Ledger.fromLedgerAttributes(this, 'Kept', { ledgerName: 'kept', service }).exportJournal('Export');
    new CfnOutput(this, 'ArchiveBucket', { value: journalExport.archive.archiveBucket.bucketName });
    new CfnOutput(this, 'ArchiveKey', { value: journalExport.archive.encryptionKey!.keyRef.keyArn });
    new CfnOutput(this, 'ExportId', { value: journalExport.exportId });
    new CfnOutput(this, 'StartedManifestKey', { value: journalExport.startedManifestKey });
    new CfnOutput(this, 'CompletedManifestKey', { value: journalExport.completedManifestKey });
  }
}

/** A caller of the kept ledger. */
class ClerkStack extends Stack {
  constructor(scope: Construct, service: ILedgerService, fixture: Fixture) {
    super(scope, STACKS.clerk);
    const clerk = new iam.Role(this, 'Clerk', { assumedBy: new iam.AccountRootPrincipal() });
    const kept = Ledger.fromLedgerAttributes(this, 'Kept', { ledgerName: 'kept', service });
    kept.grants.read(clerk, fixture.clerkReads === 'everything' ? {} : { tables: ['Note'] });
    kept.grants.actions(clerk, { actions: [PartiqlAction.CREATE_TABLE], tables: ['Draft'] });
    kept.grants.verify(clerk);
    if (fixture.clerkReads === 'everything') {
      kept.grants.exportJournal(clerk);
    }
    new CfnOutput(this, 'ClerkArn', { value: clerk.roleArn });
  }
}

function bucketNamed(stack: Stack, bucketName: string): IJournalArchive {
  return JournalArchive.fromBucket(stack, 'Elsewhere', s3.Bucket.fromBucketName(stack, 'ElsewhereBucket', bucketName));
}

// Tests import the types and names above; only the CDK CLI runs the app.
if (require.main === module) {
  const app = new App();
  const fixture = JSON.parse(app.node.tryGetContext('fixture') as string) as Fixture;
  const { service } = new ServiceStack(app);
  new AccountsStack(app, service, fixture);
  new NewcomerStack(app, service, fixture);
  new HeirStack(app, service);
  new ClerkStack(app, service, fixture);
}
