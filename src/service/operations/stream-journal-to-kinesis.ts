import { ARN, LEDGER_NAME, STREAM_NAME, TAGS } from '../input/qldb-shapes';
import { fromPath, optional, required, structure } from '../input/shape';
import { refuseReservedTagKeys } from '../taggable-resource';
import { operation } from './operation';

export const streamJournalToKinesis = operation({
  name: 'StreamJournalToKinesis',
  method: 'POST',
  path: '/ledgers/{LedgerName}/journal-kinesis-streams',
  input: {
    LedgerName: fromPath(LEDGER_NAME),
    RoleArn: required(ARN),
    InclusiveStartTime: required({ type: 'timestamp' }),
    ExclusiveEndTime: optional({ type: 'timestamp' }),
    KinesisConfiguration: required(structure({ StreamArn: required(ARN), AggregationEnabled: optional({ type: 'boolean' }) })),
    StreamName: required(STREAM_NAME),
    Tags: optional(TAGS),
  },
  async run({ engine }, { LedgerName, RoleArn, InclusiveStartTime, ExclusiveEndTime, KinesisConfiguration, StreamName, Tags = {} }) {
    refuseReservedTagKeys(Object.keys(Tags));
    const streamId = await engine.streams.start(LedgerName, {
      streamName: StreamName,
      roleArn: RoleArn,
      kinesisStreamArn: KinesisConfiguration.StreamArn,
      aggregationEnabled: KinesisConfiguration.AggregationEnabled ?? true,
      inclusiveStartMillis: InclusiveStartTime,
      exclusiveEndMillis: ExclusiveEndTime,
      tags: Tags,
    });
    return { StreamId: streamId };
  },
});
