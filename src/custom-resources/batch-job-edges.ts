import { type BatchJobEdges } from './batch-job-lifecycle';

/** The real world of a handler that runs in a Lambda function. */
export const LAMBDA_JOB_EDGES: BatchJobEdges = { now: () => new Date(), log: line => console.log(line) };

/** Options of AWS clients in a handler; region and credentials are the function's own. */
export const LAMBDA_CLIENT_CONFIG = {
  maxAttempts: 4,
  // Well below any function timeout, so that a service that hangs is a failure we can answer for.
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
};
