import { GRANT_ID } from '../input/grant-shapes';
import { fromPath } from '../input/shape';
import { operation } from './operation';

/** Deleting what was never granted is a success. Whose last grant goes may do nothing, until it is granted something again. */
export const deleteControlGrant = operation({
  name: 'DeleteControlGrant',
  method: 'DELETE',
  path: '/grants/{GrantId}',
  administrators: true,
  input: { GrantId: fromPath(GRANT_ID) },
  async run({ engine }, { GrantId }) {
    await engine.controlGrants.remove(GrantId);
    return {};
  },
});
