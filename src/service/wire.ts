import { invalidParameter, LedgerError, type Account, type ConsumedIOs, type ControlAccess, type Engine } from '../engine';
import { checkInput } from './input/check-input';
import { restInput } from './input/rest-input';
import type { InputOf, Members } from './input/shape';
import { violationsMessage } from './input/violation';
import { jsonObject } from './json-body';
import { OPERATIONS } from './operations';
import type { Operation } from './operations/operation';
import { OWN_OPERATIONS } from './operations/own-operations';
import { route } from './router';
import { errorAnswer, ServiceError, type ErrorAnswer } from './service-error';
import type { ServiceLog } from './service-log';
import { commandOf, sendCommand } from './session/send-command';
import { REQUEST_BYTES_MAX, type WireRequest, type WireResponse } from './wire-message';

export interface WireOptions {
  readonly engine: Engine;
  readonly account: Account;
  /** @default - nothing is logged */
  readonly log?: ServiceLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newRequestId: () => string;
  /** Answers beyond it are refused with an explanation. @default - no limit */
  readonly answerBytesMax?: number;
  /** Whether everything but sessions is refused. @default false */
  readonly onlySessions?: boolean;
}

/** Answers any request; never rejects. */
export type Handle = (request: WireRequest) => Promise<WireResponse>;

const SESSION_TARGET = 'QLDBSession.SendCommand';

/** What a request asks for. */
interface Task {
  readonly operation: string;
  readonly run: () => Promise<Answer>;
}

/** For whoever writes the response and the log line. */
interface Answer {
  readonly json: string;
  /** Besides those that every response has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a session's command that consumes. */
  readonly consumed?: ConsumedIOs;
}

/** The whole wire: QLDB's control plane (REST with JSON) and its session API (one JSON target), told apart by the target header. */
export function createWire(options: WireOptions): Handle {
  return async request => {
    const { log, clock } = options;
    const requestId = options.newRequestId();
    const startMillis = clock();
    const isSession = request.headers['x-amz-target'] !== undefined;
    let operation = 'Unknown';
    try {
      const callerArn = authenticated(request);
      if (options.onlySessions) refuseOtherThanSessions(request);
      const task = isSession ? sessionTask(options, request, callerArn) : restTask(options, request, callerArn);
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

/** The two URLs of a service have different callers, so none of the control plane may be reachable here. */
function refuseOtherThanSessions({ method, rawPath, headers }: WireRequest): void {
  const target = headers['x-amz-target'];
  if (target !== SESSION_TARGET) {
    throw new LedgerError('AccessDeniedException', 'This is the session URL of the ledger service, which answers QLDBSession.SendCommand only. '
      + `Send ${(target ?? `${method} ${rawPath}`).slice(0, 200)} to the service's control plane: serviceUrl of the LedgerService.`);
  }
}

function refuseTooLarge(body: string, bytesMax: number | undefined): void {
  if (bytesMax === undefined) return;
  const bytes = Buffer.byteLength(body);
  if (bytes > bytesMax) {
    throw new LedgerError('LimitExceededException', `The answer has ${bytes} bytes, and this endpoint can answer ${bytesMax}. Export the journal to read it.`);
  }
}

function restTask({ engine, account }: WireOptions, request: WireRequest, callerArn: string): Task {
  const { operation, path } = route([...OPERATIONS, ...OWN_OPERATIONS], request.method, request.rawPath);
  return {
    operation: operation.name,
    async run() {
      const checked = checkInput(operation.input, restInput(operation.input, path, request.rawQuery, request.body));
      if (checked.kind === 'invalid') throw invalidParameter(checked.violations[0]!.parameterName, violationsMessage(checked.violations));
      await engine.controlGrants.check(callerArn, accessOf(operation, checked.input));
      const output = await operation.run({ engine, account, callerArn }, checked.input);
      return { json: JSON.stringify(output), headers: operation.headers?.(output) };
    },
  };
}

/** Which permission a request to the control plane needs. */
function accessOf({ name, ledgerOf = namedLedger, administrators }: Operation, input: InputOf<Members>): ControlAccess {
  return { action: name, ledgerName: administrators ? undefined : ledgerOf(input), administrators };
}

const namedLedger = ({ Name, LedgerName }: InputOf<Members>): string | undefined => (Name ?? LedgerName) as string | undefined;

function sessionTask({ engine, clock, onlySessions }: WireOptions, request: WireRequest, callerArn: string): Task {
  const target = request.headers['x-amz-target']!;
  if (target !== SESSION_TARGET) {
    throw new ServiceError('UnknownOperationException', `The target ${target.slice(0, 100)} is unknown; this service knows QLDBSession.SendCommand.`);
  }
  const envelope = jsonObject(request.body);
  const command = commandOf(envelope);
  return {
    operation: command.name,
    async run() {
      // On the control plane statements are not checked, so they are for administrators; the session URL has the grants of its ledgers.
      if (!onlySessions) await engine.controlGrants.check(callerArn, { action: 'SendCommand', administrators: true });
      return sendCommand(command, envelope, engine.sessions, callerArn, clock);
    },
  };
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
