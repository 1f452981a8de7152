import { createHash } from 'crypto';
import { CustomResource, Duration, Names, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedger } from './ledger';
import { ILedgerService } from './ledger-service';
import { Lifecycle, lifecycleResource } from './lifecycle-provider';
import { ALL_TABLES, PartiqlAction } from './table-grant-options';

export const LEDGER_GRANT_LIFECYCLE: Lifecycle = {
  resourceType: 'Custom::QldbLedgerGrant',
  providerId: 'QldbLedgerGrantProvider',
  bundle: 'custom-resources/ledger-grant',
  totalTimeout: Duration.minutes(15),
};

/** A role or user: what a caller of the service can be recognised by. */
interface NamedPrincipal {
  readonly construct: Construct;
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
  const fingerprint = createHash('sha256').update(JSON.stringify([ledger.node.path, wish])).digest('hex').slice(0, 8).toUpperCase();
  const id = `LedgerGrant${fingerprint}`;
  return scope.node.tryFindChild(id) as CustomResource | undefined ?? lifecycleResource(scope, id, LEDGER_GRANT_LIFECYCLE, service, {
    LedgerName: ledger.ledgerName,
    GrantId: `${Names.uniqueResourceName(scope, { maxLength: READABLE_ID_LENGTH_MAX, separator: '-' })}-${fingerprint}`,
    PrincipalArn: arn,
    ...wish,
  });
}

/** Ids of grants have 64 characters, of which the handler uses 17 and the fingerprint 9. */
const READABLE_ID_LENGTH_MAX = 38;

function namedPrincipal({ grantPrincipal }: iam.IGrantable): NamedPrincipal | undefined {
  const { roleArn, userArn } = grantPrincipal as Partial<iam.IRole & iam.IUser>;
  const arn = roleArn ?? userArn;
  return arn !== undefined && Construct.isConstruct(grantPrincipal) ? { construct: grantPrincipal as Construct, arn } : undefined;
}
