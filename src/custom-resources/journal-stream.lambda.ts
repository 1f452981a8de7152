import { journalStreamLifecycle } from './journal-stream-lifecycle';
import { lambdaEdges } from './lambda-edges';

export const { onEvent, isComplete } = journalStreamLifecycle(lambdaEdges(process.env));
