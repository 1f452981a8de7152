import { exportDescription } from '../export-description';
import { DEFAULT_PAGE_SIZE, PAGE_MEMBERS } from '../input/qldb-shapes';
import { jobOrder } from '../job-order';
import { pageOf } from '../page';
import { operation } from './operation';

const ORDER = jobOrder('exports');

export const listJournalS3Exports = operation({
  name: 'ListJournalS3Exports',
  method: 'GET',
  path: '/journal-s3-exports',
  input: PAGE_MEMBERS,
  async run({ engine }, { MaxResults = DEFAULT_PAGE_SIZE, NextToken }) {
    const { items, nextToken } = pageOf(await engine.exports.listAll(), ORDER, MaxResults, NextToken);
    return { JournalS3Exports: items.map(exportDescription), NextToken: nextToken };
  },
});
