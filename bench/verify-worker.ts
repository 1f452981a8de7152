import { parentPort, workerData } from 'node:worker_threads';
import { readIonStream } from '../src/ion';
import { Block, blockFromIon, verifySegments } from '../src/journal';

/** Verifies the exported object at an index each time it is asked to, and answers with its segments. */
const objects = workerData as readonly Uint8Array[];
parentPort!.on('message', (index: number) => {
  parentPort!.postMessage([...verifySegments(blocksOf(objects[index]!), { unknownEntries: 'refused' })]);
});

function* blocksOf(bytes: Uint8Array): Generator<Block, void, undefined> {
  for (const value of readIonStream(bytes)) yield blockFromIon(value);
}
