import { type IncomingMessage } from 'http';
import { page, ServiceError, type Json, type Routed } from './faults';
import { fromXml, toXml } from './xml-text';

/** A job, with its request as it came: every scalar is text. */
export interface FakeBatchJob extends Json {
  JobId: string;
  Status: string;
  request: Json;
}

export const ACCOUNT_ID = '111122223333';
const NAMESPACE = 'http://awss3control.amazonaws.com/doc/2018-08-20/';
const ENDED = ['Complete', 'Failed', 'Cancelled'];

/** The jobs of S3 Batch Operations. */
export class FakeS3Control {
  readonly jobs: FakeBatchJob[] = [];
  /** The states that descriptions of a job see, one after the other; the last one stays. */
  states = ['New', 'Active', 'Complete'];
  /** Whether a cancelled job is Cancelling for a while. */
  isSlowToCancel = false;
  /** What a job that is over adds to its description. */
  ending: Json = {};
  tasks = { total: 3, failed: 0 };
  pageSize = 1000;
  private readonly tokens = new Map<string, { body: string; jobId: string }>();

  constructor(private readonly now: () => Date) {}

  route(request: IncomingMessage, body: string, url: URL): Routed {
    const [, version, collection, jobId, aspect] = url.pathname.split('/');
    const at = `${request.method} /${[version, collection, jobId && '*', aspect].filter(Boolean).join('/')}`;
    const input = body.length === 0 ? Object.fromEntries(url.searchParams) : fromXml(body);
    const operations: Record<string, [string, () => Json]> = {
      'POST /v20180820/jobs': ['CreateJob', () => this.createJob(input.CreateJobRequest ?? {}, body)],
      'GET /v20180820/jobs': ['ListJobs', () => this.listJobs(url.searchParams)],
      'GET /v20180820/jobs/*': ['DescribeJob', () => ({ Job: this.describeJob(jobId) })],
      'POST /v20180820/jobs/*/status': ['UpdateJobStatus', () => this.updateStatus(jobId, url.searchParams)],
    };
    const [operation, act] = operations[at] ?? ['Unknown', () => { throw new ServiceError(405, 'MethodNotAllowed', at); }];
    return {
      operation,
      input,
      act: () => {
        if (request.headers['x-amz-account-id'] !== ACCOUNT_ID) { throw new ServiceError(403, 'AccessDenied', 'Wrong account'); }
        return act();
      },
    };
  }

  success(operation: string, output: Json | undefined) {
    return { headers: XML_HEADERS, body: `<?xml version="1.0" encoding="UTF-8"?><${operation}Result xmlns="${NAMESPACE}">${toXml(output ?? {})}</${operation}Result>` };
  }

  failure({ name: Code, message: Message }: ServiceError) {
    return { headers: XML_HEADERS, body: `<?xml version="1.0"?>${toXml({ ErrorResponse: { Error: { Code, Message }, RequestId: 'request' } })}` };
  }

  private createJob(request: Json, body: string): Json {
    const missing = ['Operation', 'Report', 'ClientRequestToken', 'Priority', 'RoleArn'].filter(member => request[member] === undefined);
    if (missing.length > 0 || (request.Manifest === undefined) === (request.ManifestGenerator === undefined)) {
      throw new ServiceError(400, 'BadRequestException', `Missing or in conflict: ${[...missing, 'Manifest', 'ManifestGenerator'].join(', ')}`);
    }
    if (Object.keys(request.Operation).length !== 1 || request.Description?.length > 256 || request.ClientRequestToken.length > 64) {
      throw new ServiceError(400, 'BadRequestException', 'Invalid operation, description or token');
    }
    const known = this.tokens.get(request.ClientRequestToken);
    if (known) {
      if (known.body !== body) { throw new ServiceError(400, 'IdempotencyException', 'The token was used with other parameters'); }
      return { JobId: known.jobId };
    }
    const JobId = `00000000-0000-4000-8000-${String(this.jobs.length + 1).padStart(12, '0')}`;
    this.jobs.push({ JobId, Status: this.states[0], seen: 0, request, CreationTime: this.now().toISOString() });
    this.tokens.set(request.ClientRequestToken, { body, jobId: JobId });
    return { JobId };
  }

  private describeJob(jobId: string): Json {
    const job = this.job(jobId);
    this.age(job);
    const { request, seen, ...shown } = job;
    const isOver = ENDED.includes(job.Status);
    return {
      ...shown,
      JobArn: `arn:aws:s3:eu-central-1:${ACCOUNT_ID}:job/${jobId}`,
      Description: request.Description,
      Priority: request.Priority,
      RoleArn: request.RoleArn,
      ProgressSummary: this.progress(isOver),
      ...isOver ? this.ending : {},
    };
  }

  private listJobs(query: URLSearchParams): Json {
    const wanted = query.getAll('jobStatuses');
    const listed = this.jobs.filter(({ Status }) => wanted.length === 0 || wanted.includes(Status));
    listed.forEach(job => this.age(job));
    const { items, nextToken } = page(listed, Math.min(Number(query.get('maxResults') ?? 1000), this.pageSize), query.get('nextToken') ?? undefined);
    return {
      NextToken: nextToken,
      Jobs: {
        member: items.map(({ JobId, Status, CreationTime, request }) => ({
          JobId,
          Status,
          CreationTime,
          Description: request.Description,
          Operation: Object.keys(request.Operation)[0],
          Priority: request.Priority,
          ProgressSummary: this.progress(ENDED.includes(Status)),
        })),
      },
    };
  }

  private updateStatus(jobId: string, query: URLSearchParams): Json {
    const job = this.job(jobId);
    if (ENDED.includes(job.Status) || job.Status === 'Cancelling') {
      throw new ServiceError(400, 'JobStatusException', `Job ${jobId} is ${job.Status}`);
    }
    job.Status = query.get('requestedJobStatus') === 'Cancelled' ? (this.isSlowToCancel ? 'Cancelling' : 'Cancelled') : 'Ready';
    return { JobId: jobId, Status: job.Status, StatusUpdateReason: query.get('statusUpdateReason') ?? undefined };
  }

  private job(jobId: string): FakeBatchJob {
    const job = this.jobs.find(({ JobId }) => JobId === jobId);
    if (!job) { throw new ServiceError(404, 'NotFoundException', `No job ${jobId}`); }
    return job;
  }

  private age(job: FakeBatchJob): void {
    if (job.Status === 'Cancelling') {
      job.Status = 'Cancelled';
    } else if (!ENDED.includes(job.Status)) {
      job.seen++;
      job.Status = this.states[Math.min(job.seen, this.states.length) - 1];
    }
  }

  private progress(isOver: boolean): Json {
    const { total, failed } = this.tasks;
    return {
      TotalNumberOfTasks: total,
      NumberOfTasksSucceeded: isOver ? total - failed : 0,
      NumberOfTasksFailed: isOver ? failed : 0,
      Timers: { ElapsedTimeInActiveSeconds: 1 },
    };
  }
}

const XML_HEADERS = { 'content-type': 'application/xml' };
