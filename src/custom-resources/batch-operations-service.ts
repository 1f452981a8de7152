import {
  CreateJobCommand, DescribeJobCommand, ListJobsCommand, UpdateJobStatusCommand, type JobDescriptor, type JobListDescriptor, type JobManifest,
  type JobStatus, type S3ControlClient,
} from '@aws-sdk/client-s3-control';
import { markedDescription, markOf, type BatchJobMark, type BatchJobPhase } from './batch-job-id';
import { type BatchJobService } from './batch-job-lifecycle';
import { batchOperationsDeclaration, type BatchOperationsDeclaration } from './batch-operations-declaration';
import { PERMISSION_SECONDS } from './patience';
import { type S3Requests } from './s3-requests';
import { isNamed, isRoleNotReady, isUnavailable } from './service-failure';
import { S3RequestFailed } from './signed-s3';

const ENDED: Readonly<Record<string, BatchJobPhase>> = { Complete: 'COMPLETE', Failed: 'FAILED', Cancelled: 'CANCELLED' };
const RUNNING: JobStatus[] = [
  'New', 'Preparing', 'Suspended', 'Ready', 'Active', 'Pausing', 'Paused', 'Completing', 'Cancelling', 'Failing',
];

/** Custom::S3BatchOperationsJob: one job of S3 Batch Operations. */
export function batchOperationsService(client: S3ControlClient, s3: Pick<S3Requests, 'etag'>): BatchJobService<BatchOperationsDeclaration> {
  return {
    name: 'S3 Control',
    declaration: batchOperationsDeclaration,

    wish: ({ accountId, Operation, Manifest, ManifestGenerator, Report, trigger }) =>
      [accountId, Operation, Manifest, ManifestGenerator, Report, trigger],

    subject: ({ Operation, Manifest, ManifestGenerator }) => {
      const [operation] = Object.keys(Operation ?? {});
      const objects = Manifest?.Location?.ObjectArn ?? ManifestGenerator?.S3JobManifestGenerator?.SourceBucket;
      return `the batch operation ${operation} on the objects of ${objects}`;
    },

    remedy: ({ roleArn, Report }) =>
      `${Report?.Enabled ? 'Look at the completion report for the reason of each task, check' : 'Check'} that role ${roleArn} may do the operation `
      + 'on every object and use the keys they are encrypted with; then deploy again.',

    async start(declared, { clientToken, mark }) {
      const jobTags = Object.entries(declared.tags).map(([Key, Value]) => ({ Key, Value }));
      const job = new CreateJobCommand({
        AccountId: declared.accountId,
        ClientRequestToken: clientToken,
        ConfirmationRequired: false,
        Operation: declared.Operation,
        Manifest: await withEtag(declared.Manifest, s3),
        ManifestGenerator: declared.ManifestGenerator,
        Report: declared.Report,
        Priority: declared.priority,
        RoleArn: declared.roleArn,
        Description: markedDescription(declared.description, mark),
        Tags: jobTags.length === 0 ? undefined : jobTags,
      });
      try {
        return (await client.send(job)).JobId!;
      } catch (error) {
        // The manifest was replaced since another attempt for this request: the job runs, with the manifest that was there then.
        const started = isNamed(error, 'IdempotencyException') ? await newestJob(declared, mark) : undefined;
        if (started === undefined) {
          throw error;
        }
        return started;
      }
    },

    async find(declared, jobId) {
      const job = await describe(declared, jobId);
      return job && { jobId, ...judged(job, declared), attributes: attributes(job, declared) };
    },

    async running({ accountId }, owner) {
      const found: string[] = [];
      for await (const { JobId: jobId, Description: description } of batchOperationsJobs(client, accountId, RUNNING)) {
        if (markOf(description)?.owner === owner) {
          found.push(jobId!);
        }
      }
      return found;
    },

    async cancel({ accountId }, jobId) {
      try {
        await client.send(new UpdateJobStatusCommand({
          AccountId: accountId, JobId: jobId, RequestedJobStatus: 'Cancelled', StatusUpdateReason: 'The stack no longer wants this job.',
        }));
      } catch (error) {
        // It has ended meanwhile, or is on its way there, which the next poll will see.
        if (!isNamed(error, 'JobStatusException', 'NotFoundException', 'NoSuchJob')) {
          throw error;
        }
      }
    },

    patienceWith: (error, { roleArn, Manifest }) => {
      if (error instanceof S3RequestFailed && !isUnavailable(error)) {
        const object = Manifest?.Location?.ObjectArn;
        return { seconds: PERMISSION_SECONDS, remedy: `Check that the manifest ${object} exists and that its bucket and key let the custom resource read it; then deploy again.` };
      }
      return isRoleNotReady(error)
        ? { seconds: 180, remedy: `Check that S3 Batch Operations may assume role ${roleArn}, then deploy again.` }
        : undefined;
    },
  };

  /** The newest job of the mark's owner and wish, whatever its state. */
  async function newestJob({ accountId }: BatchOperationsDeclaration, { owner, fingerprint }: BatchJobMark): Promise<string | undefined> {
    let newest: JobListDescriptor | undefined;
    for await (const job of batchOperationsJobs(client, accountId)) {
      const mark = markOf(job.Description);
      if (mark?.owner === owner && mark.fingerprint === fingerprint && !(newest && job.CreationTime! < newest.CreationTime!)) {
        newest = job;
      }
    }
    return newest?.JobId;
  }

  async function describe({ accountId }: BatchOperationsDeclaration, jobId: string): Promise<JobDescriptor | undefined> {
    try {
      return (await client.send(new DescribeJobCommand({ AccountId: accountId, JobId: jobId }))).Job;
    } catch (error) {
      if (isNamed(error, 'NotFoundException', 'NoSuchJob')) {
        return undefined;
      }
      throw error;
    }
  }
}

