import { CustomResource, Lazy, Stack, Token, TokenComparison, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedgerService } from './any-ledger-service';
import { isOfAnotherAccount } from './journal-roles';
import { fingerprintOf, grantIdOf, grantInService, namedPrincipal } from './ledger-grant-resource';
import { LEDGER_GRANT_LIFECYCLE, lifecycleResource } from './lifecycle-provider';
import { policyName } from './policy-name';

/** Which ledger of a service a grant on the control plane is about. */
export interface ControlPlaneSubject {
  /** Tells subjects apart in ids of constructs, which are in users' templates: a path in the construct tree. */
  readonly path: string;
  /** A name, or `*`. */
  readonly ledgerName: string;
}

/** Every ledger, and what is about none. */
const EVERYTHING = '*';

const ACTIONS = new WeakMap<CustomResource, Set<string>>();

/**
 * What the service is told about a principal that may call its control plane: one resource for each ledger, whose actions grow with each grant. It lives
 * beside the principal, as its IAM policy does.
 */
function controlPlaneGrant(
  service: ILedgerService, grantee: iam.IGrantable, subject: ControlPlaneSubject, actions: readonly string[],
): CustomResource {
  const { construct: scope, arn } = namedPrincipal(grantee)!;
  const fingerprint = fingerprintOf([subject.path, subject.ledgerName === EVERYTHING]);
  const id = `ControlPlaneGrant${fingerprint}`;
  const found = scope.node.tryFindChild(id) as CustomResource | undefined;
  const granted = found ? ACTIONS.get(found)! : new Set<string>();
  actions.forEach(action => granted.add(action));
  if (found) {
    return found;
  }
  const resource = lifecycleResource(scope, id, LEDGER_GRANT_LIFECYCLE, service, {
    LedgerName: subject.ledgerName,
    GrantId: grantIdOf(scope, fingerprint),
    PrincipalArn: arn,
    // Who may do everything needs nothing else, and the service takes nothing beside it.
    Actions: Lazy.list({ produce: () => granted.has(EVERYTHING) ? [EVERYTHING] : [...granted].sort() }),
  });
  ACTIONS.set(resource, granted);
  return resource;
}

/** Tells the service that a principal administers it, whatever else it was told. */
export const administratorGrant = (service: ILedgerService, grantee: iam.IGrantable): CustomResource =>
  controlPlaneGrant(service, grantee, everyLedgerOf(service), [EVERYTHING]);

/** What is about no single ledger. */
export const everyLedgerOf = (service: ILedgerService): ControlPlaneSubject => ({ path: service.node.path, ledgerName: EVERYTHING });

/** Lets a principal call operations of the control plane of a service that checks grants: IAM does once the service was told that it may call no others. */
export function heldGrant(
  service: ILedgerService, grantee: iam.IGrantable, subject: ControlPlaneSubject, actions: readonly string[], resourceArns: string[],
): iam.Grant {
  const inService = controlPlaneGrant(service, grantee, subject, actions);
  return service.grants._reach(heldBy(inService, grantee), doorstepOf(service, inService, grantee))
    .combine(grantInService(grantee, service, inService, { actions: qldbActions(actions), resourceArns }));
}

/** Actions as IAM names them. */
export const qldbActions = (actions: readonly string[]): string[] => [...new Set(actions)].sort().map(action => `qldb:${action}`);

/**
 * The same grantee, but what it is given from now on is in a policy of its own that is there only while `inService` is. Else there would be a time when
 * IAM lets the grantee in and the service does not know yet that it is to be held to less than everything.
 */
function heldBy(inService: CustomResource, grantee: iam.IGrantable): iam.IGrantable {
  const { construct: identity } = namedPrincipal(grantee)!;
  const { grantPrincipal } = grantee;
  const policy = accessPolicy(identity);
  policy.node.addDependency(inService);
  const principal: iam.IPrincipal & { toString(): string } = {
    get grantPrincipal() { return principal; },
    assumeRoleAction: grantPrincipal.assumeRoleAction,
    policyFragment: grantPrincipal.policyFragment,
    principalAccount: grantPrincipal.principalAccount,
    addToPrincipalPolicy(statement) {
      policy.addStatements(statement);
      return { statementAdded: true, policyDependable: policy };
    },
    // Functions know by it to whom they gave a permission already: not to the grantee as such, whose other policies do not wait.
    toString: () => `${grantPrincipal.toString()}/${ACCESS_POLICY_ID}`,
  };
  return { grantPrincipal: principal };
}

/**
 * Where the permission goes by which a function lets in a grantee of another account; undefined if it takes none, or none that this stack could create.
 * Among the function's own it would be there before `inService`, which waits for the whole service, and IAM may let the grantee in already.
 */
function doorstepOf(service: ILedgerService, inService: CustomResource, grantee: iam.IGrantable): Construct | undefined {
  const { construct: identity } = namedPrincipal(grantee)!;
  const { account } = service.env;
  if (isSameAccount(account, grantee.grantPrincipal.principalAccount) || isOfAnotherAccount(account, Stack.of(identity).account)) {
    return undefined;
  }
  const id = `ControlPlaneDoor${fingerprintOf([service.node.path])}`;
  const doorstep = identity.node.tryFindChild(id) as Construct | undefined ?? new Construct(identity, id);
  doorstep.node.addDependency(inService);
  return doorstep;
}

/** As the CDK sees it, which lets those of one account in by their own policies alone. */
const isSameAccount = (account: string, other: string | undefined): boolean =>
  other === undefined || [TokenComparison.SAME, TokenComparison.BOTH_UNRESOLVED].includes(Token.compareStrings(account, other));

/** In users' templates: never changes. */
const ACCESS_POLICY_ID = 'ControlPlaneAccess';

function accessPolicy(identity: Construct & iam.IIdentity): iam.Policy {
  const found = identity.node.tryFindChild(ACCESS_POLICY_ID) as iam.Policy | undefined;
  const policy = found ?? new iam.Policy(identity, ACCESS_POLICY_ID, { policyName: policyName(identity, identity, ACCESS_POLICY_ID) });
  if (!found) {
    // Whose policies are managed elsewhere, or in another account, takes none, and then there is none in the template.
    identity.attachInlinePolicy(policy);
  }
  return policy;
}
