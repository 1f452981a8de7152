import type { KinesisRecord } from './destinations';
import { ledgerArn, streamArn, type EngineContext } from './engine-context';
import { replaceJob, type StoredJob, type StreamJob } from './job-record';
import { readHead, sealedHead } from './journal-head';
import { firstSequenceAt, readBlocks } from './journal-store';
import { aggregated } from './kinesis-aggregation';
import { blockRecords, controlRecord, type StreamRecord } from './stream-records';

/** How much a step reads before it writes to Kinesis and saves its place. */
const STEP_BYTES_MAX = 2_000_000;
const STEP_BLOCKS_MAX = 500;

/** Whether the stream waits for nothing but new blocks. */
export async function streamIsIdle(context: EngineContext, { record }: StoredJob<StreamJob>): Promise<boolean> {
  if (record.nextSequenceNo === undefined) return false;
  const head = await readHead(context.store, record.strandId);
  return record.nextSequenceNo > head.sequenceNo && !ended(record, context.clock());
}

/**
 * One bounded step of a stream: the CREATED record, some blocks, or the COMPLETED record. Records go out before the place is saved,
 * so a worker that dies in between sends them again: at least once, in order for each document.
 *
 * @throws DestinationRefused, ConditionFailed when another worker took the step
 */
export async function streamStep(context: EngineContext, job: StoredJob<StreamJob>): Promise<StoredJob<StreamJob>> {
  const { store } = context;
  const { record } = job;
  const writer = await context.destinations.records(record.roleArn, ledgerArn(context.account, record.ledgerName));
  const arn = streamArn(context.account, record.ledgerName, record.id);
  const send = (records: readonly StreamRecord[]): Promise<void> => writer.put(record.kinesisStreamArn, kinesisRecords(record, records));
  const recovered = record.status === 'IMPAIRED' ? { status: 'ACTIVE' as const, errorCause: undefined } : {};
  const now = context.clock();
  const head = ended(record, now) ? await sealedHead(store, record.strandId, record.exclusiveEndMillis!) : await readHead(store, record.strandId);

  if (record.nextSequenceNo === undefined) {
    await send([controlRecord(arn, record.id, 'CREATED')]);
    const nextSequenceNo = await firstSequenceAt(store, record.strandId, head.sequenceNo, record.inclusiveStartMillis);
    return replaceJob(store, job, { nextSequenceNo, setback: undefined, ...recovered });
  }

  const records: StreamRecord[] = [];
  let { nextSequenceNo } = record;
  let bytes = 0;
  let beyondEnd = false;
  const last = Math.min(head.sequenceNo, nextSequenceNo + STEP_BLOCKS_MAX - 1);
  for await (const block of readBlocks(store, record.strandId, nextSequenceNo, last)) {
    beyondEnd = record.exclusiveEndMillis !== undefined && block.blockTimestampMillis >= record.exclusiveEndMillis;
    if (beyondEnd || bytes >= STEP_BYTES_MAX) break;
    for (const streamed of blockRecords(arn, block)) {
      records.push(streamed);
      bytes += streamed.data.length;
    }
    nextSequenceNo = block.blockAddress.sequenceNo + 1;
  }
  if (records.length > 0) await send(records);
  if (beyondEnd || (nextSequenceNo > head.sequenceNo && ended(record, now))) {
    await send([controlRecord(arn, record.id, 'COMPLETED')]);
    return replaceJob(store, job, { nextSequenceNo, status: 'COMPLETED', endedMillis: context.clock(), setback: undefined, errorCause: undefined });
  }
  return replaceJob(store, job, { nextSequenceNo, setback: undefined, ...recovered });
}

const ended = ({ exclusiveEndMillis }: StreamJob, nowMillis: number): boolean => exclusiveEndMillis !== undefined && nowMillis >= exclusiveEndMillis;

function kinesisRecords({ aggregationEnabled }: StreamJob, records: readonly StreamRecord[]): KinesisRecord[] {
  return aggregationEnabled ? aggregated(records) : records.map(({ orderKey, data }) => ({ partitionKey: orderKey, data }));
}
