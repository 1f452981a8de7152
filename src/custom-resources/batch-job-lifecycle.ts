import {
  clientToken, fingerprintOf, formatJobId, ownerOfJobs, parseJobId, type BatchJobId, type BatchJobMark, type BatchJobPhase,
} from './batch-job-id';
import { NOT_YET, type Edges, type IsCompleteEvent, type IsCompleteResult, type Lifecycle, type LifecycleEvent, type Properties } from './lifecycle';
import { attemptNow, attemptOrWait, PERMISSION_SECONDS, type Attempt, type Patience } from './patience';
import { isRefused, isUnavailable, messageOf } from './service-failure';

/** What a lifecycle of jobs needs besides its service. */
export type BatchJobEdges = Pick<Edges, 'now' | 'log'>;

/** What every job's properties say. */
export interface BatchJobDeclaration {
  readonly waitForCompletion: boolean;
}

/** A job as its service describes it. */
export interface BatchJob {
  readonly jobId: string;
  readonly phase: BatchJobPhase;
  /** Why it failed, in the service's words or in those of the declaration's own rule. */
  readonly reason?: string;
  /** What the resource's attributes are if the request is answered now. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface JobRequest {
  /** The same for every invocation of one request. */
  readonly clientToken: string;
  readonly mark: BatchJobMark;
}

/** An AWS service that runs jobs, and lists them. */
export interface BatchJobService<Declared extends BatchJobDeclaration> {
  /** Such as `WorkMail`. */
  readonly name: string;
  /** @throws naming the property that is missing or wrong */
  declaration(properties: Properties): Declared;
  /** What distinguishes a job from another that would have to run as well. */
  wish(declared: Declared): readonly unknown[];
  /** In the middle of a sentence. */
  subject(declared: Declared): string;
  /** A sentence on what to look at when a job failed. */
  remedy(declared: Declared): string;
  /** @returns the job's id; one job for one token */
  start(declared: Declared, request: JobRequest): Promise<string>;
  /** Undefined when the service does not know the job, or no longer. */
  find(declared: Declared, jobId: string): Promise<BatchJob | undefined>;
  /** Ids of the owner's jobs that run. */
  running(declared: Declared, owner: string): Promise<readonly string[]>;
  /** Asks a job to end; one that has ended meanwhile is as good. */
  cancel(declared: Declared, jobId: string): Promise<void>;
  /** Failures of this service that may pass. */
  patienceWith(error: unknown, declared: Declared): Patience | undefined;
  /** The physical id that the job's mark names; only of services that would not run the former job again. */
  formerOf?(declared: Declared, jobId: string): Promise<string | undefined>;
}

/** What was begun for a request: a job, or the return to one that is there. Neither when it could not be begun yet. */
interface Begun {
  readonly jobId?: string;
  readonly formerId?: string;
}

export interface BatchJobProgress extends Begun {
  readonly requestedAt: string;
}

/**
 * The life of a job that an AWS service runs: started by Create and by every Update that asks for something else, followed to its end, and
 * cancelled when its request fails, is rolled back or is deleted while it runs.
 *
 * The physical id is only given at the end. So a failed Update leaves the old id in place, which its rollback recognizes as what it wants; a job
 * whose id was never told is found by the mark in its description.
 */
