import { EVERYTHING, invalidParameter } from '../../engine';
import { controlGrantDescription } from '../control-grant-description';
import { grantRequest } from '../grant-request';
import { operation } from './operation';
import { CONTROL_GRANT_ACTIONS, CONTROL_GRANT_LEDGER, CONTROL_GRANT_PRINCIPAL } from '../input/control-grant-shapes';
import { GRANT_ID, GRANT_REQUEST_TOKEN } from '../input/grant-shapes';
import { fromPath, optional, required } from '../input/shape';

/** From the first one on, its principal may do what its grants say, and nothing else. */
export const putControlGrant = operation({
  name: 'PutControlGrant',
  method: 'PUT',
  path: '/grants/{GrantId}',
  administrators: true,
  input: {
    GrantId: fromPath(GRANT_ID),
    PrincipalArn: required(CONTROL_GRANT_PRINCIPAL),
    LedgerName: required(CONTROL_GRANT_LEDGER),
    Actions: required(CONTROL_GRANT_ACTIONS),
    RequestToken: optional(GRANT_REQUEST_TOKEN),
  },
  async run({ engine }, { GrantId, PrincipalArn, LedgerName, Actions, RequestToken }) {
    if (Actions.includes(EVERYTHING) && (LedgerName !== EVERYTHING || Actions.length > 1)) {
      throw invalidParameter('Actions', 'The action * makes an administrator of the whole service, so it stands alone, with the LedgerName *. '
        + 'Name the actions of a grant on one ledger.');
    }
    const grant = { grantId: GrantId, principalArn: PrincipalArn, ledgerName: LedgerName, actions: Actions };
    await engine.controlGrants.put(grant, grantRequest(RequestToken));
    return controlGrantDescription(grant);
  },
});
