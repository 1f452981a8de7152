import { grantRequest } from '../grant-request';
import { operation } from './operation';
import { GRANT_ID, GRANT_REQUEST_TOKEN } from '../input/grant-shapes';
import { fromPath, fromQuery } from '../input/shape';

/** Deleting what was never granted is a success. Whose last grant goes may do nothing, until it is granted something again. */
export const deleteControlGrant = operation({
  name: 'DeleteControlGrant',
  method: 'DELETE',
  path: '/grants/{GrantId}',
  administrators: true,
  input: { GrantId: fromPath(GRANT_ID), RequestToken: fromQuery('request_token', GRANT_REQUEST_TOKEN) },
  async run({ engine }, { GrantId, RequestToken }) {
    await engine.controlGrants.remove(GrantId, grantRequest(RequestToken));
    return {};
  },
});
