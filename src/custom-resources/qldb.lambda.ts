import { journalExportLifecycle } from './journal-export-lifecycle';
import { journalStreamLifecycle } from './journal-stream-lifecycle';
import { lambdaEdges } from './lambda-edges';
import { ledgerGrantLifecycle } from './ledger-grant-lifecycle';
import { ledgerLifecycle } from './ledger-lifecycle';
import { lifecyclesByType } from './lifecycles-by-type';

const edges = lambdaEdges(process.env);
// A start that the client repeats by itself would be a second export; the lifecycle looks for the first one before it asks again.
const edgesOfExports = lambdaEdges(process.env, { maxAttempts: 1 });

/** The resources that are made of calls to a ledger service and nothing else: what their handlers may do is the same, so they share them. */
export const { onEvent, isComplete } = lifecyclesByType({
  'Custom::QldbLedger': ledgerLifecycle(edges),
  'Custom::QldbLedgerGrant': ledgerGrantLifecycle(edges),
  'Custom::QldbJournalExport': journalExportLifecycle(edgesOfExports),
  'Custom::QldbJournalStream': journalStreamLifecycle(edges),
});
