import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { restoreDescription } from '../restore-description';
import { operation } from './operation';

/** The newest restore under that name: also one that failed and left no ledger, for seven days. */
export const describeLedgerRestore = operation({
  name: 'DescribeLedgerRestore',
  method: 'GET',
  path: '/ledgers/{Name}/restore',
  input: { Name: fromPath(LEDGER_NAME) },
  async run({ engine }, { Name }) {
    return { LedgerRestoreDescription: restoreDescription(await engine.restores.describe(Name)) };
  },
});
