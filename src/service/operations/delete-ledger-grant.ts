import { grantRequest } from '../grant-request';
import { operation } from './operation';
import { GRANT_ID, GRANT_REQUEST_TOKEN } from '../input/grant-shapes';
import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, fromQuery } from '../input/shape';

/** Deleting what was never granted is a success. */
export const deleteLedgerGrant = operation({
  name: 'DeleteLedgerGrant',
  method: 'DELETE',
  path: '/ledgers/{Name}/grants/{GrantId}',
  input: { Name: fromPath(LEDGER_NAME), GrantId: fromPath(GRANT_ID), RequestToken: fromQuery('request_token', GRANT_REQUEST_TOKEN) },
  async run({ engine }, { Name, GrantId, RequestToken }) {
    await engine.ledgers.revoke(Name, GrantId, grantRequest(RequestToken));
    return {};
  },
});
