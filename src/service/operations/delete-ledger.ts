import { operation } from './operation';
import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';

export const deleteLedger = operation({
  name: 'DeleteLedger',
  method: 'DELETE',
  path: '/ledgers/{Name}',
  input: { Name: fromPath(LEDGER_NAME) },
  async run({ engine }, { Name }) {
    await engine.ledgers.delete(Name);
    return {};
  },
});
