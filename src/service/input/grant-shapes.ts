import { listOf, oneOf, type StringShape } from './shape';

/** Constraints of the operations on grants, which QLDB does not have. */
export const GRANT_ID = { type: 'string', minLength: 1, maxLength: 64, pattern: /^[A-Za-z0-9-]+$/ } as const satisfies StringShape;

/**
 * Names the caller's request: when it began, in milliseconds since 1970, and what tells it from others. What is sent for one request carries one
 * token; a request changes nothing any more once one that began later has.
 */
export const GRANT_REQUEST_TOKEN = { type: 'string', maxLength: 78, pattern: /^[0-9]{13}-[A-Za-z0-9-]{1,64}$/ } as const satisfies StringShape;

/** A role or a user. Callers under a role are recognised by its name, which is unique in its account. */
export const GRANT_PRINCIPAL = {
  type: 'string', minLength: 20, maxLength: 2048, pattern: /^arn:[a-z-]+:iam::[0-9]{12}:(?:role|user)\/[!-~]+$/,
} as const satisfies StringShape;

const ACTION = oneOf(
  'PartiQLSelect', 'PartiQLHistoryFunction', 'PartiQLInsert', 'PartiQLUpdate', 'PartiQLDelete', 'PartiQLRedact',
  'PartiQLCreateTable', 'PartiQLDropTable', 'PartiQLUndropTable', 'PartiQLCreateIndex', 'PartiQLDropIndex',
);
export const GRANT_ACTIONS = listOf(ACTION, ACTION.values.length);

/** A name, `*` for all tables and the catalog, or the catalog. */
const TABLE = {
  type: 'string', minLength: 1, maxLength: 128, pattern: /^(?:\*|information_schema\.user_tables|[A-Za-z_][A-Za-z0-9_]*)$/,
} as const satisfies StringShape;
/** As many tables as a ledger can have, dropped ones included, and the catalog. */
export const GRANT_TABLES = listOf(TABLE, 41);

/** All of them are read with each transaction of a caller who needs one. */
export const GRANTS_PER_LEDGER_MAX = 500;
