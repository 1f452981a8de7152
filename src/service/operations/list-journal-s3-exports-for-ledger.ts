import { exportDescription } from '../export-description';
import { DEFAULT_PAGE_SIZE, LEDGER_NAME, PAGE_MEMBERS } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { jobOrder } from '../job-order';
import { pageOf } from '../page';
import { operation } from './operation';

const ORDER = jobOrder('ledger-exports');

export const listJournalS3ExportsForLedger = operation({
  name: 'ListJournalS3ExportsForLedger',
  method: 'GET',
  path: '/ledgers/{Name}/journal-s3-exports',
  input: { Name: fromPath(LEDGER_NAME), ...PAGE_MEMBERS },
  async run({ engine }, { Name, MaxResults = DEFAULT_PAGE_SIZE, NextToken }) {
    const { items, nextToken } = pageOf(await engine.exports.listForLedger(Name), ORDER, MaxResults, NextToken);
    return { JournalS3Exports: items.map(exportDescription), NextToken: nextToken };
  },
});
