import { type WorkMailClient } from '@aws-sdk/client-workmail';
import { clientToken, fingerprintOf, formatJobId, ownerOfJobs, parseJobId, markOf, type BatchJobId } from './batch-job-id';
import { patienceWithAws, type BatchJobEdges } from './batch-job-lifecycle';
import { NOT_YET, type Edges, type IsCompleteResult, type Lifecycle, type LifecycleEvent } from './lifecycle';
import { cancelMailboxExport, isOrganizationGone, mailboxExportJobs, patienceWithWorkMail } from './mailbox-export-jobs';
import { organizationExportDeclaration, organizationExportWish, type OrganizationExportDeclaration } from './mailbox-organization-declaration';
import { organizationReport } from './mailbox-organization-report';
import { advancedRun, type Mailbox, type OrganizationRun } from './mailbox-organization-run';
import { attemptOrWait, type Attempt } from './patience';
import { type S3Requests } from './s3-requests';
import { messageOf } from './service-failure';

export interface OrganizationExportProgress {
  readonly requestedAt: string;
}

/** A run that is not over by then is told as it is, with our words, before the framework's timeout tells nothing. */
const RUN_SECONDS = 50 * 60;
const NAMES_IN_ATTRIBUTE_MAX = 5;
const NAMES_IN_REASON_MAX = 20;

/**
 * Custom::WorkMailOrganizationExport: every mailbox of an organization has an export that this resource made, not longer ago than declared.
 *
 * What was exported is read from WorkMail's list of jobs, by the mark that each carries. So a run goes on where a former one stopped, also one of
 * a deployment that failed, and nothing is exported twice within the declared time.
 */
