import { CfnResource, Names, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

/** Names of policies have 128 characters; regions have up to 15, and the ids that are put after them up to 21. */
const READABLE_LENGTH_MAX = 90;

/**
 * The name of an inline policy that `scope` puts on a role or user; undefined where the one that follows from its logical id will do.
 *
 * Policies of one name on one role replace each other, and the deletion of one is that of both. Logical ids are unique in one stack; to who is
 * imported, or lives in another stack, several may write, from under the same path and from several regions.
 */
export function policyName(identity: IConstruct, scope: Construct, id: string): string | undefined {
  const isOfThisStack = CfnResource.isCfnResource(identity.node.defaultChild) && Stack.of(identity) === Stack.of(scope);
  return isOfThisStack ? undefined
    : `${Names.uniqueResourceName(scope, { maxLength: READABLE_LENGTH_MAX, separator: '-' })}-${Stack.of(scope).region}-${id}`;
}
