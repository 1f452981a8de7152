import { controlGrantDescription } from '../control-grant-description';
import { DEFAULT_PAGE_SIZE, PAGE_MEMBERS } from '../input/qldb-shapes';
import { decodeToken, encodeToken } from '../page';
import { operation } from './operation';

const LISTING = 'control-grants';

export const listControlGrants = operation({
  name: 'ListControlGrants',
  method: 'GET',
  path: '/grants',
  administrators: true,
  input: PAGE_MEMBERS,
  async run({ engine }, { MaxResults = DEFAULT_PAGE_SIZE, NextToken }) {
    const [afterId] = NextToken === undefined ? [] : decodeToken(LISTING, ['string'], NextToken);
    const { grants, more } = await engine.controlGrants.list(MaxResults, afterId as string | undefined);
    const last = grants.at(-1);
    return {
      Grants: grants.map(controlGrantDescription),
      NextToken: more && last ? encodeToken(LISTING, [last.grantId]) : undefined,
    };
  },
});
