import { journalExportLifecycle } from './journal-export-lifecycle';
import { lambdaEdges } from './lambda-edges';

// A start that the client repeats by itself would be a second export; the lifecycle looks for the first one before it asks again.
export const { onEvent, isComplete } = journalExportLifecycle(lambdaEdges(process.env, { maxAttempts: 1 }));
