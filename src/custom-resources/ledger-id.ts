import { createHash } from 'crypto';

/** What a name must look like to be a ledger's, and the mark of its service; framework markers and request ids do not. */
const LEDGER_ID = /^([A-Za-z0-9-]{1,32})\/[0-9a-f]{8}$/;

/** A ledger's physical id: its name, and a mark of the service that it lives in. Another service is another ledger, whatever its name. */
export function formatLedgerId(name: string, serviceUrl: string): string {
  return `${name}/${createHash('sha256').update(serviceUrl).digest('hex').slice(0, 8)}`;
}

/** The name in a ledger's physical id, or undefined for ids that no ledger has. */
export const ledgerNameOf = (physicalResourceId: string): string | undefined => LEDGER_ID.exec(physicalResourceId)?.[1];
