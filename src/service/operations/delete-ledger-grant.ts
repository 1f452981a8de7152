import { operation } from './operation';
import { GRANT_ID } from '../input/grant-shapes';
import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';

/** Deleting what was never granted is a success. */
export const deleteLedgerGrant = operation({
  name: 'DeleteLedgerGrant',
  method: 'DELETE',
  path: '/ledgers/{Name}/grants/{GrantId}',
  input: { Name: fromPath(LEDGER_NAME), GrantId: fromPath(GRANT_ID) },
  async run({ engine }, { Name, GrantId }) {
    await engine.ledgers.revoke(Name, GrantId);
    return {};
  },
});
