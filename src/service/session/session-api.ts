import { LedgerError, type Sessions } from '../../engine';
import type { TaskOf } from '../answer-requests';
import { jsonObject } from '../json-body';
import { ServiceError } from '../service-error';
import { commandOf, sendCommand } from './send-command';

const SESSION_TARGET = 'QLDBSession.SendCommand';

/**
 * QLDB's session API: one JSON target, whose body names one of seven commands.
 *
 * @param admit asked before a command runs; rejects with a LedgerError for callers that may not use sessions. By default all may
 */
export function sessionApi(sessions: Sessions, clock: () => number, admit?: (callerArn: string) => Promise<void>): TaskOf {
  return (request, callerArn) => {
    const target = request.headers['x-amz-target'];
    if (target !== SESSION_TARGET) {
      throw new ServiceError('UnknownOperationException', `The target ${target?.slice(0, 100)} is unknown; this service knows ${SESSION_TARGET}.`);
    }
    const envelope = jsonObject(request.body);
    const command = commandOf(envelope);
    return {
      operation: command.name,
      async run() {
        if (admit) await admit(callerArn);
        return sendCommand(command, envelope, sessions, callerArn, clock);
      },
    };
  };
}

/** Sessions, and a refusal of everything else: the two URLs of a deployed service have different callers. */
export function sessionApiOnly(sessions: Sessions, clock: () => number): TaskOf {
  const taskOf = sessionApi(sessions, clock);
  return (request, callerArn) => {
    const target = request.headers['x-amz-target'];
    if (target === SESSION_TARGET) return taskOf(request, callerArn);
    throw new LedgerError('AccessDeniedException', 'This is the session URL of the ledger service, which answers QLDBSession.SendCommand only. '
      + `Send ${(target ?? `${request.method} ${request.rawPath}`).slice(0, 200)} to the service's control plane: serviceUrl of the LedgerService.`);
  };
}
