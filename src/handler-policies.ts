import { createHash } from 'crypto';
import { Annotations, AspectPriority, Aspects, CfnResource, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct, Dependable, DependencyGroup, IConstruct, IDependable } from 'constructs';
import { ResourceGraph } from './resource-graph';

/** What the handlers of a custom resource may do for one construct. */
export interface HandlerAccess {
  /** What the handlers need until the resource is deleted. */
  readonly lasting?: readonly iam.PolicyStatement[];
  /** What they need to create and to update it. */
  readonly starting?: readonly iam.PolicyStatement[];
}

interface Member {
  readonly scope: Construct;
  readonly resource: IConstruct;
  readonly access: Required<HandlerAccess>;
  /** The policies that the resource waits for. */
  policies: Construct[];
}

/** IAM allows the inline policies of a role 10,240 characters together. What is left is for those that do not grow with the constructs. */
const INLINE_LENGTH_MAX = 7_500;
/** IAM allows a managed policy 6,144 characters. */
const MANAGED_LENGTH_MAX = 5_800;
/** IAM attaches so many to a role, unless the account's quota was raised. */
const MANAGED_POLICIES_MAX = 10;
/** In users' templates: never changes. */
const ACCESS_ID = 'HandlerAccess';

/**
 * The policies of the one role that all handlers of a kind run under in a stack.
 *
 * Each construct has one of its own, inline, as long as IAM has room for them: it is there before its resource, and until that is gone. Beyond that, what
 * constructs need at their start is put together in managed policies, except for those whose statements refer to what waits for another
 * resource of the kind: their policy would have to be there both before and after that one. What is needed until the end is one inline policy for each
 * different content, which goes when the last resource that needs it has gone.
 */
export class HandlerPolicies {
  private readonly members: Member[] = [];

  constructor(private readonly provider: Construct, private readonly role: iam.Role) {
    // Only now is known how many there are, and what waits for what.
    Aspects.of(provider).add({ visit: node => node === provider ? this.arrange() : undefined }, { priority: AspectPriority.MUTATING });
  }

  /** Allows the handlers what a construct needs, and lets its resource wait for that. */
  allow(scope: Construct, resource: IConstruct, { lasting = [], starting = [] }: HandlerAccess): void {
    const policy = new iam.Policy(scope, ACCESS_ID, { roles: [this.role], statements: [...lasting, ...starting].map(copied) });
    const member: Member = { scope, resource, access: { lasting, starting }, policies: [policy] };
    this.members.push(member);
    const policies: IDependable = {};
    Dependable.implement(policies, { get dependencyRoots() { return member.policies; } });
    resource.node.addDependency(policies);
  }

  private arrange(): void {
    const members = this.members.splice(0);
    const stack = Stack.of(this.provider);
    if (sum(members.map(({ access }) => this.lengthOfDocument([...access.lasting, ...access.starting]))) <= INLINE_LENGTH_MAX) {
      return;
    }
    const graph = new ResourceGraph(stack);
    const resources = new Set(members.flatMap(({ resource }) => resource.node.findAll()).filter(node => CfnResource.isCfnResource(node)));
    // Beside the provider, because everything that the provider makes waits for all within it.
    const shared = new Construct(stack, `${this.provider.node.id}Policies`);
    const managed = new ManagedPolicies(shared, this.role);
    let inlineLength = 0;
    for (const member of members) {
      const { lasting, starting } = member.access;
      if (!graph.reaches([...lasting, ...starting].map(statement => statement.toJSON()), resources)) {
        member.scope.node.tryRemoveChild(ACCESS_ID);
        member.policies = [
          ...lasting.length > 0 ? [this.lastingPolicy(shared, lasting)] : [],
          ...new Set(starting.map(statement => managed.add(statement))),
        ];
      } else {
        inlineLength += this.lengthOfDocument([...lasting, ...starting]);
      }
    }
    if (inlineLength > INLINE_LENGTH_MAX || managed.count > MANAGED_POLICIES_MAX) {
      Annotations.of(this.provider).addWarningV2('cdk-ledger:handlerPolicies',
        `the role of these handlers gets about ${inlineLength} characters of inline policies and ${managed.count} managed policies, and IAM may refuse more than 10240 `
        + `characters or ${MANAGED_POLICIES_MAX} policies: spread the constructs over several stacks, or let fewer of them wait for one another`);
    }
  }

  private lengthOfDocument(statements: readonly iam.PolicyStatement[]): number {
    return DOCUMENT_LENGTH + sum(statements.map(statement => lengthOf(Stack.of(this.provider).resolve(statement.toJSON()))));
  }

