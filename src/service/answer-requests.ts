import { LedgerError, type ConsumedIOs } from '../engine';
import { errorAnswer, ServiceError, type ErrorAnswer } from './service-error';
import type { ServiceLog } from './service-log';
import { REQUEST_BYTES_MAX, type WireRequest, type WireResponse } from './wire-message';

/** Answers any request; never rejects. */
export type Handle = (request: WireRequest) => Promise<WireResponse>;

/** What a request asks for. */
export interface Task {
  readonly operation: string;
  readonly run: () => Promise<Answer>;
}

/** For whoever writes the response and the log line. */
export interface Answer {
  readonly json: string;
  /** Besides those that every response has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a session's command that consumes. */
  readonly consumed?: ConsumedIOs;
}

/** Finds out what an authenticated request asks for. @throws LedgerError, ServiceError */
export type TaskOf = (request: WireRequest, callerArn: string) => Task;

/** How any set of operations is answered. */
export interface AnswerOptions {
  /** @default - nothing is logged */
  readonly log?: ServiceLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newRequestId: () => string;
  /** Answers beyond it are refused with an explanation. @default - no limit */
  readonly answerBytesMax?: number;
}

export const isSessionRequest = ({ headers }: WireRequest): boolean => headers['x-amz-target'] !== undefined;

export function answerRequests(taskOf: TaskOf, options: AnswerOptions): Handle {
  return async request => {
    const { log, clock } = options;
    const requestId = options.newRequestId();
    const startMillis = clock();
    const isSession = isSessionRequest(request);
    let operation = 'Unknown';
    try {
      const task = taskOf(request, authenticated(request));
      ({ operation } = task);
      const { json, headers, consumed } = await task.run();
      refuseTooLarge(json, options.answerBytesMax);
      log?.({ event: 'request', requestId, operation, ...isSession && sessionMembers(consumed), status: 200, durationMillis: clock() - startMillis });
      return { status: 200, headers: { ...responseHeaders(requestId, isSession), ...headers }, body: json };
    } catch (error) {
      const answer = errorAnswer(error);
      const { status, name } = answer;
      log?.({ event: 'request', requestId, operation, ...isSession && { session: true }, status, error: name, durationMillis: clock() - startMillis });
      if (answer.name === 'InternalFailure') log?.({ event: 'fault', requestId, cause: error instanceof Error ? error.stack : String(error) });
      return errorResponse(answer, requestId, isSession);
    }
  };
}

function authenticated({ callerArn, body }: WireRequest): string {
  if (callerArn === undefined) {
    throw new LedgerError('AccessDeniedException', 'The request carries no identity of its caller. Call the service with IAM credentials.');
  }
  if (body.length > REQUEST_BYTES_MAX) throw new ServiceError('RequestEntityTooLargeException', `A request may have at most ${REQUEST_BYTES_MAX} bytes.`);
  return callerArn;
}

function refuseTooLarge(body: string, bytesMax: number | undefined): void {
  if (bytesMax === undefined) return;
  const bytes = Buffer.byteLength(body);
  if (bytes > bytesMax) {
    throw new LedgerError('LimitExceededException', `The answer has ${bytes} bytes, and this endpoint can answer ${bytesMax}. Export the journal to read it.`);
  }
}

function errorResponse({ status, name, message, members }: ErrorAnswer, requestId: string, isSession: boolean): WireResponse {
  return {
    // The session API answers every fault of the client's with 400.
    status: isSession && status < 500 ? 400 : status,
    headers: { ...responseHeaders(requestId, isSession), 'x-amzn-errortype': name },
    // No member `Code`, although two exceptions of the session API have it: clients would take it for the exception's name.
    body: JSON.stringify({ __type: name, Message: message, ...members }),
  };
}

/** What the log tells of a session's command besides its name. */
const sessionMembers = (consumed: ConsumedIOs | undefined): Readonly<Record<string, unknown>> =>
  ({ session: true, ...consumed && { readIOs: consumed.readIOs, writeIOs: consumed.writeIOs } });

const responseHeaders = (requestId: string, isSession: boolean): Record<string, string> => ({
  'content-type': isSession ? 'application/x-amz-json-1.0' : 'application/json',
  'x-amzn-requestid': requestId,
});
