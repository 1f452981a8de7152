import type { ConsumedIOs, Sessions } from '../../engine';
import type { InputOf, Members } from '../input/shape';

/** Who sends a command, and for which session. */
export interface CommandContext {
  readonly sessions: Sessions;
  /** Empty for StartSession, which has none yet. */
  readonly sessionToken: string;
  readonly callerArn: string;
}

/** The response's member of the command's name. */
export interface CommandAnswer {
  /** Its members as JSON, without the braces around them, timing left out; empty where there are no more. */
  readonly membersJson: string;
  /** For the log. */
  readonly consumed?: ConsumedIOs;
}

/** One member of the SendCommand envelope. */
export interface Command<M extends Members = Members> {
  readonly name: string;
  readonly input: M;
  /** StartSession alone comes without a token. */
  readonly startsSession?: boolean;
  /** @throws LedgerError */
  readonly run: (context: CommandContext, input: InputOf<M>) => Promise<CommandAnswer>;
}

/** Ties the type of `run`'s input to the constraints, which the caller has checked by the time it runs. */
export const command = <M extends Members>(definition: Command<M>): Command => definition as unknown as Command;
