import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Unreadable, type ExportedJournalObject, type ExportSource, type InspectionRules } from '../journal';
import { inOrder } from './in-order';
import type { InspectionOrder, InspectionReport } from './inspection-worker';
import type { InspectedObject, InspectedPart, ObjectInspector } from './object-inspector';

/** Inspection makes much garbage and keeps next to nothing. */
const YOUNG_MEGABYTES_MAX = 4;

/**
 * Inspects several objects at a time, each in a thread of its own, while this one reads them and joins what was found. Of an object that is ahead of
 * its turn, the hashes of its blocks are kept.
 */
export class InspectionThreads implements ObjectInspector {
  private readonly workers: Worker[] = [];
  private readonly idle: Worker[] = [];
  private readonly waiting: ((worker: Worker) => void)[] = [];
  private readonly closed = new AbortController();

  /** @param script the bundled worker */
  constructor(private readonly script: string, private readonly threadCount: number) {}

  inspect(source: ExportSource, objects: readonly ExportedJournalObject[], rules: InspectionRules): AsyncIterable<InspectedObject> {
    // Twice as many as there are threads, so that none waits for the object whose turn it is.
    return inOrder(0, objects.length - 1, 2 * this.threadCount, async (index) => {
      const object = objects[index]!;
      const worker = await this.take();
      const parts = await this.inspected(worker, source.read(object.key), object, rules);
      this.giveBack(worker);
      return { object, parts };
    });
  }

  /** Ends all threads, whatever they are at. */
  async close(): Promise<void> {
    this.closed.abort();
    await Promise.all(this.workers.map(worker => worker.terminate()));
  }

  private async inspected(
    worker: Worker, chunks: AsyncIterable<Uint8Array>, object: ExportedJournalObject, rules: InspectionRules,
  ): Promise<InspectedPart[]> {
    const tell = (order: InspectionOrder): void => worker.postMessage(order);
    const reader = chunks[Symbol.asyncIterator]();
    let isOpen = true;
    const feed = async (): Promise<void> => {
      if (!isOpen) return;
      try {
        const next = await reader.next();
        isOpen = next.done !== true;
        tell(next.done === true ? { kind: 'end' } : { kind: 'chunk', chunk: next.value });
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        isOpen = false;
        tell({ kind: 'unreadable', message: error.message });
      }
    };
    const parts: InspectedPart[] = [];
    try {
      const reports = on(worker, 'message', { signal: this.closed.signal, close: ['exit'] });
      tell({ kind: 'object', object, rules });
      // One chunk ahead of what is asked for.
      await feed();
      for await (const [report] of reports as AsyncIterable<[InspectionReport]>) {
        parts.push(...report.parts);
        if (report.state === 'done') return parts;
        await feed();
      }
      throw new Error(`A thread ended while it verified ${object.key}. Run it again with --threads 1.`);
    } finally {
      if (isOpen) await reader.return?.();
    }
  }

  private async take(): Promise<Worker> {
    const idle = this.idle.pop();
    if (idle !== undefined) return idle;
    if (this.workers.length === this.threadCount) return new Promise(resolve => this.waiting.push(resolve));
    const worker = new Worker(this.script, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES_MAX } });
    this.workers.push(worker);
    return worker;
  }

  private giveBack(worker: Worker): void {
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(worker);
    else next(worker);
  }
}
