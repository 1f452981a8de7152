import { ConditionFailed, holds, keyIdentity, keyOf, type Action, type Store } from '../store';

/**
 * Writes `actions` beside `guards`. A condition of an action that fails says that the write was done before, or overtaken: the rest still
 * has to happen.
 *
 * @throws ConditionFailed as soon as a guard does not hold
 */
export async function transactGuarded(store: Store, guards: readonly Action[], actions: readonly Action[]): Promise<void> {
  for (let remaining = actions; ;) {
    try {
      await store.transact([...guards, ...remaining]);
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailed) || error.actionIndex < guards.length) throw error;
      // The store names one failed condition; whoever was faster has usually done all of it.
      const due = await stillDue(store, remaining);
      remaining = due.length < remaining.length ? due : due.filter((_, index) => index !== error.actionIndex - guards.length);
    }
  }
}

async function stillDue(store: Store, actions: readonly Action[]): Promise<readonly Action[]> {
  const items = await store.getMany(actions.map(keyOf));
  const ordinals = new Map(items.map(({ key, ordinal }) => [keyIdentity(key), ordinal]));
  return actions.filter(action => holds(action.if, ordinals.get(keyIdentity(keyOf(action)))));
}
