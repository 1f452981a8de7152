import { journalExportLifecycle } from './journal-export-lifecycle';
import { lambdaEdges } from './lambda-edges';

export const { onEvent, isComplete } = journalExportLifecycle(lambdaEdges(process.env));
