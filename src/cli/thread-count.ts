import { availableParallelism } from 'node:os';
import type { ExportedJournal } from '../journal';

/** More threads than this wait for the one that reads. */
const THREADS_MAX = 4;
/** A thread takes some time to start and to warm up, in which this many blocks are verified without it. */
const BLOCKS_PER_THREAD = 20_000;

/** How many threads verify the objects of some exports: as many as there are objects for, or by default as many as pay. */
export function threadCount(exports: readonly ExportedJournal[], asked: number | undefined, cores = availableParallelism()): number {
  const objects = exports.flatMap(exported => exported.objects);
  const blockCount = objects.reduce((sum, { firstSequenceNo, lastSequenceNo }) => sum + lastSequenceNo - firstSequenceNo + 1, 0);
  const most = asked ?? Math.min(cores, THREADS_MAX, Math.floor(blockCount / BLOCKS_PER_THREAD));
  // An object is verified by one thread.
  return Math.max(1, Math.min(most, objects.length));
}
