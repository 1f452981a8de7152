import { grantDescription } from '../grant-description';
import { DEFAULT_PAGE_SIZE, LEDGER_NAME, PAGE_MEMBERS } from '../input/qldb-shapes';
import { fromPath } from '../input/shape';
import { pageOf, type Order } from '../page';
import { operation } from './operation';

const BY_GRANT_ID: Order<{ readonly grantId: string }> = {
  listing: 'ledger-grants',
  types: ['string'],
  positionOf: ({ grantId }) => [grantId],
  compare: ([one = ''], [other = '']) => one === other ? 0 : one < other ? -1 : 1,
};

export const listLedgerGrants = operation({
  name: 'ListLedgerGrants',
  method: 'GET',
  path: '/ledgers/{Name}/grants',
  input: { Name: fromPath(LEDGER_NAME), ...PAGE_MEMBERS },
  async run({ engine }, { Name, MaxResults = DEFAULT_PAGE_SIZE, NextToken }) {
    const { items, nextToken } = pageOf(await engine.ledgers.grants(Name), BY_GRANT_ID, MaxResults, NextToken);
    return { Grants: items.map(grantDescription), NextToken: nextToken };
  },
});
