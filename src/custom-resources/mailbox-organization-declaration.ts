import { type Properties } from './lifecycle';
import { mailboxExportTarget, type MailboxExportTarget } from './mailbox-export-declaration';
import { flag, optionalText, text } from './properties';

/** What the properties of Custom::WorkMailOrganizationExport ask for. */
export interface OrganizationExportDeclaration extends MailboxExportTarget {
  /** How many exports of this resource run at a time. */
  readonly concurrency: number;
  /** Whether mailboxes of rooms and equipment are exported too. */
  readonly includesResources: boolean;
  /** A mailbox that this resource has exported more recently is not exported again. */
  readonly freshSeconds: number;
  /** Whether mailboxes may be missing without failing the deployment. */
  readonly allowsIncomplete: boolean;
  readonly trigger?: string;
}

/** @throws naming the property that is missing or wrong */
export function organizationExportDeclaration(properties: Properties): OrganizationExportDeclaration {
  return {
    ...mailboxExportTarget(properties),
    concurrency: Number(text(properties, 'Concurrency')),
    includesResources: flag(properties, 'IncludeResources', true),
    freshSeconds: Number(text(properties, 'SkipExportedWithinSeconds')),
    allowsIncomplete: flag(properties, 'AllowIncomplete', false),
    trigger: optionalText(properties, 'Trigger'),
  };
}

/** What distinguishes a run from another that would have to be made as well. */
export function organizationExportWish(declared: OrganizationExportDeclaration): readonly unknown[] {
  const { organizationId, bucket, prefix, kmsKeyArn, includesResources, trigger } = declared;
  return [organizationId, bucket, prefix, kmsKeyArn, includesResources, trigger];
}
