import { operation } from './operation';
import { LEDGER_NAME, UNIQUE_ID } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';

export const cancelJournalKinesisStream = operation({
  name: 'CancelJournalKinesisStream',
  method: 'DELETE',
  path: '/ledgers/{LedgerName}/journal-kinesis-streams/{StreamId}',
  input: { LedgerName: fromPath(LEDGER_NAME), StreamId: fromPath(UNIQUE_ID) },
  async run({ engine }, { LedgerName, StreamId }) {
    await engine.streams.cancel(LedgerName, StreamId);
    return { StreamId };
  },
});
