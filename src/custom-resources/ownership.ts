import { type LifecycleEvent } from './lifecycle';

/**
 * Tags by which a custom resource knows what it has made. Handlers keep no state, may be called twice for one request and may be asked to
 * delete what was never theirs; these tags, put on by the creating call itself, are how they tell.
 */
const STACK_ID = 'cdk-ledger:stack-id';
const LOGICAL_ID = 'cdk-ledger:logical-id';
/** The request that is still making the resource; taken off when the resource was first complete. */
export const CREATING = 'cdk-ledger:creating';

export type Tags = Readonly<Record<string, string>>;

export type Owner =
  | { readonly kind: 'this' }
  /** A deleted stack of the same name and account: stack names are unique among those that live. */
  | { readonly kind: 'predecessor' }
  | { readonly kind: 'other'; readonly description: string }
  | { readonly kind: 'unknown' };

export function ownerTags(event: LifecycleEvent): Tags {
  return { [STACK_ID]: event.StackId, [LOGICAL_ID]: event.LogicalResourceId };
}

export function ownerOf(tags: Tags, event: LifecycleEvent): Owner {
  const stackId = tags[STACK_ID];
  const logicalId = tags[LOGICAL_ID];
  if (stackId === undefined || logicalId === undefined) {
    return { kind: 'unknown' };
  }
  if (logicalId === event.LogicalResourceId) {
    if (stackId === event.StackId) {
      return { kind: 'this' };
    }
    if (withoutUniqueId(stackId) === withoutUniqueId(event.StackId)) {
      return { kind: 'predecessor' };
    }
  }
  return { kind: 'other', description: `resource ${logicalId} of stack ${stackId}` };
}

/** `arn:aws:cloudformation:region:account:stack/name/unique-id` without its last part. */
function withoutUniqueId(stackId: string): string {
  return stackId.slice(0, stackId.lastIndexOf('/'));
}
