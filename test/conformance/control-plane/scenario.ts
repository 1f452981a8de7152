import type { Json, JsonObject } from './outcome';

/**
 * What is sent and what is answered, as data that every client runs alike.
 *
 * Texts may hold `<name>`: a variable of the world (`<region>`, `<account>`, ...), one that an earlier step saved, or a time such as
 * `<now>` and `<now-1h>`. In an expected output `{ $absent: true }` stands for a member that must not be there, `{ $any: true }` for one that
 * must, and `{ $matches: '...' }` for a text; members that are not named may have any value.
 */
export interface Scenario {
  readonly name: string;
  /** Why only one of the worlds can run it. @default - both run it */
  readonly only?: { readonly world: WorldName; readonly because: string };
  readonly steps: readonly Step[];
}

export type WorldName = 'embedded' | 'deployed';
export type Step = CallStep | HttpStep | UntilStep | ControlStep;

/** What a step proves, for the compatibility page. */
export interface Claim {
  /** Members of the request, `-> Member` of the answer, `! Name` of an error. */
  readonly about?: readonly string[];
  /** In a few words. Steps without it prepare others. */
  readonly shows?: string;
  /** How QLDB's behaviour differs, and why. @default - it does not, as far as it is documented */
  readonly differs?: string;
  /** What its documentation says where it is silent or at odds with itself. @default - it says the same */
  readonly note?: string;
}

export interface CallStep extends Claim {
  readonly kind: 'call';
  readonly operation: string;
  readonly input: JsonObject;
  readonly expects: Expected;
  /** Variables, by the path of their value in the output. */
  readonly saves?: Readonly<Record<string, string>>;
}

export type Expected =
  | { readonly kind: 'success'; readonly output: JsonObject }
  | { readonly kind: 'failure'; readonly answer: string; readonly message?: string; readonly members?: JsonObject };

/** A request that no client of AWS would send. */
export interface HttpStep extends Claim {
  readonly kind: 'http';
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: string };
  /** Status, and the header `x-amzn-errortype` of errors. */
  readonly answer: string;
  readonly output?: JsonObject;
}

/** Asks again until the answer is as expected. */
export interface UntilStep extends Claim {
  readonly kind: 'until';
  readonly operation: string;
  readonly input: JsonObject;
  readonly expects: Expected;
}

export interface ControlStep { readonly kind: 'control'; readonly control: Control }

/** What happens beside the API. */
export type Control =
  | { readonly name: 'time-passes'; readonly hours: number }
  /** Destinations accept jobs but no data, so that exports stay in progress. */
  | { readonly name: 'hold-jobs' }
  | { readonly name: 'release-jobs' }
  | { readonly name: 'kinesis-stream-vanishes' }
  | { readonly name: 'kinesis-stream-returns' }
  | { readonly name: 'role-is-revoked' }
  /** Waits for it. */
  | { readonly name: 'a-job-is-set-back' }
  /** Makes a table with the tag `team: accounts` and a document in it. Saves `tableId`, `address`, `documentId`, `systemAddress` (a block without documents), `beyond`, `negative` and `huge`. */
  | { readonly name: 'insert-document'; readonly ledger: string };

type FailureExtra = Extra & { readonly message?: string; readonly members?: JsonObject };
type Extra = Pick<CallStep, 'about' | 'shows' | 'differs' | 'note' | 'saves'>;

export const succeeds = (operation: string, input: JsonObject, output: JsonObject = {}, extra: Extra = {}): CallStep =>
  ({ kind: 'call', operation, input, expects: { kind: 'success', output }, ...extra });

/** `answer` is status and name, such as `404 ResourceNotFoundException`. */
export const fails = (operation: string, input: JsonObject, answer: string, extra: FailureExtra = {}): CallStep => {
  const { message, members, ...rest } = extra;
  return { kind: 'call', operation, input, expects: { kind: 'failure', answer, message, members }, ...rest };
};

export const until = (operation: string, input: JsonObject, output: JsonObject, claim: Claim = {}): UntilStep =>
  ({ kind: 'until', operation, input, expects: { kind: 'success', output }, ...claim });

export const untilFails = (operation: string, input: JsonObject, answer: string, claim: Claim = {}): UntilStep =>
  ({ kind: 'until', operation, input, expects: { kind: 'failure', answer }, ...claim });

export const control = (happening: Control): ControlStep => ({ kind: 'control', control: happening });

/** Verdicts that several cases share. */
export const UNDOCUMENTED = 'not documented';
export const BELIEVED = 'believed to be the same; the documentation that is left does not say';

export const ABSENT: Json = { $absent: true };
export const ANY: Json = { $any: true };
export const matching = (pattern: string): Json => ({ $matches: pattern });
