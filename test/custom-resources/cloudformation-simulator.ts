import { randomUUID } from 'crypto';
import { type IsCompleteEvent, type Lifecycle, type LifecycleEvent, type OnEventResult, type Properties } from '../../src/custom-resources/lifecycle';

export interface Clock {
  readonly now: () => Date;
  readonly waitUntil: (moment: Date) => Promise<void>;
  /** The time between two polls, or two invocations. */
  pass(seconds: number): Promise<void>;
}

/** A clock that stands still unless someone waits. */
export class SimulatedClock implements Clock {
  private milliseconds = Date.parse('2026-03-01T12:00:00.000Z');

  readonly now = (): Date => new Date(this.milliseconds);

  readonly waitUntil = async (moment: Date): Promise<void> => {
    this.milliseconds = Math.max(this.milliseconds, moment.getTime());
  };

  async pass(seconds: number): Promise<void> {
    this.advanceSeconds(seconds);
  }

  advanceSeconds(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}

/** What CloudFormation receives in the end. */
export interface Response {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}

const CREATE_FAILED_MARKER = 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';
const POLL_SECONDS = 10;
const SECONDS_BETWEEN_INVOCATIONS = 7.7;
const TOTAL_TIMEOUT_SECONDS = 3300;
const RESPONSE_BYTES_MAX = 4096;

export interface DeploymentOptions {
  /** Lambda invokes `onEvent` a second time for each request, and so a second waiter starts. */
  readonly invokesTwice?: boolean;
  /** Called before each poll. */
  readonly beforePoll?: (poll: number) => void;
  /** Whether the waiter of a cancelled request polls again only when the request that follows it is answered. @default - beside it */
  readonly cancelledIsLast?: boolean;
}

/**
 * One custom resource in one stack, driven as CloudFormation and the Provider framework drive it: onEvent, then isComplete until done, Delete
 * of whatever was replaced or half made, Update with swapped properties to roll back. Breaking a rule of the framework throws.
 */
export class CloudFormationSimulator<Progress> {
  physicalId: string | undefined;
  properties: Properties | undefined;
  /** Every response, oldest first. */
  readonly responses: (Response & { readonly RequestType: string })[] = [];

  constructor(
    private readonly lifecycle: Lifecycle<Progress>, private readonly clock: Clock, private readonly options: DeploymentOptions = {},
    readonly stackId = `arn:aws:cloudformation:eu-central-1:111122223333:stack/audit/${randomUUID()}`,
    readonly logicalId = 'AuditLedger',
  ) {}

  /** Creates the resource; a failed Create is followed by its Delete. */
  async create(properties: Properties): Promise<Response> {
    const response = await this.request({ RequestType: 'Create', ResourceProperties: properties });
    this.physicalId = response.PhysicalResourceId;
    this.properties = properties;
    if (response.Status === 'FAILED') {
      await this.delete();
    }
    return response;
  }

  /** Updates the resource; success deletes what was replaced, failure rolls back and deletes what was new. */
  async update(properties: Properties, rollbackStartsFrom: 'old id' | 'reported id' = 'reported id'): Promise<Response> {
    const old = { id: this.physicalId!, properties: this.properties! };
    const response = await this.request({
      RequestType: 'Update', PhysicalResourceId: old.id, ResourceProperties: properties, OldResourceProperties: old.properties,
    });
    this.physicalId = response.PhysicalResourceId;
    this.properties = properties;
    if (response.Status === 'FAILED') {
      await this.rollBack(old, rollbackStartsFrom === 'old id' ? old.id : response.PhysicalResourceId);
    } else if (this.physicalId !== old.id) {
      await this.request({ RequestType: 'Delete', PhysicalResourceId: old.id, ResourceProperties: old.properties });
    }
    return response;
  }

  /** An Update that succeeds and is rolled back because something else in the stack failed. */
  async updateAndRollBack(properties: Properties): Promise<Response> {
    const old = { id: this.physicalId!, properties: this.properties! };
    const response = await this.request({
      RequestType: 'Update', PhysicalResourceId: old.id, ResourceProperties: properties, OldResourceProperties: old.properties,
    });
    this.physicalId = response.PhysicalResourceId;
    this.properties = properties;
    return this.rollBack(old, response.PhysicalResourceId);
  }

  /**
   * A Create that the user cancels after one poll. CloudFormation was told no id by then, so its Delete comes with one that it made up, and the
   * waiter of the Create goes on all the while.
   */
  async createAndCancel(properties: Properties): Promise<Response> {
    const event = this.eventOf({ RequestType: 'Create', ResourceProperties: properties });
    const begun = await this.begin(event);
    this.properties = properties;
    return this.overtake(event, begun, { RequestType: 'Delete', PhysicalResourceId: `audit-${this.logicalId}-1HPUZ9DQ2JWTE`, ResourceProperties: properties });
  }

  /** An Update that the user cancels after one poll: it is rolled back from the id that was there, while its waiter goes on. */
  async updateAndCancel(properties: Properties): Promise<Response> {
    const [PhysicalResourceId, former] = [this.physicalId!, this.properties!];
    const event = this.eventOf({ RequestType: 'Update', PhysicalResourceId, ResourceProperties: properties, OldResourceProperties: former });
    const begun = await this.begin(event);
    return this.overtake(event, begun, { RequestType: 'Update', PhysicalResourceId, ResourceProperties: former, OldResourceProperties: properties });
  }

