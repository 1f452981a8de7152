import { createHash } from 'crypto';
import { type LifecycleEvent } from './lifecycle';

export type BatchJobPhase = 'RUNNING' | 'COMPLETE' | 'FAILED' | 'CANCELLED';

/**
 * A job's physical id: `<job id>/<fingerprint>/<phase>?<attributes>`.
 *
 * The fingerprint lets an Update see that nothing new is asked for; the phase, as it was when the request was answered, lets a Delete see that
 * there is nothing to cancel; and the attributes can be repeated without a call: services forget jobs, and end, and stacks live longer.
 */
export interface BatchJobId {
  readonly jobId: string;
  readonly fingerprint: string;
  readonly phase: BatchJobPhase;
  readonly attributes: Readonly<Record<string, string>>;
}

export function formatJobId({ jobId, fingerprint, phase, attributes }: BatchJobId): string {
  return `${jobId}/${fingerprint}/${phase}?${new URLSearchParams(attributes)}`;
}

/** Undefined for ids that no finished request has given: request ids and the framework's markers. */
export function parseJobId(physicalResourceId: string | undefined): BatchJobId | undefined {
  const [, jobId, fingerprint, phase, query] = /^([^/]+)\/([0-9a-f]{16})\/([A-Z]+)\?(.*)$/.exec(physicalResourceId ?? '') ?? [];
  return jobId === undefined
    ? undefined
    : { jobId, fingerprint, phase: phase as BatchJobPhase, attributes: Object.fromEntries(new URLSearchParams(query)) };
}

/** A short name for a wish: a different one asks for a new job, the same one does not. */
export function fingerprintOf(wish: readonly unknown[]): string {
  return digest(JSON.stringify(wish.map(part => part ?? null))).slice(0, 16);
}

/** The token that makes two invocations for one request start one job. */
export function clientToken(event: LifecycleEvent, ...more: readonly string[]): string {
  return digest([event.StackId, event.LogicalResourceId, event.RequestId, ...more].join('\n'));
}

/** Whose a job is, short enough for every service's description: one resource of one stack. */
export function ownerOfJobs(event: LifecycleEvent): string {
  return digest(`${event.StackId}\n${event.LogicalResourceId}`).slice(0, 16);
}

/** The end of a job's description, by which jobs whose id was never told are found again: listings show no tags. */
export interface BatchJobMark {
  readonly owner: string;
  readonly fingerprint: string;
  /** Physical id of the job that this one was to replace, for services that would not run that one again. */
  readonly former?: string;
}

export function markedDescription(description: string | undefined, { owner, fingerprint, former }: BatchJobMark): string {
  const mark = ['cdk-ledger', owner, fingerprint, ...former === undefined ? [] : [former]].join(' ');
  return description === undefined ? `[${mark}]` : `${description} [${mark}]`;
}

export function markOf(description: string | undefined): BatchJobMark | undefined {
  const [, owner, fingerprint, former] = /\[cdk-ledger ([0-9a-f]{16}) ([0-9a-f]{16})(?: (\S+))?\]$/.exec(description ?? '') ?? [];
  return owner === undefined ? undefined : { owner, fingerprint, former };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
