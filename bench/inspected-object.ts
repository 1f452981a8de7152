import { inspectedBlocks, type Segment } from '../src/journal';

const CHUNK_BYTES = 64 * 1024;
/** Blocks are held to each other, not to a name. */
const OBJECT = { key: 'object', format: 'ION', firstSequenceNo: 0, lastSequenceNo: 0 } as const;

/** What `cdk-ledger verify export` makes of an object in Ion as its bytes arrive. */
export async function inspectedObject(bytes: Uint8Array): Promise<Segment[]> {
  const all: Segment[] = [];
  for await (const { segments } of inspectedBlocks(inChunks(bytes), OBJECT, { unknownEntries: 'refused' })) all.push(...segments);
  return all;
}

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}
