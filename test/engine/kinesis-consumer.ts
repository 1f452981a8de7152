import { deaggregateSync, type UserRecord } from 'aws-kinesis-agg';
import type { KinesisRecord } from '../../src/engine';
import { decodeIon, ionToJson } from '../../src/ion';

export interface StreamedRecord {
  readonly recordType: 'CONTROL' | 'BLOCK_SUMMARY' | 'REVISION_DETAILS';
  readonly payload: Record<string, any>;
}

/** What a consumer with AWS's own deaggregation library sees of a Kinesis record, Ion converted to JSON. */
export function consumed({ data, partitionKey }: KinesisRecord): StreamedRecord[] {
  let users: UserRecord[] = [];
  const record = { data: Buffer.from(data).toString('base64'), partitionKey, sequenceNumber: '1', kinesisSchemaVersion: '1.0', approximateArrivalTimestamp: 0 };
  deaggregateSync(record, true, (error, records) => {
    if (error) throw error;
    users = records ?? [];
  });
  return users.map(user => JSON.parse(ionToJson(decodeIon(Buffer.from(user.data, 'base64')))) as StreamedRecord);
}
