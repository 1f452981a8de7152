import type { ControlGrant } from '../engine';

/** A grant on the control plane as the API shows it. */
export const controlGrantDescription = ({ grantId, principalArn, ledgerName, actions }: ControlGrant) =>
  ({ GrantId: grantId, PrincipalArn: principalArn, LedgerName: ledgerName, Actions: actions });
