import { createHash } from 'crypto';
import { CustomResource, Names, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedger } from './ledger';
import { ILedgerService } from './ledger-service';
import { LEDGER_GRANT_LIFECYCLE, lifecycleResource } from './lifecycle-provider';
import { ALL_TABLES, PartiqlAction } from './table-grant-options';

/** A role or user: what a caller of the service can be recognised by. */
export interface NamedPrincipal {
  readonly construct: Construct & iam.IIdentity;
  readonly arn: string;
}

/** What is wrong with a grantee whose statements the service is to check, or undefined. */
export function granteeProblem(grantee: iam.IGrantable): string | undefined {
  const { grantPrincipal: principal } = grantee;
  const name = Construct.isConstruct(principal) ? `'${principal.node.path}'` : principal.constructor.name;
  return namedPrincipal(grantee) ? undefined
    : `the grantee, ${name}, is neither a role nor a user, and the service recognises callers by no other: grant to an iam.Role or iam.User `
      + '(import one with iam.Role.fromRoleArn), or to a resource that runs under one';
}

/**
 * The service's side of a grant: what `actions` of the grantee's statements may touch. It lives beside the grantee, as its IAM policy does, so that
 * a ledger depends on none of its callers; granting the same again adds nothing.
 */
export function ledgerGrantResource(
  ledger: ILedger, service: ILedgerService, grantee: iam.IGrantable, actions: readonly PartiqlAction[], tables: readonly string[] = [ALL_TABLES],
): CustomResource {
  const { construct: scope, arn } = namedPrincipal(grantee)!;
  const wish = Stack.of(scope).resolve({ Actions: [...new Set(actions)].sort(), Tables: [...new Set(tables)].sort() });
  const fingerprint = fingerprintOf([ledger.node.path, wish]);
  const id = `LedgerGrant${fingerprint}`;
  return scope.node.tryFindChild(id) as CustomResource | undefined ?? lifecycleResource(scope, id, LEDGER_GRANT_LIFECYCLE, service, {
    LedgerName: ledger.ledgerName,
    GrantId: grantIdOf(scope, fingerprint),
    PrincipalArn: arn,
    ...wish,
  });
}

/** What tells the grants of one principal apart. */
export const fingerprintOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8).toUpperCase();

/** How the id of a grant begins in the service. */
export const grantIdOf = (scope: Construct, fingerprint: string): string =>
  `${Names.uniqueResourceName(scope, { maxLength: READABLE_ID_LENGTH_MAX, separator: '-' })}-${fingerprint}`;

/** Ids of grants have 64 characters, of which the handler uses 17 and the fingerprint 9. */
const READABLE_ID_LENGTH_MAX = 38;

/** The grantee's role or user, or undefined. */
export function namedPrincipal({ grantPrincipal }: iam.IGrantable): NamedPrincipal | undefined {
  const { roleArn, userArn } = grantPrincipal as Partial<iam.IRole & iam.IUser>;
  const arn = roleArn ?? userArn;
  return arn !== undefined && Construct.isConstruct(grantPrincipal) ? { construct: grantPrincipal as Construct & iam.IIdentity, arn } : undefined;
}

/** The service's side of a grant as one in CDK: to IAM's it is what the policy of a resource is to the policy of a principal. */
export function grantInService(
  grantee: iam.IGrantable, service: ILedgerService, inService: CustomResource, wish: { readonly actions: string[]; readonly resourceArns: string[] },
): iam.Grant {
  return iam.Grant.addStatementToResourcePolicy({
    ...wish,
    grantee,
    resource: { env: service.env, addToResourcePolicy: () => ({ statementAdded: true, policyDependable: inService }) },
    statement: new iam.PolicyStatement({ actions: wish.actions, resources: wish.resourceArns, principals: [grantee.grantPrincipal] }),
  });
}
