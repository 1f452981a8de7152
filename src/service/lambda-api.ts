import { awsDestinations } from './aws-destinations';
import { ANSWER_BYTES_MAX, functionUrlHandler } from './function-url';
import { logLine, openLambdaService } from './lambda-service';
import { withMetrics } from './ledger-metrics';
import { createWire } from './wire';

export type { FunctionUrlEvent, FunctionUrlResult } from './function-url';

/** Entry of the API function, the control plane: every operation, for administrators only, whose statements no grant restricts. */
export const handler = functionUrlHandler(async functionArn => {
  const { engine, account, newId } = await openLambdaService(process.env, functionArn, {
    destinations: region => awsDestinations({ region, clock: Date.now }),
  });
  return withMetrics(createWire({ engine, account, log: logLine, clock: Date.now, newRequestId: newId, answerBytesMax: ANSWER_BYTES_MAX }));
});
