import { streamArn, type Account, type StreamJob } from '../engine';
import { statusReason } from './job-reason';
import { epochSeconds } from './ledger-description';
import type { JsonObject } from './operations/operation';

/** JournalKinesisStreamDescription, and why the stream does not get on, in more words than ErrorCause has. */
export function streamDescription(account: Account, job: StreamJob): JsonObject {
  return {
    LedgerName: job.ledgerName,
    CreationTime: epochSeconds(job.createdMillis),
    InclusiveStartTime: epochSeconds(job.inclusiveStartMillis),
    ExclusiveEndTime: job.exclusiveEndMillis === undefined ? undefined : epochSeconds(job.exclusiveEndMillis),
    RoleArn: job.roleArn,
    StreamId: job.id,
    Arn: streamArn(account, job.ledgerName, job.id),
    Status: job.status,
    StatusReason: statusReason(job),
    KinesisConfiguration: { StreamArn: job.kinesisStreamArn, AggregationEnabled: job.aggregationEnabled },
    ErrorCause: job.errorCause,
    StreamName: job.streamName,
  };
}
