import { exportDescription } from '../export-description';
import { statusReasonHeaders } from '../job-reason';
import { operation } from './operation';
import { LEDGER_NAME, UNIQUE_ID } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';

export const describeJournalS3Export = operation({
  name: 'DescribeJournalS3Export',
  method: 'GET',
  path: '/ledgers/{Name}/journal-s3-exports/{ExportId}',
  input: { Name: fromPath(LEDGER_NAME), ExportId: fromPath(UNIQUE_ID) },
  async run({ engine }, { Name, ExportId }) {
    return { ExportDescription: exportDescription(await engine.exports.describe(Name, ExportId)) };
  },
  headers: ({ ExportDescription }) => statusReasonHeaders(ExportDescription),
});
