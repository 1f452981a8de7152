import { ANSWER_BYTES_MAX, functionUrlHandler } from './function-url';
import { logLine, newId } from './lambda-edges';
import { openLambdaEngine } from './lambda-engine';
import { withMetrics } from './ledger-metrics';
import { createWire } from './wire';

export type { FunctionUrlEvent, FunctionUrlResult } from './function-url';

/** Entry of the API function, the control plane: every operation, for administrators only, whose statements no grant restricts. */
export const handler = functionUrlHandler(async functionArn => {
  const engine = await openLambdaEngine(process.env, functionArn);
  return withMetrics(createWire({ engine, log: logLine, clock: Date.now, newRequestId: newId, answerBytesMax: ANSWER_BYTES_MAX }));
});
