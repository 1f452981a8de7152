import { DEFAULT_PAGE_SIZE, LEDGER_NAME, PAGE_MEMBERS } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { jobOrder } from '../job-order';
import { pageOf } from '../page';
import { streamDescription } from '../stream-description';
import { operation } from './operation';

const ORDER = jobOrder('ledger-streams');

export const listJournalKinesisStreamsForLedger = operation({
  name: 'ListJournalKinesisStreamsForLedger',
  method: 'GET',
  path: '/ledgers/{LedgerName}/journal-kinesis-streams',
  input: { LedgerName: fromPath(LEDGER_NAME), ...PAGE_MEMBERS },
  async run({ engine, account }, { LedgerName, MaxResults = DEFAULT_PAGE_SIZE, NextToken }) {
    const { items, nextToken } = pageOf(await engine.streams.listForLedger(LedgerName), ORDER, MaxResults, NextToken);
    return { Streams: items.map(job => streamDescription(account, job)), NextToken: nextToken };
  },
});
