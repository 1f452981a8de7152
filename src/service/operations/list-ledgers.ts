import { DEFAULT_PAGE_SIZE, PAGE_MEMBERS } from '../input/qldb-shapes';
import { epochSeconds } from '../ledger-description';
import { decodeToken, encodeToken } from '../page';
import { operation } from './operation';

const LISTING = 'ledgers';

export const listLedgers = operation({
  name: 'ListLedgers',
  method: 'GET',
  path: '/ledgers',
  input: PAGE_MEMBERS,
  async run({ engine }, { MaxResults = DEFAULT_PAGE_SIZE, NextToken }) {
    const [afterName] = NextToken === undefined ? [] : decodeToken(LISTING, ['string'], NextToken);
    const { ledgers, more } = await engine.ledgers.list(MaxResults, afterName as string | undefined);
    const last = ledgers.at(-1);
    return {
      Ledgers: ledgers.map(({ name, state, creationMillis }) => ({ Name: name, State: state, CreationDateTime: epochSeconds(creationMillis) })),
      NextToken: more && last ? encodeToken(LISTING, [last.name]) : undefined,
    };
  },
});