export function mailboxOrganizationLifecycle(client: WorkMailClient, s3: S3Requests, edges: BatchJobEdges): Lifecycle<OrganizationExportProgress> {
  return {
    async onEvent(event) {
      if (event.RequestType !== 'Delete') {
        organizationExportDeclaration(event.ResourceProperties);
      }
      // Every step is taken by isComplete, which can wait and be repeated.
      const Progress = { requestedAt: edges.now().toISOString() };
      return event.RequestType === 'Create' ? { Progress } : { PhysicalResourceId: event.PhysicalResourceId, Progress };
    },

    async isComplete(event) {
      const existing = parseJobId(event.PhysicalResourceId);
      if (event.RequestType === 'Delete' && existing) {
        // Exports that a run has left running were wanted; they end by themselves.
        return { IsComplete: true };
      }
      const declared = organizationExportDeclaration(event.ResourceProperties);
      if (event.RequestType === 'Update' && existing?.fingerprint === fingerprintOf(organizationExportWish(declared))) {
        return answer(event.PhysicalResourceId!, existing, declared);
      }
      const requestedAt = new Date(event.Progress.requestedAt);
      return attemptOrWait(attemptOn(declared, event, requestedAt), event.RequestType !== 'Delete', () =>
        event.RequestType === 'Delete' ? cancelled(declared, event) : outcome(declared, event, requestedAt));
    },
  };

  async function outcome(declared: OrganizationExportDeclaration, event: LifecycleEvent, requestedAt: Date): Promise<IsCompleteResult> {
    const owner = ownerAcrossStacks(event);
    const fingerprint = fingerprintOf(organizationExportWish(declared));
    const run = await advancedRun(client, declared, {
      owner,
      requestedAt,
      now: edges.now(),
      jobOf: ({ id }) => ({ clientToken: clientToken(event, id), mark: { owner, fingerprint } }),
      log: line => edges.log(line),
    });
    const isOver = run.running.length + run.waiting.length === 0;
    const isLate = edges.now().getTime() - requestedAt.getTime() >= RUN_SECONDS * 1000;
    if (!isOver && !isLate) {
      return NOT_YET;
    }
    const missing = [...run.failed, ...run.running, ...run.waiting];
    missing.forEach(({ id, name }) => edges.log(JSON.stringify({ missingMailbox: id, name })));
    const report = await written(declared, run, requestedAt);
    if (missing.length > 0 && !declared.allowsIncomplete) {
      throw new Error(incomplete(declared, run, missing, report));
    }
    const id: BatchJobId = {
      jobId: declared.organizationId,
      fingerprint,
      phase: missing.length === 0 ? 'COMPLETE' : 'RUNNING',
      attributes: {
        Mailboxes: String(run.exported.length + missing.length),
        ExportedMailboxes: String(run.exported.length),
        MissingMailboxes: String(missing.length),
        Missing: named(missing, NAMES_IN_ATTRIBUTE_MAX),
        Report: report ?? '',
      },
    };
    return answer(formatJobId(id), id, declared);
  }

  /** Writes the report and returns its name. What is exported is worth more than the report on it, so a failure is only told to the log. */
  async function written(declared: OrganizationExportDeclaration, run: OrganizationRun, requestedAt: Date): Promise<string | undefined> {
    const name = `${requestedAt.toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
    const key = reportKey(declared, name);
    try {
      await s3.put({
        bucket: declared.bucket,
        key,
        contentType: 'application/json',
        body: organizationReport(declared, run, requestedAt, edges.now()),
        kmsKeyArn: declared.kmsKeyArn,
      });
      return name;
    } catch (error) {
      edges.log(`Could not write the report to s3://${declared.bucket}/${key}: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Ends what a Create that failed has left running. */
  async function cancelled({ organizationId }: OrganizationExportDeclaration, event: LifecycleEvent): Promise<IsCompleteResult> {
    const owner = ownerAcrossStacks(event);
    let isOver = true;
    try {
      for await (const { JobId: jobId, Description: description, State: state } of mailboxExportJobs(client, organizationId)) {
        if (state === 'RUNNING' && markOf(description)?.owner === owner) {
          isOver = false;
          await cancelMailboxExport(client, organizationId, jobId!);
        }
      }
    } catch (error) {
      if (!isOrganizationGone(error)) {
        throw error;
      }
    }
    return isOver ? { IsComplete: true } : NOT_YET;
  }

  function attemptOn(declared: OrganizationExportDeclaration, event: LifecycleEvent, requestedAt: Date): Attempt {
    return {
      // An attempt only reads the clock and writes the log.
      edges: edges as Edges,
      event,
      requestedAt,
      serviceUrl: 'WorkMail',
      subject: `the export of organization ${declared.organizationId} to s3://${declared.bucket}/${declared.prefix}`,
      patienceWith: error => patienceWithWorkMail(error, declared) ?? patienceWithAws(error, 'WorkMail'),
    };
  }
}

/** A stack that was deleted and made again goes on with its predecessor's exports: names are unique among stacks that live. */
function ownerAcrossStacks(event: LifecycleEvent): string {
  return ownerOfJobs({ ...event, StackId: event.StackId.slice(0, event.StackId.lastIndexOf('/')) });
}

/** The name of a report is all that the physical id has room for. */
function reportKey({ prefix }: OrganizationExportDeclaration, name: string | undefined): string {
  return name ? `${prefix.replace(/\/$/, '')}/reports/${name}.json` : '';
}

function incomplete(
  declared: OrganizationExportDeclaration, run: OrganizationRun, missing: readonly Mailbox[], report: string | undefined,
): string {
  const { organizationId, bucket } = declared;
  const { exported, failed, running, waiting } = run;
  return `${missing.length} of ${exported.length + missing.length} mailboxes of organization ${organizationId} are not exported: ${failed.length} failed, `
    + `${running.length} still run and ${waiting.length} wait: ${named(missing, NAMES_IN_REASON_MAX)}. `
    + `${report ? `s3://${bucket}/${reportKey(declared, report)}` : 'The function\'s log'} lists them all. `
    + 'What is exported is kept: deploy again, with another trigger if the resource exists, to go on; or set allowIncomplete to deploy all the same.';
}

function named(mailboxes: readonly Mailbox[], max: number): string {
  const names = mailboxes.slice(0, max).map(({ name }) => name.slice(0, 64)).join(', ');
  return mailboxes.length > max ? `${names} and ${mailboxes.length - max} more` : names;
}

function answer(physicalResourceId: string, { attributes }: BatchJobId, declared: OrganizationExportDeclaration): IsCompleteResult {
  const { Report: report, ...told } = attributes;
  return { IsComplete: true, PhysicalResourceId: physicalResourceId, Data: { ...told, ReportKey: reportKey(declared, report) } };
}
