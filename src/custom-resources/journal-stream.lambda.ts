import { lambdaEdges } from './lambda-edges';
import { journalStreamLifecycle } from './journal-stream-lifecycle';

export const { onEvent, isComplete } = journalStreamLifecycle(lambdaEdges(process.env));
