import { setTimeout as sleepFor } from 'node:timers/promises';
import { DescribeStreamSummaryCommand, PutRecordsCommand, type KinesisClient, type PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import type { DestinationRefused, KinesisRecord, RecordWriter } from '../engine';
import { refusable, refusal } from './aws-refusal';

/** Limits of PutRecords. */
const BATCH_RECORDS_MAX = 500;
const BATCH_BYTES_MAX = 5 * 1024 * 1024;
/** Attempts at a batch that move nothing, before the worker is told to come back later. */
const FRUITLESS_ATTEMPTS_MAX = 6;
const PAUSE_MILLIS_MAX = 2_000;

const THROTTLED = ['ProvisionedThroughputExceededException', 'InternalFailure', 'KMSThrottlingException', 'LimitExceededException'];

/**
 * Writes records in order, each partition for itself. Kinesis may refuse one record of a call and take the next, so a call never carries two
 * of one partition: a record goes out when the one before it is durable. What is refused holds up its own partition and no other.
 */
export function kinesisRecordWriter(kinesis: KinesisClient, sleep: (millis: number) => Promise<unknown> = sleepFor): RecordWriter {
  return {
    async put(kinesisStreamArn, records) {
      const waiting = partitions(records);
      let fruitlessAttempts = 0;
      while (waiting.size > 0) {
        const batch = nextBatch(waiting);
        const failures = await putBatch(kinesis, kinesisStreamArn, batch.map(({ record }) => record));
        const taken = batch.filter((_, index) => failures[index] === undefined);
        for (const { queue } of taken) advance(waiting, queue);
        fruitlessAttempts = taken.length > 0 ? 0 : fruitlessAttempts + 1;
        const [failure, ...others] = failures.filter(reason => reason !== undefined);
        if (failure === undefined) continue;
        const lasting = [failure, ...others].find(({ code }) => !THROTTLED.includes(code));
        if (lasting || fruitlessAttempts === FRUITLESS_ATTEMPTS_MAX) throw lasting ?? failure;
        await sleep(Math.min(PAUSE_MILLIS_MAX, 100 * 2 ** fruitlessAttempts));
      }
    },
    async check(kinesisStreamArn) {
      await refusable(async () => kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: kinesisStreamArn })));
    },
  };
}

/** The records of one partition that are not durable yet, from `next` on. */
interface Queue { readonly partition: string; readonly records: KinesisRecord[]; next: number }

function partitions(records: readonly KinesisRecord[]): Map<string, Queue> {
  const queues = new Map<string, Queue>();
  for (const record of records) {
    const partition = record.explicitHashKey ?? record.partitionKey;
    const queue = queues.get(partition) ?? { partition, records: [], next: 0 };
    queue.records.push(record);
    queues.set(partition, queue);
  }
  return queues;
}

function advance(waiting: Map<string, Queue>, queue: Queue): void {
  queue.next++;
  if (queue.next === queue.records.length) waiting.delete(queue.partition);
}

/** The next record of each partition, as far as one call carries them. */
function nextBatch(waiting: ReadonlyMap<string, Queue>): { readonly queue: Queue; readonly record: KinesisRecord }[] {
  const batch = [];
  let bytes = 0;
  for (const queue of waiting.values()) {
    const record = queue.records[queue.next]!;
    bytes += record.data.length + Buffer.byteLength(record.partitionKey);
    if (batch.length === BATCH_RECORDS_MAX || (batch.length > 0 && bytes > BATCH_BYTES_MAX)) break;
    batch.push({ queue, record });
  }
  return batch;
}

/** Why each record of the batch was refused; undefined for those that are durable. */
async function putBatch(kinesis: KinesisClient, streamArn: string, batch: readonly KinesisRecord[]): Promise<(DestinationRefused | undefined)[]> {
  let results: readonly PutRecordsResultEntry[];
  try {
    const { Records = [] } = await kinesis.send(new PutRecordsCommand({
      StreamARN: streamArn,
      Records: batch.map(({ partitionKey, explicitHashKey, data }) => ({ PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey, Data: data })),
    }));
    results = Records;
  } catch (error) {
    return batch.map(() => refusal(error));
  }
  return batch.map((_, index) => {
    const { ErrorCode, ErrorMessage } = results[index] ?? {};
    return ErrorCode ? refusal(Object.assign(new Error(ErrorMessage ?? ErrorCode), { name: ErrorCode })) : undefined;
  });
}
