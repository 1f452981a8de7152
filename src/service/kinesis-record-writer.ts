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
 * Writes records in order. Of a batch that was taken in part, everything from the first refused record on is sent again: each record
 * then stands, at least once, behind all that came before it, while some stand there twice.
 */
export function kinesisRecordWriter(kinesis: KinesisClient, sleep: (millis: number) => Promise<unknown> = sleepFor): RecordWriter {
  return {
    async put(kinesisStreamArn, records) {
      let start = 0;
      let fruitlessAttempts = 0;
      while (start < records.length) {
        const batch = batchFrom(records, start);
        const { written, failure } = await putBatch(kinesis, kinesisStreamArn, batch);
        start += written;
        fruitlessAttempts = written > 0 ? 0 : fruitlessAttempts + 1;
        if (failure === undefined) continue;
        if (!THROTTLED.includes(failure.code) || fruitlessAttempts === FRUITLESS_ATTEMPTS_MAX) throw failure;
        await sleep(Math.min(PAUSE_MILLIS_MAX, 100 * 2 ** fruitlessAttempts));
      }
    },
    async check(kinesisStreamArn) {
      await refusable(async () => kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: kinesisStreamArn })));
    },
  };
}

function batchFrom(records: readonly KinesisRecord[], start: number): readonly KinesisRecord[] {
  let bytes = 0;
  let end = start;
  while (end < records.length && end - start < BATCH_RECORDS_MAX) {
    const { partitionKey, data } = records[end]!;
    bytes += data.length + Buffer.byteLength(partitionKey);
    if (end > start && bytes > BATCH_BYTES_MAX) break;
    end++;
  }
  return records.slice(start, end);
}

/** How many records from the start of the batch are durable, and why the next one is not. */
interface BatchResult { readonly written: number; readonly failure?: DestinationRefused }

async function putBatch(kinesis: KinesisClient, streamArn: string, batch: readonly KinesisRecord[]): Promise<BatchResult> {
  let results: readonly PutRecordsResultEntry[];
  try {
    const { Records = [] } = await kinesis.send(new PutRecordsCommand({
      StreamARN: streamArn,
      Records: batch.map(({ partitionKey, explicitHashKey, data }) => ({ PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey, Data: data })),
    }));
    results = Records;
  } catch (error) {
    return { written: 0, failure: refusal(error) };
  }
  const refused = results.findIndex(({ ErrorCode }) => ErrorCode !== undefined && ErrorCode !== null && ErrorCode !== '');
  if (refused < 0) return { written: batch.length };
  const { ErrorCode, ErrorMessage } = results[refused]!;
  return { written: refused, failure: refusal(Object.assign(new Error(ErrorMessage ?? ErrorCode), { name: ErrorCode })) };
}
