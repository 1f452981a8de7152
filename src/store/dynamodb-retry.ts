/** Which answers of DynamoDB are worth another attempt, and how long to wait before it. */

/** What waiting depends on. */
export interface RetryEdge {
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Attempts at one request on top of the SDK's own, so that a request gives up after about 7 seconds of waiting at most. */
export const ATTEMPTS_MAX = 10;
const FIRST_WAIT_MILLISECONDS = 25;
const WAIT_MILLISECONDS_MAX = 2_000;

const RETRYABLE_ERRORS: ReadonlySet<string> = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const RETRYABLE_CANCELLATIONS: ReadonlySet<string> = new Set(['TransactionConflict', 'ProvisionedThroughputExceeded', 'ThrottlingError']);
const NETWORK_ERRORS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT']);
const NO_REASON = 'None';

interface AwsError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** True when the request was fine and DynamoDB, or the way to it, was not. */
export function isRetryable(error: unknown): boolean {
  const { name = '', code = '', $metadata, CancellationReasons } = error as AwsError;
  if (name === 'TransactionCanceledException') {
    const codes = (CancellationReasons ?? []).map(reason => reason.Code ?? NO_REASON).filter(reason => reason !== NO_REASON);
    return codes.length > 0 && codes.every(reason => RETRYABLE_CANCELLATIONS.has(reason));
  }
  return RETRYABLE_ERRORS.has(name) || NETWORK_ERRORS.has(code) || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** Full jitter: anywhere between nothing and a ceiling that doubles with each attempt, the first being 0. */
export function waitMilliseconds(attempt: number, random: () => number): number {
  return random() * Math.min(WAIT_MILLISECONDS_MAX, FIRST_WAIT_MILLISECONDS * 2 ** attempt);
}

/** Repeats `request`, which must be idempotent, until it answers, fails for good, or was tried often enough. */
export async function withRetries<T>(edge: RetryEdge, request: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (!isRetryable(error) || attempt + 1 >= ATTEMPTS_MAX) {
        throw error;
      }
      await edge.sleep(waitMilliseconds(attempt, edge.random));
    }
  }
}
