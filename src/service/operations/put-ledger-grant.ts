import { LedgerError } from '../../engine';
import { grantDescription } from '../grant-description';
import { grantRequest } from '../grant-request';
import { operation } from './operation';
import { GRANT_ACTIONS, GRANT_ID, GRANT_PRINCIPAL, GRANT_REQUEST_TOKEN, GRANT_TABLES, GRANTS_PER_LEDGER_MAX } from '../input/grant-shapes';
import { LEDGER_NAME } from '../input/qldb-shapes';
import { fromPath, optional, required } from '../input/shape';

export const putLedgerGrant = operation({
  name: 'PutLedgerGrant',
  method: 'PUT',
  path: '/ledgers/{Name}/grants/{GrantId}',
  input: {
    Name: fromPath(LEDGER_NAME),
    GrantId: fromPath(GRANT_ID),
    PrincipalArn: required(GRANT_PRINCIPAL),
    Actions: required(GRANT_ACTIONS),
    Tables: required(GRANT_TABLES),
    RequestToken: optional(GRANT_REQUEST_TOKEN),
  },
  async run({ engine }, { Name, GrantId, PrincipalArn, Actions, Tables, RequestToken }) {
    // Two calls at the same time may pass the limit together: it keeps a ledger's grants readable at once, not exactly this many.
    const others = (await engine.ledgers.grants(Name)).filter(({ grantId }) => grantId !== GrantId);
    if (others.length >= GRANTS_PER_LEDGER_MAX) {
      throw new LedgerError('LimitExceededException',
        `Ledger ${Name} has ${GRANTS_PER_LEDGER_MAX} grants, the most that a ledger can have. Delete one, or let one grant name more tables.`,
        { ResourceType: 'LedgerGrant' });
    }
    const grant = { grantId: GrantId, principalArn: PrincipalArn, actions: Actions, tables: Tables };
    await engine.ledgers.grant(Name, grant, grantRequest(RequestToken));
    return grantDescription(grant);
  },
});
