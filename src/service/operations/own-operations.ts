import { deleteControlGrant } from './delete-control-grant';
import { deleteLedgerGrant } from './delete-ledger-grant';
import { describeLedgerRestore } from './describe-ledger-restore';
import { listControlGrants } from './list-control-grants';
import { listLedgerGrants } from './list-ledger-grants';
import type { Operation } from './operation';
import { putControlGrant } from './put-control-grant';
import { putLedgerGrant } from './put-ledger-grant';
import { restoreLedger } from './restore-ledger';

/**
 * What this service adds to QLDB's control plane: QLDB found all permissions in IAM, which a function cannot ask, and never took back what it
 * had exported.
 */
export const OWN_OPERATIONS: readonly Operation[] = [
  deleteControlGrant, deleteLedgerGrant, describeLedgerRestore, listControlGrants, listLedgerGrants, putControlGrant, putLedgerGrant, restoreLedger,
];
