import { App, Stack, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { JobInventory, JournalArchive, Ledger, LedgerAlarms, LedgerDashboard, LedgerService } from '../../src';

/** One of everything, with default properties as far as they go. */
export function fullStack(app = new App()) {
  const stack = new Stack(app, 'Full');
  const service = new LedgerService(stack, 'Service');
  const archive = new JournalArchive(stack, 'Archive');
  const ledger = new Ledger(stack, 'Payments', { service, tables: [{ name: 'Transfers', indexes: ['transferId'] }] });
  const journalExport = ledger.exportJournal('Export', { archive });
  const kinesisStream = new kinesis.Stream(stack, 'Kinesis', {
    encryption: kinesis.StreamEncryption.KMS,
    encryptionKey: new kms.Key(stack, 'KinesisKey', { enableKeyRotation: true }),
  });
  const journalStream = ledger.streamJournal('Stream', { kinesisStream });
  const exportSchedule = ledger.scheduleJournalExports('Schedule', { archive });
  const ledgerDigest = ledger.keepDigest('Digest', { archive });
  const caller = new iam.Role(stack, 'Caller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  ledger.grants.readWrite(caller, { tables: ['Transfers'] });
  const jobInventory = new JobInventory(stack, 'Jobs', { service, archive, mailboxOrganizations: ['m-0123456789abcdef0123456789abcdef'] });
  const { alarms } = new LedgerAlarms(stack, 'Alarms', { ledger });
  new LedgerDashboard(stack, 'Dashboard', { ledgers: [ledger], alarms, jobInventory });
  return { app, stack, service, archive, ledger, journalExport, kinesisStream, journalStream, exportSchedule, ledgerDigest, caller, jobInventory };
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resourcesOf(stack: Stack): Record<string, TemplateResource> {
  return Template.fromStack(stack).toJSON().Resources;
}

/** The only resource of a type. */
export function onlyResource(stack: Stack, type: string): TemplateResource {
  const found = Object.values(resourcesOf(stack)).filter(resource => resource.Type === type);
  expect(found).toHaveLength(1);
  return found[0];
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** Every permission that identity policies give, with the logical id of the policy. */
export function grantedStatements(stack: Stack): [policyId: string, statement: Statement][] {
  return Object.entries(resourcesOf(stack)).flatMap(([id, { Type, Properties }]) => {
    switch (Type) {
      case 'AWS::IAM::Policy':
      case 'AWS::IAM::ManagedPolicy':
        return statementsOf(id, Properties.PolicyDocument);
      case 'AWS::IAM::Role':
        return (Properties.Policies ?? []).flatMap((policy: any) => statementsOf(id, policy.PolicyDocument));
      default:
        return [];
    }
  });
}

function statementsOf(id: string, document: { Statement: Statement[] }): [string, Statement][] {
  return document.Statement.map(statement => [id, statement]);
}

/** `value` as a list: IAM writes lists of one as a plain value. */
export function listed<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
