import type { Engine } from '../../engine';
import type { InputOf, Members } from '../input/shape';
import type { JsonObject } from '../operations/operation';

/** Who sends a command, and for which session. */
export interface CommandContext {
  readonly sessions: Engine['sessions'];
  /** Empty for StartSession, which has none yet. */
  readonly sessionToken: string;
  readonly callerArn: string;
}

/** One member of the SendCommand envelope. */
export interface Command<M extends Members = Members> {
  readonly name: string;
  readonly input: M;
  /** StartSession alone comes without a token. */
  readonly startsSession?: boolean;
  /** Answers the response's member of the same name, timing left out. @throws LedgerError */
  readonly run: (context: CommandContext, input: InputOf<M>) => Promise<JsonObject>;
}

/** Ties the type of `run`'s input to the constraints, which the caller has checked by the time it runs. */
export const command = <M extends Members>(definition: Command<M>): Command => definition as unknown as Command;
