import { GetDigestCommand, type QLDBClient } from '@aws-sdk/client-qldb';
import { fingerprint, journalExportDeclaration, type JournalExportDeclaration } from './journal-export-declaration';
import { formatExportId, parseExportId, type JournalExportId } from './journal-export-id';
import { describeExport, endOfRequest, startedExport } from './journal-export-start';
import { NOT_YET, type Edges, type IsCompleteResult, type Lifecycle, type LifecycleEvent } from './lifecycle';
import { attemptNow, attemptOrWait, PERMISSION_SECONDS, type Attempt, type Patience } from './patience';
import { isNamed, isRoleNotReady, isWithin, messageOf } from './service-failure';

export interface JournalExportProgress {
  readonly requestedAt: string;
  /** Absent when the export could not be started yet, so that `isComplete` has to. */
  readonly exportId?: string;
}

/**
 * Custom::QldbJournalExport: one run of an export, started by Create and by every Update that asks for something else.
 *
 * The physical id is only given at the end: what failed before that leaves nothing to delete, and a failed Update leaves the old id in place,
 * which the rollback then recognizes as what it wants. Delete does nothing: exported objects are evidence and stay.
 */
export function journalExportLifecycle(edges: Edges): Lifecycle<JournalExportProgress> {
  return {
    async onEvent(event) {
      const requestedAt = edges.now();
      if (event.RequestType === 'Delete' || unchanged(event)) {
        return { PhysicalResourceId: event.PhysicalResourceId, Progress: { requestedAt: requestedAt.toISOString() } };
      }
      const declared = journalExportDeclaration(event.ResourceProperties);
      const { control } = edges.connect(declared.serviceUrl);
      if (declared.end === 'NOW') {
        await edges.waitUntil(endOfRequest(event.RequestId, requestedAt));
      }
      const exportId = await attemptNow(attemptOn(declared, event, requestedAt), () =>
        startedExport(control, declared, event.RequestId, requestedAt, parseExportId(event.PhysicalResourceId)));
      return { Progress: { requestedAt: requestedAt.toISOString(), exportId } };
    },

    async isComplete(event) {
      if (event.RequestType === 'Delete') {
        return { IsComplete: true };
      }
      const declared = journalExportDeclaration(event.ResourceProperties);
      const existing = unchanged(event);
      if (existing) {
        return { IsComplete: true, PhysicalResourceId: event.PhysicalResourceId, Data: attributes(existing, declared) };
      }
      const { control } = edges.connect(declared.serviceUrl);
      const requestedAt = new Date(event.Progress.requestedAt);
      const { exportId: started } = event.Progress;
      return attemptOrWait(attemptOn(declared, event, requestedAt), started !== undefined, async () => {
        const exportId = started
          ?? await startedExport(control, declared, event.RequestId, requestedAt, parseExportId(event.PhysicalResourceId));
        return outcome(control, declared, exportId, requestedAt);
      });
    },
  };

  function attemptOn(declared: JournalExportDeclaration, event: LifecycleEvent, requestedAt: Date): Attempt {
    const { ledgerName, bucket, prefix, serviceUrl } = declared;
    const subject = `the export of ledger '${ledgerName}' to s3://${bucket}/${prefix}`;
    return { edges, event, requestedAt, serviceUrl, subject, patienceWith: error => patienceWith(error, declared) };
  }

  async function outcome(
    control: QLDBClient, declared: JournalExportDeclaration, exportId: string, requestedAt: Date,
  ): Promise<IsCompleteResult> {
    const { ledgerName, bucket, prefix } = declared;
    const job = await describeExport(control, ledgerName, exportId);
    const where = `Export ${exportId} of ledger '${ledgerName}' to s3://${bucket}/${prefix}`;
    if (!job) {
      throw new Error(`${where} is no longer known to the service. Check that the ledger still exists, then change the trigger to export again.`);
    }
    if (job.Status === 'CANCELLED') {
      throw new Error(job.statusReason
        ? `${where} was given up by the service before it was complete. ${job.statusReason} Then deploy again.`
        : `${where} was cancelled by the service before it was complete. Check that role ${declared.roleArn} may write to the bucket `
        + 'and use its key, then deploy again.');
    }
    if (job.Status !== 'COMPLETED' && declared.waitForCompletion) {
      if (!isWithin(declared.timeoutSeconds, requestedAt, edges.now())) {
        throw new Error(`${where} still runs after ${Math.round(declared.timeoutSeconds / 60)} minutes, and goes on. To have longer exports, deploy with `
          + 'waitForCompletion: false, which starts them and does not wait.');
      }
      return NOT_YET;
    }
    const id = {
      ledgerName,
      exportId,
      strandId: await strandOf(control, ledgerName),
      creationTime: job.ExportCreationTime!.toISOString(),
      fingerprint: fingerprint(declared),
    };
    return { IsComplete: true, PhysicalResourceId: formatExportId(id), Data: attributes(id, declared) };
  }
}

function patienceWith(error: unknown, { ledgerName, roleArn, bucket, timeoutSeconds }: JournalExportDeclaration): Patience | undefined {
  if (isNamed(error, 'LimitExceededException')) {
    return { seconds: Math.min(1800, timeoutSeconds), remedy: `Ledger '${ledgerName}' runs as many exports as it may: deploy again when one of them has ended.` };
  }
  if (isNamed(error, 'ResourcePreconditionNotMetException')) {
    return { seconds: 600, remedy: `Check that ledger '${ledgerName}' is active, then deploy again.` };
  }
  if (isRoleNotReady(error)) {
    return {
      seconds: PERMISSION_SECONDS,
      remedy: `Check that the ledger service may assume role ${roleArn}, and that this role may write to bucket ${bucket} and use its key; `
        + 'then deploy again.',
    };
  }
  if (/future/i.test(messageOf(error))) {
    return { seconds: 120, remedy: 'Choose an exclusiveEndTime that has passed, or leave it out to export until now.' };
  }
  return undefined;
}

/** The export that is already there, when an Update asks for nothing else. */
function unchanged(event: LifecycleEvent): JournalExportId | undefined {
  const existing = event.RequestType === 'Update' ? parseExportId(event.PhysicalResourceId) : undefined;
  return existing?.fingerprint === fingerprint(journalExportDeclaration(event.ResourceProperties)) ? existing : undefined;
}

function attributes(id: JournalExportId, declared: JournalExportDeclaration): Readonly<Record<string, string>> {
  const folder = declared.prefix === '' || declared.prefix.endsWith('/') ? declared.prefix : `${declared.prefix}/`;
  return {
    ExportId: id.exportId,
    Bucket: declared.bucket,
    Prefix: declared.prefix,
    StartedManifestKey: `${folder}${id.exportId}.started.manifest`,
    CompletedManifestKey: `${folder}${id.exportId}.${id.strandId}.completed.manifest`,
    ExportCreationTime: id.creationTime,
  };
}

/** The ledger's one strand, whose id is part of the last manifest's key. */
async function strandOf(control: QLDBClient, ledgerName: string): Promise<string> {
  const { DigestTipAddress: tip } = await control.send(new GetDigestCommand({ Name: ledgerName }));
  const strandId = /strandId:\s*"([^"]+)"/.exec(tip?.IonText ?? '')?.[1];
  if (!strandId) {
    throw new Error(`The ledger service gave no strand id in the digest of ledger '${ledgerName}': ${tip?.IonText}.`);
  }
  return strandId;
}
