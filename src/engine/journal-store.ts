import { decodeIon, type IonStruct } from '../ion';
import { blockFromIon, encodeBlock, HASH_LENGTH, type Block, type ReadNode, type TreeNode } from '../journal';
import { VALUE_BYTES_MAX, type Action, type Item, type Key, type Store } from '../store';
import { blockKey, blockPartition, nodesKey, sequenceText } from './keys';

/** Blocks rest as Ion binary, cut into chunks that fit in an item. */
export const blockActions = (block: Block): Action[] =>
  chunksOf(block).map(({ key, value }) => ({ put: key, value, if: { absent: true } }));

/** What these writes make a journal grow by. */
export const blockBytes = (actions: readonly Action[]): number => actions.reduce((sum, action) => 'value' in action ? sum + action.value.length : sum, 0);

/** The writes that put a redacted block in the place of what it was; nothing that was written under a higher ordinal is undone. */
export function replacedBlockActions(former: Block, redacted: Block, ordinal: number): Action[] {
  const chunks = chunksOf(redacted);
  const condition = { ordinalBelow: ordinal };
  return [
    ...chunks.map(({ key, value }): Action => ({ put: key, value, ordinal, if: condition })),
    ...chunksOf(former).slice(chunks.length).map(({ key }): Action => ({ delete: key, if: condition })),
  ];
}

function chunksOf(block: Block): { readonly key: Key; readonly value: Uint8Array }[] {
  const { strandId, sequenceNo } = block.blockAddress;
  const bytes = encodeBlock(block);
  const chunks: { key: Key; value: Uint8Array }[] = [];
  for (let start = 0; start < bytes.length; start += VALUE_BYTES_MAX) {
    chunks.push({ key: blockKey(strandId, sequenceNo, chunks.length), value: bytes.subarray(start, start + VALUE_BYTES_MAX) });
  }
  return chunks;
}

/** The nodes that one block completes rest together, from its own leaf upwards. */
export function nodesAction(strandId: string, nodes: readonly TreeNode[]): Action {
  return { put: nodesKey(strandId, nodes[0].index), value: Buffer.concat(nodes.map(({ hash }) => hash)) };
}

export function readNode(store: Store, strandId: string): ReadNode {
  return async (level, index) => {
    const completedBy = (index + 1) * 2 ** level - 1;
    const item = await store.get(nodesKey(strandId, completedBy));
    const hash = item?.value.subarray(level * HASH_LENGTH, (level + 1) * HASH_LENGTH);
    if (hash?.length !== HASH_LENGTH) throw new Error(`Node ${level}/${index} of the digest tree of ${strandId} is missing: the store is damaged.`);
    return hash;
  };
}

export async function readBlock(store: Store, strandId: string, sequenceNo: number): Promise<Block | undefined> {
  for await (const block of readBlocks(store, strandId, sequenceNo, sequenceNo)) return block;
  return undefined;
}

/** Blocks of an inclusive range, in order. */
export async function* readBlocks(store: Store, strandId: string, first: number, last: number): AsyncIterable<Block> {
  for await (const bytes of readBlockBytes(store, strandId, first, last)) yield blockFromIon(decodeIon(bytes) as IonStruct);
}

/** The Ion binary document of each block of an inclusive range, in order. */
export async function* readBlockBytes(store: Store, strandId: string, first: number, last: number): AsyncIterable<Uint8Array> {
  let current: string | undefined;
  let chunks: Uint8Array[] = [];
  for await (const item of store.query(blockPartition(strandId), { from: sequenceText(first), to: `${sequenceText(last)}#99` })) {
    const sequence = sequenceOf(item);
    if (sequence !== current && chunks.length > 0) {
      yield joined(chunks);
      chunks = [];
    }
    current = sequence;
    chunks.push(item.value);
  }
  if (chunks.length > 0) yield joined(chunks);
}

const sequenceOf = (item: Item): string => item.key.sort.slice(0, item.key.sort.indexOf('#'));

const joined = (chunks: readonly Uint8Array[]): Uint8Array => chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);

/**
 * The first block whose timestamp is not before `millis`; one past the tip if there is none.
 * Timestamps never decrease along a journal, so halving finds it.
 */
export async function firstSequenceAt(store: Store, strandId: string, tip: number, millis: number): Promise<number> {
  let low = 0;
  let high = tip + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const block = await readBlock(store, strandId, middle);
    if (!block) throw new Error(`Block ${middle} of journal ${strandId} is missing: the store is damaged.`);
    if (block.blockTimestampMillis < millis) low = middle + 1;
    else high = middle;
  }
  return low;
}
