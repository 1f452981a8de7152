import { createHash } from 'crypto';
import {
  DescribeJournalS3ExportCommand, DescribeLedgerCommand, ExportJournalToS3Command, ListJournalS3ExportsForLedgerCommand,
  type JournalS3ExportDescription, type QLDBClient,
} from '@aws-sdk/client-qldb';
import { exportRequest } from './export-target';
import { type JournalExportDeclaration } from './journal-export-declaration';
import { isNamed } from './service-failure';
import { keepingStatusReason } from './status-reason';

/** How long after a first invocation for a request a second one may come. */
const DUPLICATE_WINDOW_SECONDS = 900;
/** The resolution of the service's timestamps, and so the number of marks. */
const MARKS = 1000;

/**
 * The end of an export "until now" for a request: the first moment, not before the request was handled, whose milliseconds are the request's mark.
 *
 * The service takes no client token, and a handler may be invoked twice for one request. The mark, less than a second away, is what tells an
 * export that this request has already started from one that an earlier deployment started with otherwise equal parameters.
 */
export function endOfRequest(requestId: string, requestedAt: Date): Date {
  const mark = markOf(requestId);
  const wait = (mark - requestedAt.getTime() % MARKS + MARKS) % MARKS;
  return new Date(requestedAt.getTime() + wait);
}

function markOf(requestId: string): number {
  return createHash('sha256').update(requestId).digest().readUInt32BE(0) % MARKS;
}

/** The id of the export that this request asks for: one that it has already started, or a new one. */
export async function startedExport(
  control: QLDBClient, declared: JournalExportDeclaration, requestId: string, requestedAt: Date, previous: { creationTime: string } | undefined,
): Promise<string> {
  const end = declared.end === 'NOW' ? endOfRequest(requestId, requestedAt) : declared.end;
  const earliest = Math.max(requestedAt.getTime() - DUPLICATE_WINDOW_SECONDS * 1000, previous ? Date.parse(previous.creationTime) + 1 : 0);
  for await (const job of exportsOf(control, declared.ledgerName)) {
    if (job.ExportId && isSameExport(job, declared, end, requestId) && (job.ExportCreationTime?.getTime() ?? 0) >= earliest) {
      return job.ExportId;
    }
  }
  const start = declared.start === 'LEDGER_CREATION' ? await creationOf(control, declared.ledgerName) : declared.start;
  const { ExportId: exportId } = await control.send(new ExportJournalToS3Command(exportRequest(declared.ledgerName, declared, start, end)));
  return exportId!;
}

/** Whether a job is this request's; the start of a whole journal is the service's to fill in and is not compared. */
function isSameExport(job: JournalS3ExportDescription, declared: JournalExportDeclaration, end: Date, requestId: string): boolean {
  const { S3ExportConfiguration: target } = job;
  const hasSameEnd = isSameMoment(job.ExclusiveEndTime, end)
    || (declared.end === 'NOW' && job.ExclusiveEndTime!.getTime() % MARKS === markOf(requestId));
  return hasSameEnd
    && (declared.start === 'LEDGER_CREATION' || isSameMoment(job.InclusiveStartTime, declared.start))
    && job.RoleArn === declared.roleArn
    && target?.Bucket === declared.bucket
    && (target.Prefix ?? '') === declared.prefix
    && target.EncryptionConfiguration?.ObjectEncryptionType === declared.objectEncryptionType
    && (target.EncryptionConfiguration?.KmsKeyArn ?? undefined) === declared.kmsKeyArn
    && (job.OutputFormat ?? 'ION_TEXT') === declared.outputFormat;
}

/** Equal to the millisecond, or to the second for a service that keeps no more. */
function isSameMoment(reported: Date | undefined, asked: Date): boolean {
  return reported !== undefined && (reported.getTime() === asked.getTime() || reported.getTime() === Math.floor(asked.getTime() / 1000) * 1000);
}

/** An export, and why it does not get on, if the service says so. */
export type DescribedExport = JournalS3ExportDescription & { readonly statusReason?: string };

/** An export, or undefined when the service does not know it, or no longer. */
export async function describeExport(control: QLDBClient, ledgerName: string, exportId: string): Promise<DescribedExport | undefined> {
  try {
    const command = new DescribeJournalS3ExportCommand({ Name: ledgerName, ExportId: exportId });
    const reason = keepingStatusReason(command);
    const { ExportDescription: job } = await control.send(command);
    return job && { ...job, statusReason: reason() };
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) {
      return undefined;
    }
    throw error;
  }
}

/** When a ledger was created. */
export async function creationOf(control: QLDBClient, ledgerName: string): Promise<Date> {
  const { CreationDateTime: creation } = await control.send(new DescribeLedgerCommand({ Name: ledgerName }));
  return creation!;
}

/** All exports of a ledger that the service still knows, newest first. */
export async function* exportsOf(control: QLDBClient, ledgerName: string): AsyncIterable<JournalS3ExportDescription> {
  let nextToken: string | undefined;
  do {
    const page = await control.send(new ListJournalS3ExportsForLedgerCommand({ Name: ledgerName, MaxResults: 100, NextToken: nextToken }));
    yield* page.JournalS3Exports ?? [];
    nextToken = page.NextToken;
  } while (nextToken);
}
