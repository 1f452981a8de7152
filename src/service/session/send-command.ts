import { badRequest, type Engine } from '../../engine';
import { checkInput, isObject, type RawInput } from '../input/check-input';
import { TOKEN } from '../input/qldb-shapes';
import { required, type InputOf, type Members } from '../input/shape';
import { violationsMessage } from '../input/violation';
import type { JsonObject } from '../operations/operation';
import { ServiceError } from '../service-error';
import type { Command } from './command';
import { COMMANDS } from './commands';

const TOKEN_MEMBERS = { SessionToken: required(TOKEN) };

/** The command that a request carries. @throws LedgerError BadRequestException unless there is exactly one */
export function commandOf(envelope: RawInput): Command {
  const present = COMMANDS.filter(({ name }) => Object.hasOwn(envelope, name) && envelope[name] !== null);
  const [command] = present;
  if (!command || present.length > 1) {
    const names = present.map(({ name }) => name).join(', ') || 'none';
    throw badRequest(`A request must carry exactly one command, but this one carries: ${names}.`);
  }
  return command;
}

/**
 * Runs a command and answers SendCommand's response.
 *
 * @throws LedgerError, ServiceError
 */
export async function sendCommand(
  command: Command, envelope: RawInput, sessions: Engine['sessions'], callerArn: string, clock: () => number,
): Promise<JsonObject> {
  const startMillis = clock();
  const body = envelope[command.name];
  if (!isObject(body)) throw new ServiceError('SerializationException', `The member ${command.name} must be an object.`);
  const sessionToken = command.startsSession ? '' : checked(TOKEN_MEMBERS, envelope).SessionToken;
  const answer = await command.run({ sessions, sessionToken, callerArn }, checked(command.input, body));
  // Drivers take a time of zero for a missing one.
  const processingMillis = Math.max(1, Math.ceil(clock() - startMillis));
  const response: Record<string, JsonObject> = {};
  response[command.name] = { TimingInformation: { ProcessingTimeMilliseconds: processingMillis }, ...answer };
  return response;
}

function checked<M extends Members>(members: M, raw: RawInput): InputOf<M> {
  const result = checkInput(members, raw);
  if (result.kind === 'valid') return result.input;
  if (result.violations[0]?.parameterName === 'SessionToken') throw badRequest('The parameter SessionToken is not valid');
  throw badRequest(violationsMessage(result.violations));
}
