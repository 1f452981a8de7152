import { parentPort } from 'node:worker_threads';
import { Unreadable, type ExportedJournalObject, type InspectionRules } from '../journal';
import { inspectedParts, type InspectedPart } from './object-inspector';

/** What a worker is told. */
export type InspectionOrder =
  | { readonly kind: 'object'; readonly object: ExportedJournalObject; readonly rules: InspectionRules }
  | { readonly kind: 'chunk'; readonly chunk: Uint8Array }
  | { readonly kind: 'end' }
  /** The object cannot be read any further. */
  | { readonly kind: 'unreadable'; readonly message: string };

/** What it tells: what it has found since it last said something, and whether it takes another chunk or is done with the object. */
export interface InspectionReport {
  readonly parts: readonly InspectedPart[];
  readonly state: 'hungry' | 'done';
}

const port = parentPort!;
let unread: InspectionOrder[] = [];
let awaited: (() => void) | undefined;

port.on('message', (order: InspectionOrder) => {
  if (order.kind === 'object') {
    unread = [];
    void inspect(order.object, order.rules);
  } else {
    unread.push(order);
    awaited?.();
  }
});

async function inspect(object: ExportedJournalObject, rules: InspectionRules): Promise<void> {
  let parts: InspectedPart[] = [];
  const report = (state: InspectionReport['state']): void => {
    port.postMessage({ parts, state } satisfies InspectionReport);
    parts = [];
  };
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    while (true) {
      report('hungry');
      while (unread.length === 0) await new Promise<void>(resolve => awaited = resolve);
      const order = unread.shift()!;
      if (order.kind === 'unreadable') throw new Unreadable(order.message);
      if (order.kind !== 'chunk') return;
      yield order.chunk;
    }
  }
  for await (const part of inspectedParts(chunks(), object, rules)) parts.push(part);
  report('done');
}
