import { parentPort, workerData } from 'node:worker_threads';
import { inspectedObject } from './inspected-object';

/** Inspects the exported object at an index each time it is asked to, and answers with its segments. */
const objects = workerData as readonly Uint8Array[];
parentPort!.on('message', (index: number) => {
  void inspectedObject(objects[index]!).then((segments) => parentPort!.postMessage(segments));
});
