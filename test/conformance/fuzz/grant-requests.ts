import { bodyBytes, LEDGER_NAMES, type RequestParts } from './control-plane-requests';
import type { Dice } from './dice';
import { hostileJson, hostileText } from './hostile-values';

/** A caller that needs grants. */
export const GRANTED_CALLER = 'arn:aws:sts::111122223333:assumed-role/app/session';

const PRINCIPAL = 'arn:aws:iam::111122223333:role/app';
const ACTIONS = ['PartiQLSelect', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete', 'PartiQLHistoryFunction', 'PartiQLCreateTable', 'PartiQLCreateIndex'];
const TABLES = ['*', 'Entry', 'information_schema.user_tables'];

/** Nobody's: the callers of the fuzz keep what they may do on the control plane. */
const HELD_PRINCIPAL = 'arn:aws:iam::111122223333:role/held';
const CONTROL_ACTIONS = ['GetDigest', 'GetBlock', 'DescribeLedger', '*'];

/** A request of the operations on grants, which QLDB does not have. */
export function grantRequest(dice: Dice): RequestParts {
  const hostility = dice.pick([0, 0, 0.1, 0.5]);
  return dice.chance(0.5) ? ledgerGrantRequest(dice, hostility) : controlGrantRequest(dice, hostility);
}

function controlGrantRequest(dice: Dice, hostility: number): RequestParts {
  const body = {
    PrincipalArn: dice.chance(hostility) ? hostileJson(dice) : HELD_PRINCIPAL,
    LedgerName: dice.chance(hostility) ? hostileJson(dice) : dice.pick([...LEDGER_NAMES, '*']),
    Actions: dice.chance(hostility) ? hostileJson(dice) : CONTROL_ACTIONS.filter(() => dice.chance(0.4)),
  };
  return request(dice, hostility, '/grants', body);
}

function ledgerGrantRequest(dice: Dice, hostility: number): RequestParts {
  const body = {
    PrincipalArn: dice.chance(hostility) ? hostileJson(dice) : PRINCIPAL,
    Actions: dice.chance(hostility) ? hostileJson(dice) : ACTIONS.filter(() => dice.chance(0.7)),
    Tables: dice.chance(hostility) ? hostileJson(dice) : TABLES.filter(() => dice.chance(0.7)),
  };
  return request(dice, hostility, `/ledgers/${dice.pick(LEDGER_NAMES)}/grants`, body);
}

function request(dice: Dice, hostility: number, grants: string, body: object): RequestParts {
  const method = dice.pick(['PUT', 'PUT', 'DELETE', 'GET']);
  const grantId = dice.chance(hostility) ? hostileText(dice) : `grant-${dice.below(4)}`;
  return {
    operation: `${method} ${grants === '/grants' ? 'control ' : ''}grant`,
    method,
    rawPath: method === 'GET' ? grants : `${grants}/${encodeURIComponent(Buffer.from(grantId).toString())}`,
    rawQuery: dice.chance(hostility) ? `next_token=${encodeURIComponent(dice.bytes(dice.below(40)).toString('base64'))}` : '',
    headers: {},
    body: bodyBytes(dice, hostility, method === 'PUT' ? body : undefined),
  };
}
