import type { Action, Key, Store } from '../../src/store';

/** What a test does around the calls of a store. A hook that throws makes the call fail; one that waits holds it up. */
export interface StoreHooks {
  get?(key: Key): Promise<void>;
  got?(key: Key): Promise<void>;
  beforeTransact?(actions: readonly Action[]): Promise<void>;
  afterTransact?(actions: readonly Action[]): Promise<void>;
}

export const watchedStore = (store: Store, hooks: StoreHooks): Store => ({
  ...store,
  async get(key) {
    await hooks.get?.(key);
    const item = await store.get(key);
    await hooks.got?.(key);
    return item;
  },
  async transact(actions) {
    await hooks.beforeTransact?.(actions);
    await store.transact(actions);
    await hooks.afterTransact?.(actions);
  },
});

/** A gate that calls wait at until the test opens it; `reached` settles when the first one waits. */
export function gate(): { readonly reached: Promise<void>; pass(): Promise<void>; open(): void } {
  let open!: () => void;
  let arrive!: () => void;
  const opened = new Promise<void>(resolve => open = resolve);
  const reached = new Promise<void>(resolve => arrive = resolve);
  return {
    reached,
    open,
    pass: () => {
      arrive();
      return opened;
    },
  };
}

export const putsTo = (actions: readonly Action[], part: string): boolean =>
  actions.some(action => 'put' in action && `${action.put.partition} ${action.put.sort}`.includes(part));
