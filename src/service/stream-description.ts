import { streamArn, type Account, type StreamJob } from '../engine';
import { epochSeconds } from './ledger-description';
import type { JsonObject } from './operations/operation';

/** JournalKinesisStreamDescription. */
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
    KinesisConfiguration: { StreamArn: job.kinesisStreamArn, AggregationEnabled: job.aggregationEnabled },
    ErrorCause: job.errorCause,
    StreamName: job.streamName,
  };
}