  private lastingPolicy(shared: Construct, statements: readonly iam.PolicyStatement[]): iam.Policy {
    const content = JSON.stringify(Stack.of(shared).resolve(statements.map(statement => statement.toJSON())));
    const id = `${ACCESS_ID}${createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase()}`;
    return shared.node.tryFindChild(id) as iam.Policy | undefined
      ?? new iam.Policy(shared, id, { roles: [this.role], statements: statements.map(copied) });
  }
}

/** Managed policies of one role, each filled up to what IAM allows. Statements that differ in their resources alone become one. */
class ManagedPolicies {
  count = 0;
  private policy?: iam.ManagedPolicy;
  private length = 0;
  private readonly parts = new Set<string>();

  constructor(private readonly scope: Construct, private readonly role: iam.Role) {}

  /** @returns the policy that has the statement */
  add(statement: iam.PolicyStatement): iam.ManagedPolicy {
    const { Resource, ...rest } = Stack.of(this.scope).resolve(statement.toJSON()) as Record<string, unknown>;
    const parts = [JSON.stringify(rest), ...listed(Resource).map(resource => JSON.stringify([rest, resource]))];
    const lengths = [lengthOf({ Resource: [], ...rest }), ...listed(Resource).map(lengthOf)];
    const added = (): number => sum(lengths.filter((_, index) => !this.parts.has(parts[index])).map(length => length + 1));
    if (!this.policy || this.length + added() > MANAGED_LENGTH_MAX) {
      this.count++;
      this.parts.clear();
      this.length = DOCUMENT_LENGTH;
      this.policy = new iam.ManagedPolicy(this.scope, `${ACCESS_ID}${this.count}`, {
        roles: [this.role],
        document: new iam.PolicyDocument({ minimize: true }),
      });
    }
    this.length += added();
    parts.forEach(part => this.parts.add(part));
    this.policy.addStatements(copied(statement));
    return this.policy;
  }
}

/** The same grantee, but what it is given is collected instead: for grants that know best which statements they consist of. */
export function collecting(grantee: iam.IGrantable, statements: iam.PolicyStatement[]): iam.IGrantable {
  const { grantPrincipal } = grantee;
  const principal: iam.IPrincipal = {
    get grantPrincipal() { return principal; },
    assumeRoleAction: grantPrincipal.assumeRoleAction,
    policyFragment: grantPrincipal.policyFragment,
    principalAccount: grantPrincipal.principalAccount,
    addToPrincipalPolicy(statement) {
      statements.push(statement);
      return { statementAdded: true, policyDependable: new DependencyGroup() };
    },
  };
  return { grantPrincipal: principal };
}

/** Documents may change the statements that they are given. */
const copied = (statement: iam.PolicyStatement): iam.PolicyStatement => statement.copy();

const listed = (value: unknown): unknown[] => Array.isArray(value) ? value : [value];
const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);

const DOCUMENT_LENGTH = '{"Version":"2012-10-17","Statement":[]}'.length;
/** An ARN of a role, which is the longest of those that the statements name. */
const ARN_LENGTH = 'arn:aws-us-gov:iam::123456789012:role/'.length + 64;
/** What is known at deployment only: names, identifiers and keys of objects. */
const VALUE_LENGTH = 256;
const PSEUDO_PARAMETERS: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12, 'AWS::Partition': 'aws-us-gov'.length, 'AWS::Region': 'ap-southeast-99'.length, 'AWS::URLSuffix': 'amazonaws.com.cn'.length,
};

/** How many characters a value of a template has in a policy, at most. */
function lengthOf(value: unknown): number {
  if (Array.isArray(value)) {
    return 2 + sum(value.map(item => lengthOf(item) + 1));
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value ?? null).length;
  }
  const [[name, content] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !(name === 'Ref' || name.startsWith('Fn::'))) {
    return 2 + sum(Object.entries(value).map(([key, member]) => key.length + 4 + lengthOf(member)));
  }
  if (name === 'Fn::Join') {
    const [separator, items] = content as [string, unknown[]];
    return sum(listed(items).map(item => lengthOf(item) + separator.length));
  }
  if (name === 'Fn::GetAtt') {
    return listed(content)[1] === 'Arn' ? ARN_LENGTH + 2 : VALUE_LENGTH;
  }
  return name === 'Ref' ? PSEUDO_PARAMETERS[content as string] ?? VALUE_LENGTH : VALUE_LENGTH;
}
