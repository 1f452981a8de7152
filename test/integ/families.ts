import type { Family } from './integ-app';
import { auditedLedgerFamily } from './integ.audited-ledger';
import { jobsFamily } from './integ.jobs';
import { ledgerFamily } from './integ.ledger';
import { ledgerServiceFamily } from './integ.ledger-service';

/** Every `integ.*.ts` of this folder, by its name: between them, every construct in every variant that makes other resources. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  'integ.audited-ledger.ts': auditedLedgerFamily,
  'integ.jobs.ts': jobsFamily,
  'integ.ledger-service.ts': ledgerServiceFamily,
  'integ.ledger.ts': ledgerFamily,
};
