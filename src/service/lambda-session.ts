import { openSessions } from '../engine';
import { answerRequests } from './answer-requests';
import { ANSWER_BYTES_MAX, functionUrlHandler } from './function-url';
import { lambdaEdges, logLine, newId } from './lambda-edges';
import { withMetrics } from './ledger-metrics';
import { sessionApiOnly } from './session/session-api';

/** Entry of the session function: sessions and nothing else, whose statements need the grants of their ledger. */
export const handler = functionUrlHandler(async functionArn => {
  const sessions = openSessions({ ...await lambdaEdges(process.env, functionArn), checkGrants: true });
  return withMetrics(answerRequests(sessionApiOnly(sessions, Date.now), {
    log: logLine, clock: Date.now, newRequestId: newId, answerBytesMax: ANSWER_BYTES_MAX,
  }));
});
