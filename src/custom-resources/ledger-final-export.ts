import { ExportJournalToS3Command, GetBlockCommand, GetDigestCommand, type JournalS3ExportDescription, type QLDBClient } from '@aws-sdk/client-qldb';
import { exportRequest, exportTarget, type ExportTarget } from './export-target';
import { creationOf, exportsOf } from './journal-export-start';
import { type Edges, type Properties } from './lifecycle';
import { type Tags } from './ownership';
import { PERMISSION_SECONDS, type Patience } from './patience';
import { isNamed, isRoleNotReady, isWithin, messageOf } from './service-failure';

/** A ledger with this tag and value is deleted without a final export: the way out when it cannot be done. */
const SWITCH = 'cdk-ledger:final-export';
const SKIP = 'skip';
/** When a Delete tells how things are, before the framework gives up without a word. */
export const FINAL_EXPORT_SECONDS = 50 * 60;

/** Where a ledger's journal goes before the ledger is deleted, each tip into a folder below the prefix; undefined when the property FinalExport is absent. @throws naming the member that is missing or wrong */
export function finalExportDeclaration({ FinalExport: declared }: Properties): ExportTarget | undefined {
  if (declared === undefined || declared === '') {
    return undefined;
  }
  return exportTarget(declared as Properties);
}

/** Whether somebody has decided that the ledger goes without its final export. */
export const isFinalExportSkipped = (tags: Tags): boolean => tags[SWITCH] === SKIP;

/**
 * The next step towards an archive that has the whole journal.
 *
 * An export counts when it covers the newest block, and its folder is named for that block. So a Delete that is repeated goes on with the export of
 * the one before, and a block that is committed while an export runs is followed by another export, in the folder of that block. The deletion names
 * the block, so that one which is committed after this look is not deleted, but exported by the next.
 *
 * @returns the address of the newest block, as Ion text, once every block up to it is in a completed export
 * @throws when the export of this Delete was cancelled, or takes too long
 */
export async function finallyExportedTip(
  control: QLDBClient, ledgerName: string, declared: ExportTarget, requestedAt: Date, edges: Pick<Edges, 'now' | 'log'>,
): Promise<string | undefined> {
  const { address, sequenceNo, timestamp } = await tipOf(control, ledgerName);
  const folder = `${declared.prefix}${sequenceNo}/`;
  const jobs: JournalS3ExportDescription[] = [];
  for await (const job of exportsOf(control, ledgerName)) {
    const { Bucket: bucket, Prefix: prefix } = job.S3ExportConfiguration ?? {};
    if (bucket === declared.bucket && prefix === folder && job.ExclusiveEndTime! > timestamp) {
      jobs.push(job);
    }
  }
  const complete = jobs.find(({ Status: status }) => status === 'COMPLETED');
  if (complete) {
    edges.log(`Ledger '${ledgerName}' is exported to its block ${sequenceNo}: export ${complete.ExportId}, s3://${declared.bucket}/${folder}`);
    return address;
  }
  const running = jobs.find(({ Status: status }) => status === 'IN_PROGRESS');
  if (!isWithin(FINAL_EXPORT_SECONDS, requestedAt, edges.now())) {
    throw running
      ? new Error(`The final export ${running.ExportId} of ledger '${ledgerName}' still runs after ${FINAL_EXPORT_SECONDS / 60} minutes, so the ledger is kept. Delete it `
        + `again when the export has ended.${wayOut(ledgerName)}`)
      : stillWrittenTo(ledgerName);
  }
  if (running) {
    return undefined;
  }
  const cancelled = jobs.find(job => job.Status === 'CANCELLED' && job.ExportCreationTime! >= requestedAt);
  if (cancelled) {
    throw new Error(`The final export ${cancelled.ExportId} of ledger '${ledgerName}' to s3://${declared.bucket}/${folder} was cancelled by the service, so `
      + `the ledger is kept. Check that role ${declared.roleArn} may write to the bucket and use its key, then delete it again.${wayOut(ledgerName)}`);
  }
  // The newest block may be from a clock that is ahead of ours.
  const end = new Date(Math.max(edges.now().getTime(), timestamp.getTime() + 1));
  const start = await creationOf(control, ledgerName);
  await control.send(new ExportJournalToS3Command(exportRequest(ledgerName, { ...declared, prefix: folder }, start, end)));
  return undefined;
}

/** What a Delete ends with whose exports were all overtaken by another block. */
export function stillWrittenTo(ledgerName: string): Error {
  return new Error(`Ledger '${ledgerName}' was still written to ${FINAL_EXPORT_SECONDS / 60} minutes after its deletion was asked for, so no export is the final one, and `
    + `the ledger is kept. Stop its writers and delete it again.${wayOut(ledgerName)}`);
}

/** Failures of a final export that may pass; what does not pass keeps the ledger, and says how to go on. */
export function finalExportPatience(error: unknown, ledgerName: string, { roleArn, bucket }: ExportTarget): Patience | undefined {
  if (isNamed(error, 'LimitExceededException')) {
    return { seconds: 1800, remedy: `The ledger is kept. Delete it again when one of its exports has ended.${wayOut(ledgerName)}` };
  }
  if (/future/i.test(messageOf(error))) {
    return { seconds: FINAL_EXPORT_SECONDS, remedy: `The ledger is kept. Delete it again.${wayOut(ledgerName)}` };
  }
  const isExportRefused = isRoleNotReady(error) || isNamed(error, 'IllegalArgumentException', 'InvalidParameterException');
  return isExportRefused
    ? {
      seconds: PERMISSION_SECONDS,
      remedy: `So there is no final export, and the ledger is kept. Check that the ledger service may assume role ${roleArn}, and that this role may `
        + `write to bucket ${bucket} and use its key; then delete it again.${wayOut(ledgerName)}`,
    }
    : undefined;
}

const wayOut = (ledgerName: string): string =>
  ` To delete ledger '${ledgerName}' without a final export, tag it ${SWITCH}=${SKIP} with TagResource first.`;

interface Tip { readonly address: string; readonly sequenceNo: string; readonly timestamp: Date }

async function tipOf(control: QLDBClient, ledgerName: string): Promise<Tip> {
  const { DigestTipAddress: tip } = await control.send(new GetDigestCommand({ Name: ledgerName }));
  const { Block: block } = await control.send(new GetBlockCommand({ Name: ledgerName, BlockAddress: tip! }));
  const [, sequenceNo] = /sequenceNo:\s*(\d+)/.exec(tip?.IonText ?? '') ?? [];
  const [, written] = /blockTimestamp:\s*([-0-9T:.Z+]+)/.exec(block?.IonText ?? '') ?? [];
  const timestamp = new Date(written ?? NaN);
  if (sequenceNo === undefined || Number.isNaN(timestamp.getTime())) {
    throw new Error(`The ledger service gave no number or no time of the newest block of ledger '${ledgerName}': ${tip?.IonText}, ${written}.`);
  }
  return { address: tip!.IonText!, sequenceNo, timestamp };
}
