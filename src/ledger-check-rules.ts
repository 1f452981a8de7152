import { CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { JournalArchive } from './journal-archive';
import { JournalExportSchedule } from './journal-export-schedule';
import { LedgerService } from './ledger-service';

/** A resource as it is in the template. */
export interface RenderedResource {
  readonly construct: CfnResource;
  readonly type: string;
  readonly properties: Record<string, any>;
  readonly deletionPolicy?: string;
  /** Another resource of the same stack, by its logical id. */
  readonly find: (logicalId: string) => RenderedResource | undefined;
}

/** What a platform may ask of every resource of some kind. */
export interface LedgerCheckRule {
  /** In acknowledgements of users: never changes. */
  readonly id: string;
  readonly description: string;
  readonly fix: string;
  readonly appliesTo: (resource: RenderedResource) => boolean;
  /** False where the template does not show it, as for values that are known at deployment only. */
  readonly isMet: (resource: RenderedResource) => boolean;
  /** Where to look in the template. */
  readonly locations: string[];
}

const isCustom = (name: string) => ({ type }: RenderedResource): boolean => type === `Custom::${name}`;
const isTrue = (value: unknown): boolean => String(value) === 'true';
const isTableOfService = (resource: RenderedResource): boolean =>
  resource.type === 'AWS::DynamoDB::Table' && isWithin(resource.construct, scope => scope instanceof LedgerService);
const isBucketOfArchive = (resource: RenderedResource): boolean =>
  resource.type === 'AWS::S3::Bucket' && isWithin(resource.construct, scope => scope instanceof JournalArchive);
const isRetained = ({ deletionPolicy }: RenderedResource): boolean => deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';

const WEEK_HOURS = 168;

export const LEDGER_CHECK_RULES: readonly LedgerCheckRule[] = [
  {
    id: 'CdkLedger-LedgerDeletionProtection',
    description: 'A ledger is not protected from deletion: one call deletes it with its journal.',
    fix: 'Leave out deletionProtection: false of the Ledger.',
    appliesTo: isCustom('QldbLedger'),
    isMet: ({ properties }) => isTrue(properties.DeletionProtection),
    locations: ['Properties/DeletionProtection'],
  },
  {
    id: 'CdkLedger-LedgerRetained',
    description: 'A ledger is deleted with its journal when it leaves the stack or is replaced.',
    fix: 'Leave out removalPolicy of the Ledger, or set it to RemovalPolicy.RETAIN.',
    appliesTo: isCustom('QldbLedger'),
    // With RetainExceptOnCreate it only goes with the deployment that made it, if that is undone.
    isMet: ({ properties }) => ['Retain', 'RetainExceptOnCreate'].includes(properties.RemovalPolicy),
    locations: ['Properties/RemovalPolicy'],
  },
  {
    id: 'CdkLedger-LedgerPermissionsMode',
    description: 'Everyone with any grant on a ledger may run every statement on every table of it.',
    fix: 'Leave out permissionsMode of the Ledger, or set it to PermissionsMode.STANDARD, and grant statements by table.',
    appliesTo: isCustom('QldbLedger'),
    isMet: ({ properties }) => properties.PermissionsMode === 'STANDARD',
    locations: ['Properties/PermissionsMode'],
  },
  {
    id: 'CdkLedger-ServiceDeletionProtection',
    description: 'The table that holds all ledgers of a service is not protected from deletion, or goes with its stack.',
    fix: 'Leave out deletionProtection and removalPolicy of the LedgerService.',
    appliesTo: isTableOfService,
    isMet: resource => isTrue(resource.properties.DeletionProtectionEnabled) && isRetained(resource),
    locations: ['Properties/DeletionProtectionEnabled', 'DeletionPolicy'],
  },
  {
    id: 'CdkLedger-ServicePointInTimeRecovery',
    description: 'The table that holds all ledgers of a service has no point-in-time recovery.',
    fix: 'Leave point-in-time recovery of the LedgerService on, and undo what turned it off.',
    appliesTo: isTableOfService,
    isMet: ({ properties }) => isTrue(properties.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled),
    locations: ['Properties/PointInTimeRecoverySpecification'],
  },
  {
    id: 'CdkLedger-ServiceCustomerKey',
    description: 'The table that holds all ledgers of a service is not encrypted with a key of the customer.',
    fix: 'Leave out encryptionKey of the LedgerService, which then makes a key, or name one of yours.',
    appliesTo: isTableOfService,
    isMet: ({ properties: { SSESpecification: encryption } }) => isTrue(encryption?.SSEEnabled) && encryption.KMSMasterKeyId !== undefined,
    locations: ['Properties/SSESpecification'],
  },
  {
    id: 'CdkLedger-ArchiveObjectLock',
    description: 'Objects of an archive can be deleted before their time: it has no Object Lock with a default retention.',
    fix: 'Give the JournalArchive an objectLock, such as s3.ObjectLockRetention.compliance(Duration.days(365)).',
    appliesTo: isBucketOfArchive,
    isMet: ({ properties }) => isTrue(properties.ObjectLockEnabled) && properties.ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined,
    locations: ['Properties/ObjectLockConfiguration'],
  },
  {
    id: 'CdkLedger-ArchiveCustomerKey',
    description: 'An archive is not encrypted with a key of the customer by default.',
    fix: 'Leave out encryptionKey of the JournalArchive, which then makes a key, or name one of yours.',
    appliesTo: isBucketOfArchive,
    isMet: ({ properties }) => {
      const rules: any[] = properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
      return rules.some(({ ServerSideEncryptionByDefault: byDefault }) => byDefault?.KMSMasterKeyID !== undefined);
    },
    locations: ['Properties/BucketEncryption'],
  },
  {
    id: 'CdkLedger-ArchiveRetained',
    description: 'An archive is deleted when it leaves the stack.',
    fix: 'Leave out removalPolicy of the JournalArchive, or set it to RemovalPolicy.RETAIN.',
    appliesTo: isBucketOfArchive,
    isMet: isRetained,
    locations: ['DeletionPolicy'],
  },
  {
    id: 'CdkLedger-ExportEncryption',
    description: 'Exported blocks are not encrypted with a key of the customer.',
    fix: 'Leave out encryption of the export, or set it to ExportEncryption.kms(key).',
    appliesTo: resource => isCustom('QldbJournalExport')(resource) || isFunctionOfSchedule(resource) || hasFinalExport(resource),
    isMet: resource => (isFunctionOfSchedule(resource)
      ? /\\?"ObjectEncryptionType\\?":\\?"SSE_KMS\\?"/.test(JSON.stringify(resource.properties.Environment?.Variables?.EXPORT_SCHEDULE ?? ''))
      : (resource.properties.FinalExport ?? resource.properties).ObjectEncryptionType === 'SSE_KMS'),
    locations: ['Properties'],
  },
  {
    id: 'CdkLedger-StreamRetention',
    description: 'Consumers that are down over a few days lose changes: the Kinesis stream of a journal keeps records for less than a week.',
    fix: 'Set retentionPeriod of the Kinesis stream to Duration.days(7) or more.',
    appliesTo: isStreamWithTarget,
    isMet: resource => Number(targetOf(resource)!.properties.RetentionPeriodHours ?? 24) >= WEEK_HOURS,
    locations: ['Properties/KinesisStreamArn'],
  },
  {
    id: 'CdkLedger-StreamEncryption',
    description: 'The Kinesis stream of a journal is not encrypted.',
    fix: 'Set encryption of the Kinesis stream to kinesis.StreamEncryption.KMS.',
    appliesTo: isStreamWithTarget,
    // Without a declaration of its own, CDK encrypts streams wherever the region can.
    isMet: resource => targetOf(resource)!.properties.StreamEncryption !== undefined,
    locations: ['Properties/KinesisStreamArn'],
  },
  {
    id: 'CdkLedger-BatchCompletionReport',
    description: 'A batch operation leaves no record of what it did to which object.',
    fix: 'Give the BatchOperationsJob a BatchReport.to(bucket).',
    appliesTo: isCustom('S3BatchOperationsJob'),
    isMet: ({ properties }) => /\\?"Enabled\\?":true/.test(JSON.stringify(properties.Report ?? '')),
    locations: ['Properties/Report'],
  },
  {
    id: 'CdkLedger-MailboxExportComplete',
    description: 'An export of all mailboxes succeeds although mailboxes are missing from it.',
    fix: 'Leave out allowIncomplete of the OrganizationMailboxExport, or acknowledge this rule until the last run.',
    appliesTo: isCustom('WorkMailOrganizationExport'),
    isMet: ({ properties }) => String(properties.AllowIncomplete) === 'false',
    locations: ['Properties/AllowIncomplete'],
  },
];

function isFunctionOfSchedule({ type, construct, properties }: RenderedResource): boolean {
  return type === 'AWS::Lambda::Function' && properties.Environment?.Variables?.EXPORT_SCHEDULE !== undefined
    && isWithin(construct, scope => scope instanceof JournalExportSchedule);
}

function hasFinalExport(resource: RenderedResource): boolean {
  return isCustom('QldbLedger')(resource) && resource.properties.FinalExport !== undefined;
}

/** Streams of other stacks are checked by whoever owns them. */
function isStreamWithTarget(resource: RenderedResource): boolean {
  return isCustom('QldbJournalStream')(resource) && targetOf(resource) !== undefined;
}

function targetOf({ properties, find }: RenderedResource): RenderedResource | undefined {
  const reference = properties.KinesisStreamArn?.['Fn::GetAtt'];
  const target = reference && find(reference[0]);
  return target?.type === 'AWS::Kinesis::Stream' ? target : undefined;
}

function isWithin(construct: IConstruct, test: (scope: IConstruct) => boolean): boolean {
  return construct.node.scopes.some(scope => !Stack.isStack(scope) && test(scope));
}
