import { lambdaEdges } from './lambda-edges';
import { ledgerGrantLifecycle } from './ledger-grant-lifecycle';

export const { onEvent, isComplete } = ledgerGrantLifecycle(lambdaEdges(process.env));
