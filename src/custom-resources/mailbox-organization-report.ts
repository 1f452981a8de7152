import { type OrganizationExportDeclaration } from './mailbox-organization-declaration';
import { type OrganizationRun } from './mailbox-organization-run';

/** A run as JSON: every mailbox with where its export is, or why there is none. */
export function organizationReport(declared: OrganizationExportDeclaration, run: OrganizationRun, requestedAt: Date, writtenAt: Date): string {
  const { organizationId, bucket, prefix } = declared;
  const { exported, running, failed, waiting } = run;
  const missing = { failed, running, waiting };
  return `${JSON.stringify({
    organizationId,
    bucket,
    prefix,
    requestedAt,
    writtenAt,
    complete: failed.length + running.length + waiting.length === 0,
    mailboxes: exported.length + failed.length + running.length + waiting.length,
    missing: Object.entries(missing).flatMap(([state, mailboxes]) => mailboxes.map(mailbox => ({ state, ...mailbox }))),
    exported,
  }, undefined, 1)}\n`;
}
