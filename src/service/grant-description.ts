import type { LedgerGrant } from '../engine';

/** A grant as the API shows it. */
export const grantDescription = ({ grantId, principalArn, actions, tables }: LedgerGrant) =>
  ({ GrantId: grantId, PrincipalArn: principalArn, Actions: actions, Tables: tables });
