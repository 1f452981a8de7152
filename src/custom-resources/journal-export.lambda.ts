import { lambdaEdges } from './lambda-edges';
import { journalExportLifecycle } from './journal-export-lifecycle';

export const { onEvent, isComplete } = journalExportLifecycle(lambdaEdges(process.env));