export function batchJobLifecycle<Declared extends BatchJobDeclaration>(
  service: BatchJobService<Declared>, edges: BatchJobEdges,
): Lifecycle<BatchJobProgress> {
  return {
    async onEvent(event) {
      const now = edges.now();
      const requestedAt = now.toISOString();
      if (event.RequestType === 'Delete' || unchanged(event)) {
        // Every step is taken by isComplete, which can wait and be repeated.
        return { PhysicalResourceId: event.PhysicalResourceId, Progress: { requestedAt } };
      }
      const declared = service.declaration(event.ResourceProperties);
      const begun = await attemptNow(attemptOn(declared, event, now), () => begin(declared, event));
      return { Progress: { requestedAt, ...begun } };
    },

    async isComplete(event) {
      if (event.RequestType === 'Delete') {
        return cancelled(event);
      }
      const declared = service.declaration(event.ResourceProperties);
      const existing = unchanged(event);
      if (existing) {
        await cancelStrays(declared, event, existing);
        return answer(event.PhysicalResourceId!);
      }
      let { jobId, formerId }: Begun = event.Progress;
      const isBegun = jobId !== undefined || formerId !== undefined;
      return attemptOrWait(attemptOn(declared, event, new Date(event.Progress.requestedAt)), isBegun, async () => {
        if (!isBegun) {
          ({ jobId, formerId } = await begin(declared, event));
        }
        return formerId === undefined ? outcome(declared, jobId!) : answer(formerId);
      });
    },
  };

  async function begin(declared: Declared, event: LifecycleEvent): Promise<Begun> {
    const fingerprint = fingerprintOf(service.wish(declared));
    const current = event.RequestType === 'Update' ? parseJobId(event.PhysicalResourceId) : undefined;
    if (current && service.formerOf) {
      const formerId = await service.formerOf(declared, current.jobId);
      if (parseJobId(formerId)?.fingerprint === fingerprint) {
        return { formerId };
      }
    }
    const former = current && service.formerOf ? event.PhysicalResourceId : undefined;
    const jobId = await service.start(declared, { clientToken: clientToken(event), mark: { owner: ownerOfJobs(event), fingerprint, former } });
    return { jobId };
  }

  async function outcome(declared: Declared, jobId: string): Promise<IsCompleteResult> {
    const job = await service.find(declared, jobId);
    const what = `Job ${jobId}, ${service.subject(declared)},`;
    switch (job?.phase) {
      case undefined:
        throw new Error(`${what} is no longer known to ${service.name}. Change the trigger to start another.`);
      case 'FAILED':
        throw new Error(`${what} failed: ${(job.reason ?? 'no reason was given').replace(/\.?$/, '.')} ${service.remedy(declared)}`);
      case 'CANCELLED':
        throw new Error(`${what} was cancelled while the deployment waited for it. Deploy again to start another.`);
      case 'RUNNING':
        return declared.waitForCompletion ? NOT_YET : told(declared, job);
      case 'COMPLETE':
        return told(declared, job);
    }
  }

  function told(declared: Declared, { jobId, phase, attributes }: BatchJob): IsCompleteResult {
    return answer(formatJobId({ jobId, fingerprint: fingerprintOf(service.wish(declared)), phase, attributes }));
  }

  async function cancelled(event: IsCompleteEvent<BatchJobProgress>): Promise<IsCompleteResult> {
    const id = parseJobId(event.PhysicalResourceId);
    if (id && id.phase !== 'RUNNING') {
      return { IsComplete: true };
    }
    const declared = service.declaration(event.ResourceProperties);
    return attemptOrWait(attemptOn(declared, event, new Date(event.Progress.requestedAt)), false, async () => {
      const running = id
        ? (await service.find(declared, id.jobId))?.phase === 'RUNNING' ? [id.jobId] : []
        : await service.running(declared, ownerOfJobs(event));
      for (const jobId of running) {
        await service.cancel(declared, jobId);
      }
      return running.length === 0 ? { IsComplete: true } : NOT_YET;
    });
  }

  /** Ends what an Update that timed out has left running. A rollback must not fail for it, so failures are only told to the log. */
  async function cancelStrays(declared: Declared, event: LifecycleEvent, kept: BatchJobId): Promise<void> {
    if (fingerprintOf(service.wish(service.declaration(event.OldResourceProperties!))) === kept.fingerprint) {
      return;
    }
    try {
      const strays = (await service.running(declared, ownerOfJobs(event))).filter(jobId => jobId !== kept.jobId);
      for (const jobId of strays) {
        await service.cancel(declared, jobId);
        edges.log(`Cancelled job ${jobId}, which the Update that is rolled back had started.`);
      }
    } catch (error) {
      edges.log(`Could not cancel what the Update that is rolled back had started, if it still runs: ${messageOf(error)}`);
    }
  }

  /** The job that is already there, when an Update asks for nothing else. */
  function unchanged(event: LifecycleEvent): BatchJobId | undefined {
    const existing = event.RequestType === 'Update' ? parseJobId(event.PhysicalResourceId) : undefined;
    return existing?.fingerprint === fingerprintOf(service.wish(service.declaration(event.ResourceProperties))) ? existing : undefined;
  }

  function attemptOn(declared: Declared, event: LifecycleEvent, requestedAt: Date): Attempt {
    return {
      // An attempt only reads the clock and writes the log.
      edges: edges as Edges,
      event,
      requestedAt,
      serviceUrl: service.name,
      subject: service.subject(declared),
      patienceWith: error => service.patienceWith(error, declared) ?? patienceWithAws(error, service.name),
    };
  }
}

function answer(physicalResourceId: string): IsCompleteResult {
  const { jobId, attributes } = parseJobId(physicalResourceId)!;
  return { IsComplete: true, PhysicalResourceId: physicalResourceId, Data: { JobId: jobId, ...attributes } };
}

/** What may pass with any AWS service. */
export function patienceWithAws(error: unknown, serviceName: string): Patience | undefined {
  if (isUnavailable(error)) {
    return { seconds: 600, remedy: `${serviceName} does not answer, or too many calls are made to it in this region: deploy again later.` };
  }
  if (isRefused(error)) {
    return {
      seconds: PERMISSION_SECONDS,
      remedy: `${serviceName} refuses the custom resource's function: look for a policy of the organization, or a permissions boundary, that `
        + 'denies the call, or the passing of the role, then deploy again.',
    };
  }
  return undefined;
}
