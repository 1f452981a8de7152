import { ListResourcesCommand, ListUsersCommand, type MailboxExportJob, type WorkMailClient } from '@aws-sdk/client-workmail';
import { markOf } from './batch-job-id';
import { type JobRequest } from './batch-job-lifecycle';
import { mailboxExportJobs, startedMailboxExport } from './mailbox-export-jobs';
import { type OrganizationExportDeclaration } from './mailbox-organization-declaration';
import { isNamed, isRoleNotReady, messageOf } from './service-failure';

export interface Mailbox {
  readonly id: string;
  /** As people know it. */
  readonly name: string;
}

/** A mailbox, and what there is to tell of its export. */
export interface RunMailbox extends Mailbox {
  readonly jobId?: string;
  readonly s3Path?: string;
  /** Why it is not exported, if WorkMail said so. */
  readonly reason?: string;
}

/** Where a run stands: every mailbox of the organization is in one of the lists. */
export interface OrganizationRun {
  readonly exported: readonly RunMailbox[];
  readonly running: readonly RunMailbox[];
  /** Failed or cancelled since the run began, or refused by WorkMail for good. */
  readonly failed: readonly RunMailbox[];
  /** Waits for its turn, or for the day on which WorkMail exports it again. */
  readonly waiting: readonly RunMailbox[];
}

/** Whose the jobs of a run are, and since when. */
export interface RunRequest {
  readonly owner: string;
  readonly requestedAt: Date;
  readonly now: Date;
  readonly jobOf: (mailbox: Mailbox) => JobRequest;
  readonly log: (line: string) => void;
}

/** WorkMail's limit for an organization, whoever started the jobs. */
const RUNNING_MAX = 10;
/** So that one poll stays well within its function's time. */
const ATTEMPTS_PER_POLL_MAX = 25;
/** Not mailboxes of people: they belong to WorkMail itself, or to another mail system. */
const NO_MAILBOX = ['SYSTEM_USER', 'REMOTE_USER'];

/** Looks where a run stands and starts as many exports as may be. It keeps nothing: repeated, it goes on where it was. */
export async function advancedRun(client: WorkMailClient, declared: OrganizationExportDeclaration, request: RunRequest): Promise<OrganizationRun> {
  const jobs: MailboxExportJob[] = [];
  for await (const job of mailboxExportJobs(client, declared.organizationId)) {
    jobs.push(job);
  }
  const lists = { exported: [] as RunMailbox[], running: [] as RunMailbox[], failed: [] as RunMailbox[], waiting: [] as RunMailbox[] };
  for (const mailbox of await mailboxesOf(client, declared)) {
    const { list, job } = standing(mailbox, jobs, declared, request);
    lists[list].push({ ...mailbox, ...job && { jobId: job.JobId, s3Path: job.S3Path, ...list === 'failed' && { reason: `job ${job.State}` } } });
  }
  const running = jobs.filter(({ State: state }) => state === 'RUNNING').length;
  const room = Math.min(declared.concurrency - lists.running.length, RUNNING_MAX - running);
  let starts = 0;
  for (const mailbox of turns(lists.waiting, request)) {
    if (starts >= room) {
      break;
    }
    const { list, ...told } = await start(client, declared, mailbox, request);
    lists.waiting = lists.waiting.filter(other => other !== mailbox);
    lists[list].push({ ...mailbox, ...told });
    starts += list === 'running' ? 1 : 0;
  }
  return lists;
}

/** Some of those that wait, others at every poll: those that WorkMail refuses must not keep the rest from their turn. */
function turns(waiting: readonly RunMailbox[], { requestedAt, now }: RunRequest): RunMailbox[] {
  const first = waiting.length === 0 ? 0 : Math.floor((now.getTime() - requestedAt.getTime()) / 1000) % waiting.length;
  return [...waiting.slice(first), ...waiting.slice(0, first)].slice(0, ATTEMPTS_PER_POLL_MAX);
}

