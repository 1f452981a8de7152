import { ANSWER_BYTES_MAX, functionUrlHandler } from './function-url';
import { logLine, openLambdaService } from './lambda-service';
import { withMetrics } from './ledger-metrics';
import { NO_DESTINATIONS } from './no-destinations';
import { createWire } from './wire';

/** Entry of the session function: sessions and nothing else, whose statements need the grants of their ledger. */
export const handler = functionUrlHandler(async functionArn => {
  const { engine, account, newId } = await openLambdaService(process.env, functionArn, { checkGrants: true, destinations: () => NO_DESTINATIONS });
  return withMetrics(createWire({
    engine, account, log: logLine, clock: Date.now, newRequestId: newId, answerBytesMax: ANSWER_BYTES_MAX, onlySessions: true,
  }));
});
