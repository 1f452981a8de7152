import { deleteLedgerGrant } from './delete-ledger-grant';
import { describeLedgerRestore } from './describe-ledger-restore';
import { listLedgerGrants } from './list-ledger-grants';
import type { Operation } from './operation';
import { putLedgerGrant } from './put-ledger-grant';
import { restoreLedger } from './restore-ledger';

/**
 * What this service adds to QLDB's control plane: QLDB found the permissions of statements in IAM, which a function cannot ask, and never
 * took back what it had exported.
 */
export const OWN_OPERATIONS: readonly Operation[] = [deleteLedgerGrant, describeLedgerRestore, listLedgerGrants, putLedgerGrant, restoreLedger];
