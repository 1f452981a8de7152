import { type IsCompleteEvent, type IsCompleteResult, type LifecycleEvent, type OnEventResult } from './lifecycle';

/** A lifecycle whose progress only itself understands. */
interface AnyLifecycle {
  onEvent(event: LifecycleEvent): Promise<OnEventResult<unknown>>;
  isComplete(event: never): Promise<IsCompleteResult>;
}

/** What CloudFormation sends, too. */
export interface Typed {
  readonly ResourceType: string;
}

/** Handlers for several kinds of resources, told apart by their type. */
export function lifecyclesByType(lifecycles: Readonly<Record<string, AnyLifecycle>>) {
  function lifecycleOf({ ResourceType: type }: Typed): AnyLifecycle {
    if (!Object.hasOwn(lifecycles, type)) {
      throw new Error(`${type} is no resource that this function handles: it handles ${Object.keys(lifecycles).join(', ')}. `
        + 'Deploy the stack with the release of the library that knows the resource.');
    }
    return lifecycles[type];
  }

  return {
    onEvent: async (event: LifecycleEvent & Typed) => lifecycleOf(event).onEvent(event),
    // The framework hands back what the same lifecycle answered to the same request.
    isComplete: async (event: IsCompleteEvent<unknown> & Typed) => lifecycleOf(event).isComplete(event as never),
  };
}
