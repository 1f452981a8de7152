import { type IncomingMessage } from 'http';
import { page, ServiceError, type Json, type Routed } from './faults';

export interface FakeMailboxExportJob extends Json {
  JobId: string;
  OrganizationId: string;
  EntityId: string;
  State: string;
  StartTime: number;
  /** Instead of the service's own. */
  polls?: number;
}

export interface FakeMailbox {
  Id: string;
  Email?: string;
  Name?: string;
  State: string;
  UserRole?: string;
}

export const ORGANIZATION_ID = `m-${'0123456789abcdef'.repeat(2)}`;

const DAY_SECONDS = 24 * 3600;
const LISTED_SECONDS = 7 * DAY_SECONDS;

/** Amazon WorkMail's mailbox export jobs, users and resources. */
export class FakeWorkMail {
  readonly jobs: FakeMailboxExportJob[] = [];
  users: FakeMailbox[] = [];
  resources: FakeMailbox[] = [];
  organizations = [ORGANIZATION_ID];
  /** Descriptions of a job that see RUNNING before it has ended. */
  polls = 1;
  /** How a job ends. */
  ending: Json = { State: 'COMPLETED' };
  /** Whether a mailbox is exported once in 24 hours only. */
  isOnceADay = false;
  runningMax = 10;
  /** How many items a page has at most, whatever is asked for. */
  pageSize = 100;
  private readonly tokens = new Map<string, { input: string; jobId: string }>();
  private readonly seen = new Map<string, number>();

  constructor(private readonly now: () => Date) {}

  route(request: IncomingMessage, body: string): Routed {
    const operation = String(request.headers['x-amz-target']).replace(/^WorkMailService\./, '');
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/x-amz-json-1.1') {
      throw new ServiceError(400, 'SerializationException', `${request.method} ${request.headers['content-type']}`);
    }
    const input: Json = JSON.parse(body);
    const operations: Record<string, [required: string[], act: () => Json]> = {
      StartMailboxExportJob: [
        ['ClientToken', 'OrganizationId', 'EntityId', 'RoleArn', 'KmsKeyArn', 'S3BucketName', 'S3Prefix'], () => this.startJob(input),
      ],
      DescribeMailboxExportJob: [['JobId', 'OrganizationId'], () => this.describeJob(input.JobId)],
      ListMailboxExportJobs: [['OrganizationId'], () => this.listJobs(input)],
      CancelMailboxExportJob: [['ClientToken', 'JobId', 'OrganizationId'], () => this.cancelJob(input.JobId)],
      ListUsers: [['OrganizationId'], () => this.list('Users', this.users, input)],
      ListResources: [['OrganizationId'], () => this.list('Resources', this.resources, input)],
    };
    const [required, act] = operations[operation] ?? [[], () => { throw new ServiceError(400, 'UnknownOperationException', operation); }];
    return {
      operation,
      input,
      act: () => {
        const missing = required.filter(member => !input[member]);
        if (missing.length > 0) { throw new ServiceError(400, 'InvalidParameterException', `Missing: ${missing.join(', ')}`); }
        if (!this.organizations.includes(input.OrganizationId)) { throw new ServiceError(400, 'OrganizationNotFoundException', 'No such organization'); }
        return act();
      },
    };
  }

  success(_operation: string, output: unknown) {
    return { headers: JSON_HEADERS, body: JSON.stringify(output) };
  }

  failure({ name, message }: ServiceError) {
    return { headers: JSON_HEADERS, body: JSON.stringify({ __type: name, Message: message }) };
  }

  private startJob(input: Json): Json {
    const known = this.tokens.get(input.ClientToken);
    const text = JSON.stringify(input);
    if (known) {
      if (known.input !== text) { throw new ServiceError(400, 'InvalidParameterException', 'The client token was used with other parameters'); }
      return { JobId: known.jobId };
    }
    const now = this.seconds();
    if (this.jobs.filter(({ State }) => State === 'RUNNING').length >= this.runningMax) {
      throw new ServiceError(400, 'LimitExceededException', `Exceeded the limit of ${this.runningMax} running mailbox export jobs`);
    }
    if (this.isOnceADay && this.jobs.some(job => job.EntityId === input.EntityId && job.StartTime > now - DAY_SECONDS && job.State !== 'FAILED')) {
      throw new ServiceError(400, 'LimitExceededException', `Mailbox ${input.EntityId} was exported in the last 24 hours`);
    }
    const { ClientToken: token, ...rest } = input;
    const JobId = `mailbox-job-${this.jobs.length + 1}`;
    const S3Path = `${input.S3BucketName}/${input.S3Prefix}${JobId}.zip`;
    this.jobs.push({ ...rest, JobId, S3Path, EstimatedProgress: 0, State: 'RUNNING', StartTime: now } as unknown as FakeMailboxExportJob);
    this.tokens.set(token, { input: text, jobId: JobId });
    return { JobId };
  }

  private describeJob(jobId: string): Json {
    const job = this.job(jobId);
    this.age(job);
    return { ...job, JobId: undefined, OrganizationId: undefined };
  }

  private listJobs(input: Json): Json {
    const listed = this.jobs.filter(job => job.OrganizationId === input.OrganizationId && job.StartTime > this.seconds() - LISTED_SECONDS);
    listed.forEach(job => this.age(job));
    return this.list('Jobs', listed, input);
  }

  private cancelJob(jobId: string): Json {
    const job = this.job(jobId);
    if (job.State !== 'RUNNING') { throw new ServiceError(400, 'InvalidParameterException', `Job ${jobId} is ${job.State}`); }
    job.State = 'CANCELLED';
    return {};
  }

  private list(member: string, items: readonly Json[], input: Json): Json {
    const { items: found, nextToken } = page(items, Math.min(input.MaxResults ?? 100, this.pageSize), input.NextToken);
    return { [member]: found, NextToken: nextToken };
  }

  private job(jobId: string): FakeMailboxExportJob {
    const job = this.jobs.find(({ JobId }) => JobId === jobId);
    if (!job) { throw new ServiceError(400, 'EntityNotFoundException', `No mailbox export job ${jobId}`); }
    return job;
  }

  private age(job: FakeMailboxExportJob): void {
    const seen = (this.seen.get(job.JobId) ?? 0) + 1;
    this.seen.set(job.JobId, seen);
    if (job.State === 'RUNNING' && seen > (job.polls ?? this.polls)) {
      Object.assign(job, { EstimatedProgress: 100, EndTime: this.seconds(), ...this.ending });
    }
  }

  private seconds(): number {
    return this.now().getTime() / 1000;
  }
}

const JSON_HEADERS = { 'content-type': 'application/x-amz-json-1.1' };
