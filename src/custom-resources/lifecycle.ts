import { type QLDBClient } from '@aws-sdk/client-qldb';
import { type QLDBSessionClient } from '@aws-sdk/client-qldb-session';

/** What CloudFormation asks for, as the Provider framework passes it on. All scalars among the properties are strings. */
export interface LifecycleEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  /** Absent on Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  /** Present on Update only. */
  readonly OldResourceProperties?: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

/** The answer of `onEvent`. The framework hands all of it, merged with the event, to every call of `isComplete`, which keeps no state itself. */
export interface OnEventResult<Progress> {
  readonly PhysicalResourceId?: string;
  readonly Progress: Progress;
}

/** The answer of `isComplete`; `Data` and `PhysicalResourceId` are only allowed once complete. */
export type IsCompleteResult =
  | { readonly IsComplete: false }
  | { readonly IsComplete: true; readonly PhysicalResourceId?: string; readonly Data?: Readonly<Record<string, string>> };

export type IsCompleteEvent<Progress> = LifecycleEvent & OnEventResult<Progress>;

/** The life of one kind of resource. Both functions may be called any number of times for one request. */
export interface Lifecycle<Progress> {
  onEvent(event: LifecycleEvent): Promise<OnEventResult<Progress>>;
  isComplete(event: IsCompleteEvent<Progress>): Promise<IsCompleteResult>;
}

/** Everything a lifecycle may touch besides its event. */
export interface Edges {
  connect(serviceUrl: string): LedgerServiceClients;
  now(): Date;
  /** Resolves when `now()` has reached the moment. */
  waitUntil(moment: Date): Promise<void>;
  /** One line for the function's log. */
  log(line: string): void;
}

export interface LedgerServiceClients {
  readonly control: QLDBClient;
  readonly session: QLDBSessionClient;
}

export const NOT_YET: IsCompleteResult = { IsComplete: false };
