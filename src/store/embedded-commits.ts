import type { Database } from 'lmdb';
import { holds } from './condition';
import { decodeOrdinal, encodeKey, encodeValue } from './embedded-item';
import { keyOf } from './limits';
import { Action, ConditionFailed } from './store';

type Binary = Database<Buffer, Buffer>;

interface Write { readonly key: Buffer; readonly action: Action; readonly value?: Buffer }

interface Transact {
  readonly writes: readonly Write[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits to LMDB, one at a time, each of all transacts that came while the one before was under way. The directory has one owner and this is
 * its only writer, so nothing changes between the look at a condition and the commit: LMDB's thread gets plain writes, and never waits for ours.
 */
export class EmbeddedCommits {
  private waiting: Transact[] = [];
  private running?: Promise<void>;

  constructor(private readonly root: Binary, private readonly directory: string) {}

  /**
   * Durable when it resolves. Transacts take effect in the order of the calls.
   * @throws ConditionFailed
   */
  async transact(actions: readonly Action[]): Promise<void> {
    const writes = actions.map(action => ({
      key: encodeKey(keyOf(action)),
      action,
      value: 'put' in action ? encodeValue(action.value, action.ordinal ?? 0, action.expiresAtSeconds ?? 0) : undefined,
    }));
    return new Promise((resolve, reject) => {
      this.waiting.push({ writes, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** When all that was called is done. */
  async settled(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const transacts = this.waiting;
      this.waiting = [];
      try {
        await this.commit(transacts);
      } catch (error) {
        const failure = new Error(
          `The store in ${this.directory} could not commit: ${await commitReason(error)}. Check the disk's free space and health.`, { cause: error },
        );
        for (const { reject } of transacts) reject(failure);
      }
    }
    this.running = undefined;
  }

  private async commit(transacts: readonly Transact[]): Promise<void> {
    const seen = new PendingOrdinals(this.root, transacts.length > 1);
    const refusedAt = transacts.map(({ writes }) => {
      const refused = writes.findIndex(({ key, action }) => action.if !== undefined && !holds(action.if, seen.ordinalOf(key)));
      if (refused < 0) seen.add(writes);
      return refused;
    });
    // What is written in a batch goes into one LMDB transaction, which happens whole or not at all.
    const changes = transacts.flatMap(({ writes }, index) => refusedAt[index] >= 0 ? [] : writes.filter(({ action }) => !('check' in action)));
    if (changes.length > 0) {
      await this.root.batch(() => changes.forEach(({ key, value }) => {
        void (value === undefined ? this.root.remove(key) : this.root.put(key, value));
      }));
    }
    transacts.forEach(({ writes, resolve, reject }, index) => {
      const refused = refusedAt[index];
      // Reported only now: what the condition was compared with is on disk as well.
      if (refused >= 0) reject(new ConditionFailed(refused, keyOf(writes[refused].action)));
      else resolve();
    });
  }
}

/** Ordinals as they are once the transacts before have happened. */
class PendingOrdinals {
  private readonly changed = new Map<string, number | undefined>();

  constructor(private readonly root: Binary, private readonly isShared: boolean) {}

  /** Undefined where there is no item. */
  ordinalOf(key: Buffer): number | undefined {
    const name = this.changed.size > 0 ? key.toString('latin1') : undefined;
    if (name !== undefined && this.changed.has(name)) return this.changed.get(name);
    const bytes = this.root.getBinaryFast(key);
    return bytes && decodeOrdinal(bytes);
  }

  add(writes: readonly Write[]): void {
    if (!this.isShared) return;
    for (const { key, action } of writes) {
      if (!('check' in action)) this.changed.set(key.toString('latin1'), 'put' in action ? action.ordinal ?? 0 : undefined);
    }
  }
}

/** lmdb rejects with a general error that carries a promise of the particular one. */
async function commitReason(error: unknown): Promise<string> {
  try {
    await (error as { commitError?: Promise<never> }).commitError;
    return (error as Error).message;
  } catch (reason) {
    return (reason as Error).message;
  }
}
