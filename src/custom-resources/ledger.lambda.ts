import { lambdaEdges } from './lambda-edges';
import { ledgerLifecycle } from './ledger-lifecycle';

export const { onEvent, isComplete } = ledgerLifecycle(lambdaEdges(process.env));
