import { type DescribeJournalKinesisStreamCommand, type DescribeJournalS3ExportCommand } from '@aws-sdk/client-qldb';

/** Where a LedgerService says why a job does not get on: QLDB's API has no member for it, and other services do not send it. */
export const STATUS_REASON_HEADER = 'x-cdk-ledger-status-reason';

/** Makes a command keep the reason of the job it describes, for when it was sent. */
export function keepingStatusReason(command: DescribeJournalS3ExportCommand | DescribeJournalKinesisStreamCommand): () => string | undefined {
  let reason: string | undefined;
  // The SDK's two commands have middleware stacks of different types, of which only headers matter here.
  (command as DescribeJournalS3ExportCommand).middlewareStack.add(next => async args => {
    const result = await next(args);
    const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
    reason = headers?.[STATUS_REASON_HEADER];
    return result;
  }, { step: 'deserialize', name: 'keepStatusReason', priority: 'low' });
  return () => reason;
}
