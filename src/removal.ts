import { RemovalPolicy } from 'aws-cdk-lib';

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