  async delete(): Promise<Response> {
    if (this.physicalId === CREATE_FAILED_MARKER) {
      return this.record('Delete', { Status: 'SUCCESS', PhysicalResourceId: CREATE_FAILED_MARKER });
    }
    return this.request({ RequestType: 'Delete', PhysicalResourceId: this.physicalId, ResourceProperties: this.properties! });
  }

  private async rollBack(old: { id: string; properties: Properties }, from: string): Promise<Response> {
    const failed = { id: this.physicalId!, properties: this.properties! };
    await this.clock.pass(1);
    const response = await this.request({
      RequestType: 'Update', PhysicalResourceId: from, ResourceProperties: old.properties, OldResourceProperties: failed.properties,
    });
    this.physicalId = response.PhysicalResourceId;
    this.properties = old.properties;
    if (failed.id !== this.physicalId) {
      await this.request({ RequestType: 'Delete', PhysicalResourceId: failed.id, ResourceProperties: failed.properties });
    }
    return response;
  }

  /** The answer to `next`, which is sent while the waiter of an earlier request goes on. */
  private async overtake(event: LifecycleEvent, begun: Begun<Progress>, next: Request): Promise<Response> {
    const isOver = 'Status' in begun || (await this.lifecycle.isComplete(begun)).IsComplete;
    await this.clock.pass(1);
    const later = this.eventOf(next);
    const begunLater = await this.begin(later);
    const cancelled = async () => isOver ? undefined : this.wait(event, begun);
    const [response] = this.options.cancelledIsLast
      ? [await this.wait(later, begunLater), await cancelled()]
      : await Promise.all([this.wait(later, begunLater), cancelled()]);
    return this.record(later.RequestType, response);
  }

  private eventOf(request: Request): LifecycleEvent {
    return throughJson({
      ...request,
      RequestId: randomUUID(),
      StackId: this.stackId,
      LogicalResourceId: this.logicalId,
      ResourceProperties: scalarsAsText(request.ResourceProperties),
      ...(request.OldResourceProperties && { OldResourceProperties: scalarsAsText(request.OldResourceProperties) }),
    });
  }

  private async request(request: Request): Promise<Response> {
    const event = this.eventOf(request);
    const first = await this.begin(event);
    let second: Begun<Progress> | undefined;
    if (this.options.invokesTwice) {
      await this.clock.pass(SECONDS_BETWEEN_INVOCATIONS);
      second = await this.begin(event);
    }
    const response = await this.wait(event, first);
    if (second) {
      // CloudFormation has its answer by now; the second waiter goes on all the same.
      await this.wait(event, second);
    }
    return this.record(event.RequestType, response);
  }

  private async begin(event: LifecycleEvent): Promise<Begun<Progress>> {
    try {
      const begun = throughJson<OnEventResult<Progress>>(await this.lifecycle.onEvent(event));
      const known = begun.PhysicalResourceId ?? event.PhysicalResourceId ?? event.RequestId;
      this.checkDelete(event, known);
      return { ...event, ...begun, PhysicalResourceId: known };
    } catch (error) {
      return failure(error, event.PhysicalResourceId ?? CREATE_FAILED_MARKER);
    }
  }

  private async wait(event: LifecycleEvent, begun: Begun<Progress>): Promise<Response> {
    if ('Status' in begun) {
      return begun;
    }
    const { PhysicalResourceId: known } = begun;
    try {
      for (let poll = 1; poll * POLL_SECONDS <= TOTAL_TIMEOUT_SECONDS; poll++) {
        this.options.beforePoll?.(poll);
        const result = throughJson(await this.lifecycle.isComplete(begun));
        if (result.IsComplete) {
          const response: Response = { Status: 'SUCCESS', PhysicalResourceId: result.PhysicalResourceId ?? known, Data: result.Data };
          this.checkDelete(event, response.PhysicalResourceId);
          return response;
        }
        if ('Data' in result) {
          throw new ProtocolViolation('Data is not allowed while incomplete');
        }
        await this.clock.pass(POLL_SECONDS);
      }
      return { Status: 'FAILED', Reason: 'Operation timed out', PhysicalResourceId: known };
    } catch (error) {
      return failure(error, known);
    }
  }

  private checkDelete(event: LifecycleEvent, physicalId: string): void {
    if (event.RequestType === 'Delete' && physicalId !== event.PhysicalResourceId) {
      throw new ProtocolViolation(`Delete changed the physical id from ${event.PhysicalResourceId} to ${physicalId}`);
    }
  }

  private record(requestType: string, response: Response): Response {
    const whole = { ...response, StackId: this.stackId, LogicalResourceId: this.logicalId, RequestId: randomUUID() };
    const bytes = Buffer.byteLength(JSON.stringify(whole));
    if (bytes > RESPONSE_BYTES_MAX) {
      throw new ProtocolViolation(`The response has ${bytes} bytes, more than ${RESPONSE_BYTES_MAX}`);
    }
    this.responses.push({ RequestType: requestType, ...response });
    return response;
  }
}

class ProtocolViolation extends Error {}

type Request = Omit<LifecycleEvent, 'RequestId' | 'StackId' | 'LogicalResourceId'>;

type Begun<Progress> = Response | (IsCompleteEvent<Progress> & { readonly PhysicalResourceId: string });

function failure(error: unknown, physicalId: string): Response {
  if (error instanceof ProtocolViolation) {
    throw error;
  }
  return { Status: 'FAILED', Reason: (error as Error).message, PhysicalResourceId: physicalId };
}

function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

function scalarsAsText(value: unknown): any {
  if (Array.isArray(value)) {
    return value.map(scalarsAsText);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, scalarsAsText(member)]));
  }
  return value === undefined ? undefined : String(value);
}
