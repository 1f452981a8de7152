/**
 * An export's physical id: `<ledger>/<export id>/<strand id>/<creation time>/<fingerprint of what was asked for>`.
 *
 * All of it comes from the service or the properties. The fingerprint lets an Update see that nothing new is asked for, and the rest lets it
 * repeat every attribute then, without a call: jobs are forgotten by the service after seven days, stacks live longer.
 */
export interface JournalExportId {
  readonly ledgerName: string;
  readonly exportId: string;
  readonly strandId: string;
  /** ISO 8601, from the service. */
  readonly creationTime: string;
  readonly fingerprint: string;
}

export function formatExportId(id: JournalExportId): string {
  return [id.ledgerName, id.exportId, id.strandId, id.creationTime, id.fingerprint].join('/');
}

/** Undefined for ids that no finished Create has given: request ids and the framework's markers. */
export function parseExportId(physicalResourceId: string | undefined): JournalExportId | undefined {
  const parts = physicalResourceId?.split('/') ?? [];
  if (parts.length !== 5) {
    return undefined;
  }
  const [ledgerName, exportId, strandId, creationTime, fingerprint] = parts;
  return { ledgerName, exportId, strandId, creationTime, fingerprint };
}
