/** Stands for the ledger in the ids of grants on the control plane, which may come to be about another one. */
export const EVERY_LEDGER = '*';

/** A grant's physical id: `<ledger>/<id of the grant in the service>`. */
export interface LedgerGrantId {
  readonly ledgerName: string;
  readonly grantId: string;
}

export function formatGrantId({ ledgerName, grantId }: LedgerGrantId): string {
  return `${ledgerName}/${grantId}`;
}

/** Undefined for ids that no grant has: request ids and the framework's markers. */
export function parseGrantId(physicalResourceId: string | undefined): LedgerGrantId | undefined {
  const parts = physicalResourceId?.split('/') ?? [];
  if (parts.length !== 2) {
    return undefined;
  }
  const [ledgerName, grantId] = parts;
  return { ledgerName, grantId };
}
