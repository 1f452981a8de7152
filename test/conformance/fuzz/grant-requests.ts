import { bodyBytes, LEDGER_NAMES, type RequestParts } from './control-plane-requests';
import type { Dice } from './dice';
import { hostileJson, hostileText } from './hostile-values';

/** A caller that needs grants. */
export const GRANTED_CALLER = 'arn:aws:sts::111122223333:assumed-role/app/session';

const PRINCIPAL = 'arn:aws:iam::111122223333:role/app';
const ACTIONS = ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete', 'PartiQLHistoryFunction', 'PartiQLCreateTable', 'PartiQLCreateIndex'];
const TABLES = ['*', 'Entry', 'information_schema.user_tables'];

/** A request of the operations on grants, which QLDB does not have. */
export function grantRequest(dice: Dice): RequestParts {
  const hostility = dice.pick([0, 0, 0.1, 0.5]);
  const method = dice.pick(['PUT', 'PUT', 'DELETE', 'GET']);
  const grantId = dice.chance(hostility) ? hostileText(dice) : `grant-${dice.below(4)}`;
  const grants = `/ledgers/${dice.pick(LEDGER_NAMES)}/grants`;
  const body = {
    PrincipalArn: dice.chance(hostility) ? hostileJson(dice) : PRINCIPAL,
    Actions: dice.chance(hostility) ? hostileJson(dice) : ACTIONS.filter(() => dice.chance(0.7)),
    Tables: dice.chance(hostility) ? hostileJson(dice) : TABLES.filter(() => dice.chance(0.7)),
  };
  return {
    operation: `${method} grant`,
    method,
    rawPath: method === 'GET' ? grants : `${grants}/${encodeURIComponent(Buffer.from(grantId).toString())}`,
    rawQuery: dice.chance(hostility) ? `next_token=${encodeURIComponent(dice.bytes(dice.below(40)).toString('base64'))}` : '',
    headers: {},
    body: bodyBytes(dice, hostility, method === 'PUT' ? body : undefined),
  };
}
