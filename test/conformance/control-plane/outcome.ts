export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject { readonly [name: string]: Json }

/** What a client made of an answer; times as ISO 8601 texts, bytes as base64, so that all clients can be compared. */
export type Outcome =
  | { readonly kind: 'success'; readonly status: number; readonly output: JsonObject }
  | Failure
  /** The client itself refused to send the request. */
  | { readonly kind: 'unsent'; readonly reason: string };

export interface Failure {
  readonly kind: 'failure';
  readonly status: number;
  /** The header `x-amzn-errortype`. */
  readonly errorType: string;
  /** The name under which the client knows the error. */
  readonly name: string;
  readonly message: string;
  readonly members: JsonObject;
}

/** A client of the control plane. */
export interface Caller {
  readonly name: 'JavaScript' | 'boto3';
  call(endpoint: string, region: string, operation: string, input: JsonObject): Promise<Outcome>;
  close(): Promise<void>;
}

/** Status and name, as the compatibility page prints them. */
export function answerOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'success': return String(outcome.status);
    case 'failure': return `${outcome.status} ${outcome.name}`;
    case 'unsent': return `not sent (${outcome.reason})`;
  }
}
