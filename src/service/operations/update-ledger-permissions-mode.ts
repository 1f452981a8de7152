import { operation } from './operation';
import { LEDGER_NAME, PERMISSIONS_MODE } from '../input/qldb-shapes';
import { fromPath, required } from '../input/shape';

export const updateLedgerPermissionsMode = operation({
  name: 'UpdateLedgerPermissionsMode',
  method: 'PATCH',
  path: '/ledgers/{Name}/permissions-mode',
  input: { Name: fromPath(LEDGER_NAME), PermissionsMode: required(PERMISSIONS_MODE) },
  async run({ engine }, { Name, PermissionsMode }) {
    const ledger = await engine.ledgers.updatePermissionsMode(Name, PermissionsMode);
    return { Name: ledger.name, Arn: engine.ledgers.arn(ledger.name), PermissionsMode: ledger.permissionsMode };
  },
});
