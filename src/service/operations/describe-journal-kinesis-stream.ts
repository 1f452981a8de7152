import { LEDGER_NAME, UNIQUE_ID } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { statusReasonHeaders } from '../job-reason';
import { streamDescription } from '../stream-description';
import { operation } from './operation';

export const describeJournalKinesisStream = operation({
  name: 'DescribeJournalKinesisStream',
  method: 'GET',
  path: '/ledgers/{LedgerName}/journal-kinesis-streams/{StreamId}',
  input: { LedgerName: fromPath(LEDGER_NAME), StreamId: fromPath(UNIQUE_ID) },
  async run({ engine, account }, { LedgerName, StreamId }) {
    return { Stream: streamDescription(account, await engine.streams.describe(LedgerName, StreamId)) };
  },
  headers: ({ Stream }) => statusReasonHeaders(Stream),
});
