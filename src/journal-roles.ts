import { Annotations, Stack, Token, TokenComparison, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { policyName } from './policy-name';

/** Who assumes the roles of exports and streams of one ledger: the functions of its service, in the name of the ledger. */
export function journalPrincipalOf(executionRoles: readonly iam.IRole[], ledgerArn: string): iam.IPrincipal {
  return new iam.CompositePrincipal(...executionRoles.map(role => new iam.ArnPrincipal(role.roleArn)))
    .withConditions({ StringEquals: { 'sts:ExternalId': ledgerArn } });
}

/** Lets the functions of a service of `account` assume a role that trusts them. */
export function allowAssumeRoleBy(executionRoles: readonly iam.IRole[], account: string, scope: Construct, role: iam.IRoleRef): void {
  if (!isOfAnotherAccount(role.env.account, account)) {
    return; // The role's trust policy names the functions' roles, which within one account is all that IAM asks for.
  }
  const { roleArn } = role.roleRef;
  if (isOfAnotherAccount(account, Stack.of(scope).account)) {
    Annotations.of(scope).addWarningV2('cdk-ledger:assumeRoleOfAnotherAccount',
      `the service in account ${account} cannot assume ${roleArn} by that role's trust alone: call allowAssumeRole of the service in the stack `
      + 'that deploys it');
    return;
  }
  // The first one keeps the id that it had before there could be others.
  const id = scope.node.tryFindChild('ServiceAccess') ? `ServiceAccess${role.node.addr.slice(-8).toUpperCase()}` : 'ServiceAccess';
  new iam.Policy(scope, id, {
    policyName: policyName(executionRoles[0], scope, id),
    roles: [...executionRoles],
    statements: [new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleArn] })],
  });
}

/** Whether both accounts are known and differ. */
export const isOfAnotherAccount = (account: string, own: string): boolean => Token.compareStrings(account, own) === TokenComparison.DIFFERENT;
