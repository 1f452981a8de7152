import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand, type KinesisClient, type _Record as KinesisRecord } from '@aws-sdk/client-kinesis';
import { deaggregateSync, type UserRecord } from 'aws-kinesis-agg';
import { load } from 'ion-js';

/** What arrived through the journal stream. */
export interface Changes {
  readonly recordCount: number;
  /** `documentId/version` of each revision. */
  readonly revisions: ReadonlySet<string>;
}

const POLL_MILLIS = 500;

/** Reads the stream from its beginning until `complete` says that everything has arrived. @throws after `withinSeconds` */
export async function readChanges(
  client: KinesisClient, streamName: string, withinSeconds: number, complete: (changes: Changes) => boolean,
): Promise<Changes> {
  const revisions = new Set<string>();
  let recordCount = 0;
  let iterators = await shardIterators(client, streamName);
  for (const deadline = Date.now() + withinSeconds * 1000; ;) {
    const pages = await Promise.all(iterators.map(ShardIterator => client.send(new GetRecordsCommand({ ShardIterator }))));
    for (const user of pages.flatMap(({ Records = [] }) => Records.flatMap(userRecords))) {
      recordCount++;
      const record = load(Buffer.from(user.data, 'base64'))!;
      if (record.get('recordType')?.stringValue() !== 'REVISION_DETAILS') continue;
      const metadata = record.get('payload', 'revision', 'metadata')!;
      revisions.add(`${metadata.get('id')!.stringValue()}/${metadata.get('version')!.numberValue()}`);
    }
    const changes = { recordCount, revisions };
    if (complete(changes)) return changes;
    if (Date.now() > deadline) throw new Error(`Only ${revisions.size} revisions arrived in stream ${streamName} within ${withinSeconds} seconds.`);
    iterators = pages.flatMap(({ NextShardIterator }) => NextShardIterator === undefined ? [] : [NextShardIterator]);
    await new Promise(resolve => setTimeout(resolve, POLL_MILLIS));
  }
}

async function shardIterators(client: KinesisClient, StreamName: string): Promise<string[]> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  return Promise.all(Shards.map(async ({ ShardId }) => {
    const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    return ShardIterator!;
  }));
}

/** The service packs many records into one, in the format of the Kinesis Producer Library. */
function userRecords(record: KinesisRecord): UserRecord[] {
  let users: UserRecord[] = [];
  deaggregateSync({
    data: Buffer.from(record.Data!).toString('base64'),
    partitionKey: record.PartitionKey!,
    sequenceNumber: record.SequenceNumber!,
    kinesisSchemaVersion: '1.0',
    approximateArrivalTimestamp: 0,
  }, true, (error, records) => {
    if (error) throw error;
    users = records ?? [];
  });
  return users;
}
