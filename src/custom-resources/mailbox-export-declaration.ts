import { type BatchJobDeclaration } from './batch-job-lifecycle';
import { type Properties } from './lifecycle';
import { flag, optionalText, text } from './properties';

/** Where mailboxes of an organization are exported to, and as whom. */
export interface MailboxExportTarget {
  readonly organizationId: string;
  readonly roleArn: string;
  readonly kmsKeyArn: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly description?: string;
}

/** What the properties of Custom::WorkMailMailboxExport ask for. */
export interface MailboxExportDeclaration extends MailboxExportTarget, BatchJobDeclaration {
  readonly entityId: string;
  readonly trigger?: string;
}

/** @throws naming the property that is missing or wrong */
export function mailboxExportTarget(properties: Properties): MailboxExportTarget {
  return {
    organizationId: text(properties, 'OrganizationId'),
    roleArn: text(properties, 'RoleArn'),
    kmsKeyArn: text(properties, 'KmsKeyArn'),
    bucket: text(properties, 'Bucket'),
    prefix: text(properties, 'Prefix'),
    description: optionalText(properties, 'Description'),
  };
}

/** @throws naming the property that is missing or wrong */
export function mailboxExportDeclaration(properties: Properties): MailboxExportDeclaration {
  return {
    ...mailboxExportTarget(properties),
    entityId: text(properties, 'EntityId'),
    waitForCompletion: flag(properties, 'WaitForCompletion', true),
    trigger: optionalText(properties, 'Trigger'),
  };
}
