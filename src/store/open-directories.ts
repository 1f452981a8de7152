/** Shared with other copies of this module that the process has loaded. */
const REGISTERED = Symbol.for('cdk-ledger.embedded-store.open-directories');

/** Real paths of the directories that this thread has open: what is recorded on disk cannot tell two stores of one thread apart. */
export function openDirectories(): Set<string> {
  const registry = globalThis as { [REGISTERED]?: Set<string> };
  return registry[REGISTERED] ??= new Set();
}
