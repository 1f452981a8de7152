import { deleteLedgerGrant } from './delete-ledger-grant';
import { listLedgerGrants } from './list-ledger-grants';
import type { Operation } from './operation';
import { putLedgerGrant } from './put-ledger-grant';

/** What this service adds to QLDB's control plane: QLDB found the permissions of statements in IAM, which a function cannot ask. */
export const OWN_OPERATIONS: readonly Operation[] = [deleteLedgerGrant, listLedgerGrants, putLedgerGrant];
