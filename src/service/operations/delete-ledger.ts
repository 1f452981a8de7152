import { operation } from './operation';
import { ION_TEXT, LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, fromQuery } from '../input/shape';

export const deleteLedger = operation({
  name: 'DeleteLedger',
  method: 'DELETE',
  path: '/ledgers/{Name}',
  // The tip is not QLDB's: a caller who names it deletes the ledger as he has seen it, or not at all.
  input: { Name: fromPath(LEDGER_NAME), DigestTipAddress: fromQuery('digest_tip_address', ION_TEXT) },
  async run({ engine }, { Name, DigestTipAddress }) {
    await engine.ledgers.delete(Name, DigestTipAddress);
    return {};
  },
});
