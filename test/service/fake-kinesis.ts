import { createHash } from 'node:crypto';
import type { KinesisClient, PutRecordsCommandInput, PutRecordsCommandOutput } from '@aws-sdk/client-kinesis';

/** A record as GetRecords answers it. */
export interface ShardRecord {
  /** Grows within a shard. */
  readonly sequenceNumber: bigint;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface Shard {
  readonly startingHashKey: bigint;
  readonly endingHashKey: bigint;
  readonly records: ShardRecord[];
}

/** How often, from 0 to 1, Kinesis does what. */
export interface KinesisFaults {
  readonly random: () => number;
  readonly recordRefused: number;
  readonly callFails: number;
  /** All of the call is durable, and nobody learns of it. */
  readonly answerLost: number;
}

const HASH_KEY_SPACE = 1n << 128n;
const RECORD_BYTES_MAX = 1024 * 1024;

export const hashKeyOf = (partitionKey: string, explicitHashKey?: string): bigint =>
  explicitHashKey === undefined ? BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`) : BigInt(explicitHashKey);

/** A stream of some shards, in memory, as far as PutRecords knows it: records of a call are taken or refused one by one, whatever their order. */
export function fakeKinesis(shardCount: number, { random, recordRefused, callFails, answerLost }: KinesisFaults) {
  const width = HASH_KEY_SPACE / BigInt(shardCount);
  const shards: Shard[] = Array.from({ length: shardCount }, (_, index) => ({
    startingHashKey: BigInt(index) * width, endingHashKey: BigInt(index + 1) * width - 1n, records: [],
  }));
  let sequenceNumber = 49_600_000_000_000_000n;
  const send = async ({ input: { Records = [] } }: { input: PutRecordsCommandInput }): Promise<Pick<PutRecordsCommandOutput, 'Records'>> => {
    if (random() < callFails) throw Object.assign(new Error('Rate exceeded'), { name: 'ProvisionedThroughputExceededException' });
    const results = Records.map(({ PartitionKey = '', ExplicitHashKey, Data }) => {
      if (Data!.length + PartitionKey.length > RECORD_BYTES_MAX) throw Object.assign(new Error('Member must have length less than or equal to 1048576'), { name: 'ValidationException' });
      if (random() < recordRefused) return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded for shard' };
      const hashKey = hashKeyOf(PartitionKey, ExplicitHashKey);
      const shard = shards.find(({ startingHashKey, endingHashKey }) => startingHashKey <= hashKey && hashKey <= endingHashKey)!;
      shard.records.push({ sequenceNumber: ++sequenceNumber, partitionKey: PartitionKey, data: Data! });
      return { SequenceNumber: String(sequenceNumber) };
    });
    if (random() < answerLost) throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    return { Records: results };
  };
  return { shards, client: { send } as unknown as KinesisClient };
}
