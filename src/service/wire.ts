import type { Engine } from '../engine';
import { answerRequests, isSessionRequest, type AnswerOptions, type Handle } from './answer-requests';
import { controlPlane } from './control-plane';
import { sessionApi } from './session/session-api';

export interface WireOptions extends AnswerOptions {
  readonly engine: Engine;
}

/** The whole wire: the control plane and the session API, told apart by the target header. */
export function createWire({ engine, ...options }: WireOptions): Handle {
  const rest = controlPlane(engine);
  // The control plane does not check statements, so its sessions are for administrators.
  const session = sessionApi(engine.sessions, options.clock, async callerArn =>
    engine.controlGrants.check(callerArn, { action: 'SendCommand', administrators: true }));
  return answerRequests((request, callerArn) => (isSessionRequest(request) ? session : rest)(request, callerArn), options);
}
