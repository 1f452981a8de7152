import { badRequest, type ConsumedIOs, type LedgerError, type Sessions } from '../../engine';
import { checkInput, isObject, type RawInput } from '../input/check-input';
import { TOKEN } from '../input/qldb-shapes';
import { required, type InputOf, type Members } from '../input/shape';
import { violationsMessage } from '../input/violation';
import { ServiceError } from '../service-error';
import type { Command } from './command';
import { COMMANDS } from './commands';

const TOKEN_MEMBERS = { SessionToken: required(TOKEN) };

/** The command that a request carries. @throws LedgerError BadRequestException unless there is exactly one */
export function commandOf(envelope: RawInput): Command {
  let present: Command | undefined;
  for (const command of COMMANDS) {
    if (!carries(envelope, command)) continue;
    if (present) throw notOneCommand(envelope);
    present = command;
  }
  if (!present) throw notOneCommand(envelope);
  return present;
}

const carries = (envelope: RawInput, { name }: Command): boolean => Object.hasOwn(envelope, name) && envelope[name] !== null;

function notOneCommand(envelope: RawInput): LedgerError {
  const names = COMMANDS.filter(command => carries(envelope, command)).map(({ name }) => name).join(', ') || 'none';
  return badRequest(`A request must carry exactly one command, but this one carries: ${names}.`);
}

/** SendCommand's response, as JSON. */
export interface SentCommand {
  readonly json: string;
  readonly consumed?: ConsumedIOs;
}

/**
 * Runs a command.
 *
 * @throws LedgerError, ServiceError
 */
export async function sendCommand(
  command: Command, envelope: RawInput, sessions: Sessions, callerArn: string, clock: () => number,
): Promise<SentCommand> {
  const startMillis = clock();
  const body = envelope[command.name];
  if (!isObject(body)) throw new ServiceError('SerializationException', `The member ${command.name} must be an object.`);
  const sessionToken = command.startsSession ? '' : checked(TOKEN_MEMBERS, envelope).SessionToken;
  const { membersJson, consumed } = await command.run({ sessions, sessionToken, callerArn }, checked(command.input, body));
  // Drivers take a time of zero for a missing one.
  const processingMillis = Math.max(1, Math.ceil(clock() - startMillis));
  const timingJson = `"TimingInformation":{"ProcessingTimeMilliseconds":${processingMillis}}`;
  return { json: `{"${command.name}":{${timingJson}${membersJson && ','}${membersJson}}}`, consumed };
}

function checked<M extends Members>(members: M, raw: RawInput): InputOf<M> {
  const result = checkInput(members, raw);
  if (result.kind === 'valid') return result.input;
  if (result.violations[0]?.parameterName === 'SessionToken') throw badRequest('The parameter SessionToken is not valid');
  throw badRequest(violationsMessage(result.violations));
}
