import type { Action, Key, Store } from '../store';
import { encodeRecord } from './record';

/**
 * Makes counting and adding one act. Whoever adds something that counts against a quota reads the guard, counts, and writes the guard
 * together with what is added: of two at once the second fails, and counts again. What only takes away need not know of it.
 */
export interface QuotaGuard {
  readonly key: Key;
  /** 0 as long as nothing was ever added. */
  readonly ordinal: number;
}

export async function readQuotaGuard(store: Store, key: Key): Promise<QuotaGuard> {
  return { key, ordinal: (await store.get(key))?.ordinal ?? 0 };
}

/** The write to put beside what is added; it fails if someone else added something since the guard was read. */
export const quotaGuardAction = ({ key, ordinal }: QuotaGuard): Action =>
  ({ put: key, value: encodeRecord({}), ordinal: ordinal + 1, if: ordinal === 0 ? { absent: true } : { ordinal } });
