import { CfnDeletionPolicy, CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Deletion protection and a policy that deletes contradict each other: the deletion could only fail, halfway through. */
export function removalProblem(removalPolicy: RemovalPolicy, deletionProtection: boolean): string | undefined {
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    return "removalPolicy 'snapshot' is not supported: use RemovalPolicy.RETAIN, or RemovalPolicy.DESTROY to delete the data";
  }
  return removalPolicy === RemovalPolicy.DESTROY && deletionProtection
    ? "removalPolicy 'destroy' contradicts deletion protection, which is on by default: "
      + 'set deletionProtection: false and deploy that before you destroy, or use RemovalPolicy.RETAIN'
    : undefined;
}

/** Whether CloudFormation will delete the resource; to be asked late, because the policy may change until synthesis. */
export function isDeleted(resource: CfnResource): boolean {
  return resource.cfnOptions.deletionPolicy === CfnDeletionPolicy.DELETE;
}

/** What the handler of a ledger is told of a policy that may change until synthesis. */
export function removalOf({ cfnOptions: { deletionPolicy } }: CfnResource): string {
  switch (deletionPolicy) {
    case CfnDeletionPolicy.DELETE: return 'Destroy';
    case CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE: return 'RetainExceptOnCreate';
    default: return 'Retain';
  }
}

/** Reports the contradiction at synthesis if it arises after construction, for example through `RemovalPolicies.of(app)`. */
export function watchRemoval(construct: Construct, resource: CfnResource, deletionProtection: boolean): void {
  construct.node.addValidation({
    validate: () => {
      const problem = isDeleted(resource) ? removalProblem(RemovalPolicy.DESTROY, deletionProtection) : undefined;
      return problem ? [problem] : [];
    },
  });
}