/** S3 wants to be told which manifest it will find; without a declaration, the one that is there now. */
async function withEtag(manifest: JobManifest | undefined, s3: Pick<S3Requests, 'etag'>): Promise<JobManifest | undefined> {
  const location = manifest?.Location;
  if (!location || location.ETag) {
    return manifest;
  }
  const [, bucket, key] = /^arn:[^:]+:s3:::([^/]+)\/(.+)$/s.exec(location.ObjectArn ?? '') ?? [];
  if (bucket === undefined) {
    throw new Error(`The manifest's ObjectArn '${location.ObjectArn}' is not the ARN of an object in S3, such as arn:aws:s3:::bucket/manifest.csv.`);
  }
  return { ...manifest, Location: { ...location, ETag: await s3.etag(bucket, key, location.ObjectVersionId) } };
}

async function* batchOperationsJobs(client: S3ControlClient, accountId: string, statuses?: JobStatus[]): AsyncIterable<JobListDescriptor> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListJobsCommand({ AccountId: accountId, JobStatuses: statuses, MaxResults: 1000, NextToken: nextToken }));
    yield* page.Jobs ?? [];
    nextToken = page.NextToken;
  } while (nextToken);
}

/** A job that is Complete may have failed for some objects: whether that is a success is the declaration's choice. */
function judged(job: JobDescriptor, { failedTasksMax, Manifest }: BatchOperationsDeclaration): { phase: BatchJobPhase; reason?: string } {
  const phase = ENDED[job.Status ?? ''] ?? 'RUNNING';
  const failed = job.ProgressSummary?.NumberOfTasksFailed ?? 0;
  if (phase === 'COMPLETE' && failed > failedTasksMax) {
    return { phase: 'FAILED', reason: `${failed} of ${job.ProgressSummary?.TotalNumberOfTasks} tasks failed, and ${failedTasksMax} may` };
  }
  const reasons = (job.FailureReasons ?? []).map(({ FailureCode: code, FailureReason: reason }) => `${code}: ${reason}`);
  return { phase, reason: withStep(reasons.join('; ') || job.StatusUpdateReason, Manifest) };
}

/** S3 works on the manifest that the job was made with, or not at all. */
function withStep(reason: string | undefined, manifest: JobManifest | undefined): string | undefined {
  const { Location: location } = manifest ?? {};
  return reason !== undefined && location && !location.ETag && /etag/i.test(reason)
    ? `${reason.replace(/\.?$/, '.')} The manifest ${location.ObjectArn} was replaced after the job was asked for: deploy again, which takes the manifest that is `
    + 'there then, or name the version that is meant'
    : reason;
}

function attributes(job: JobDescriptor, { Report: report }: BatchOperationsDeclaration): Readonly<Record<string, string>> {
  const { TotalNumberOfTasks: total, NumberOfTasksSucceeded: succeeded, NumberOfTasksFailed: failed } = job.ProgressSummary ?? {};
  const folder = report?.Prefix ? `${report.Prefix.replace(/\/$/, '')}/` : '';
  return {
    JobArn: job.JobArn ?? '',
    Status: job.Status ?? '',
    TotalTasks: String(total ?? 0),
    SucceededTasks: String(succeeded ?? 0),
    FailedTasks: String(failed ?? 0),
    ReportManifestKey: report?.Enabled ? `${folder}job-${job.JobId}/manifest.json` : '',
  };
}
