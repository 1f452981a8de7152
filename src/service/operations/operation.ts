import type { Account, Engine } from '../../engine';
import type { InputOf, Members } from '../input/shape';

export type JsonValue = string | number | boolean | undefined | JsonObject | readonly JsonValue[];
export interface JsonObject { readonly [member: string]: JsonValue }

/** What an operation works with. */
export interface OperationContext {
  readonly engine: Engine;
  readonly account: Account;
  readonly callerArn: string;
}

/** An operation of the control plane. */
export interface Operation<M extends Members = Members> {
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** A segment `{Member}` is a member of the input; `{Member+}` at the end takes the rest of the path. */
  readonly path: string;
  readonly input: M;
  /** The ledger that a request is about, for the caller's grants. @default - the member `Name` or `LedgerName`; without either, none */
  readonly ledgerOf?: (input: InputOf<M>) => string | undefined;
  /** Whether it changes or tells who may do what, so that no grant but an administrator's allows it. @default false */
  readonly administrators?: boolean;
  /** Answers the response's body. @throws LedgerError */
  readonly run: (context: OperationContext, input: InputOf<M>) => Promise<JsonObject>;
  /** Headers of the response besides those that all have, given its body. @default - none */
  readonly headers?: (body: JsonObject) => Readonly<Record<string, string>>;
}

/** Ties the type of `run`'s input to the constraints, which the caller has checked by the time it runs. */
export const operation = <M extends Members>(definition: Operation<M>): Operation => definition as unknown as Operation;
