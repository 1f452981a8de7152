import { CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Which resources of a stack CloudFormation makes before which, as far as it can be seen before the stack is synthesized. */
export class ResourceGraph {
  private readonly byLogicalId = new Map<string, CfnResource>();
  private readonly edges = new Map<CfnResource, readonly CfnResource[]>();

  constructor(private readonly stack: Stack) {
    for (const resource of this.resourcesIn(stack)) {
      this.byLogicalId.set(stack.resolve(resource.logicalId) as string, resource);
    }
  }

  /** Whether a value, such as a policy statement, refers to something that waits for one of the goals. */
  reaches(value: unknown, goals: ReadonlySet<CfnResource>): boolean {
    const pending = this.referredTo(this.stack.resolve(value));
    const seen = new Set(pending);
    while (pending.length > 0) {
      const resource = pending.pop()!;
      if (goals.has(resource)) {
        return true;
      }
      for (const next of this.waitedForBy(resource)) {
        if (!seen.has(next)) {
          seen.add(next);
          pending.push(next);
        }
      }
    }
    return false;
  }

  private waitedForBy(resource: CfnResource): readonly CfnResource[] {
    const known = this.edges.get(resource);
    if (known) {
      return known;
    }
    const declared = resource.node.scopes.flatMap(scope => scope.node.dependencies).flatMap(dependency => this.resourcesIn(dependency));
    const properties = this.stack.resolve((resource as unknown as { _toCloudFormation(): object })._toCloudFormation()) as unknown;
    const edges = [...declared, ...this.referredTo(properties)];
    this.edges.set(resource, edges);
    return edges;
  }

  private resourcesIn(construct: IConstruct): CfnResource[] {
    return construct.node.findAll().filter((node): node is CfnResource => CfnResource.isCfnResource(node) && Stack.of(node) === this.stack);
  }

  /** Whatever looks like a logical id counts: an edge too many costs a policy of its own, one too few a stack that cannot be deployed. */
  private referredTo(resolved: unknown): CfnResource[] {
    const words = new Set(JSON.stringify(resolved ?? null).match(/[A-Za-z0-9]+/g));
    return [...words].flatMap(word => this.byLogicalId.get(word) ?? []);
  }
}