/** Users and, if asked for, resources whose mailbox is enabled. */
async function mailboxesOf(client: WorkMailClient, { organizationId, includesResources }: OrganizationExportDeclaration): Promise<Mailbox[]> {
  const input = { OrganizationId: organizationId, MaxResults: 100 };
  const users = await everyPage(NextToken => client.send(new ListUsersCommand({ ...input, NextToken })), ({ Users: page }) => page);
  const resources = includesResources
    ? await everyPage(NextToken => client.send(new ListResourcesCommand({ ...input, NextToken })), ({ Resources: page }) => page)
    : [];
  const unwanted = includesResources ? NO_MAILBOX : [...NO_MAILBOX, 'RESOURCE'];
  const enabled = [...users.filter(({ UserRole: role }) => !unwanted.includes(role ?? '')), ...resources].filter(({ State: state }) => state === 'ENABLED');
  // Some resources are listed as users, too.
  return [...new Map(enabled.map(({ Id: id, Email: email, Name: name }) => [id!, { id: id!, name: email ?? name ?? id! }])).values()];
}

async function everyPage<Page extends { NextToken?: string }, Item>(
  fetch: (nextToken?: string) => Promise<Page>, itemsOf: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  let nextToken: string | undefined;
  do {
    const page = await fetch(nextToken);
    items.push(...itemsOf(page) ?? []);
    nextToken = page.NextToken;
  } while (nextToken);
  return items;
}

function standing(
  { id }: Mailbox, jobs: readonly MailboxExportJob[], declared: OrganizationExportDeclaration, { owner, requestedAt }: RunRequest,
): { readonly list: keyof OrganizationRun; readonly job?: MailboxExportJob } {
  const own = jobs.filter(job => job.EntityId === id && markOf(job.Description)?.owner === owner && isToTarget(job, declared));
  const since = (job: MailboxExportJob, moment: number) => (job.StartTime?.getTime() ?? 0) >= moment;
  const fresh = requestedAt.getTime() - declared.freshSeconds * 1000;
  const exported = own.find(job => job.State === 'COMPLETED' && since(job, fresh));
  if (exported) {
    return { list: 'exported', job: exported };
  }
  const running = own.find(job => job.State === 'RUNNING');
  if (running) {
    return { list: 'running', job: running };
  }
  // WorkMail keeps whole seconds.
  const begun = Math.floor(requestedAt.getTime() / 1000) * 1000;
  const failed = own.find(job => since(job, begun));
  return failed ? { list: 'failed', job: failed } : { list: 'waiting' };
}

function isToTarget(job: MailboxExportJob, { bucket, prefix }: OrganizationExportDeclaration): boolean {
  return job.S3BucketName === bucket && (job.S3Path ?? '').includes(prefix);
}

/** Below the prefix each mailbox has a folder of its own, because WorkMail chooses the names of the files. */
async function start(
  client: WorkMailClient, declared: OrganizationExportDeclaration, mailbox: Mailbox, { jobOf, log }: RunRequest,
): Promise<{ readonly list: 'running' | 'failed' | 'waiting'; readonly jobId?: string; readonly reason?: string }> {
  try {
    const folder = `${declared.prefix.replace(/\/$/, '')}/${mailbox.id}/`;
    return { list: 'running', jobId: await startedMailboxExport(client, { ...declared, prefix: folder }, mailbox.id, jobOf(mailbox)) };
  } catch (error) {
    if (isNamed(error, 'LimitExceededException')) {
      log(`Not yet (mailbox ${mailbox.name}): ${messageOf(error)}`);
      return { list: 'waiting', reason: messageOf(error) };
    }
    if (isNamed(error, 'EntityNotFoundException', 'EntityStateException', 'InvalidParameterException') && !isRoleNotReady(error)) {
      log(`Refused (mailbox ${mailbox.name}): ${messageOf(error)}`);
      return { list: 'failed', reason: messageOf(error) };
    }
    throw error;
  }
}
