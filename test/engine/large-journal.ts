import { readHead, headAction, type JournalHead } from '../../src/engine/journal-head';
import { blockActions, nodesAction } from '../../src/engine/journal-store';
import { ionInt, ionString, ionStruct } from '../../src/ion';
import { appendedNodes, buildBlock, statementDigest, uniqueId, type Block, type TreeNode } from '../../src/journal';
import { actionBytes, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action, type Store } from '../../src/store';

export interface LargeJournal {
  readonly blockCount: number;
  /** Of each document; a block has one. */
  readonly documentBytes: number;
}

const WRITES_AT_ONCE = 32;
const STATEMENT = 'INSERT INTO People ?';
const STATEMENT_DIGEST = statementDigest(STATEMENT);

/** A unique id that is the same in every run. */
function idOf(kind: number, index: number): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(4, kind);
  new DataView(bytes.buffer).setUint32(12, index);
  return uniqueId(bytes);
}

/**
 * Appends blocks to a new ledger's journal as commits would have, its digest's nodes included, but straight into the store and many at once:
 * for what reads journals of a size that takes hours to commit. Nothing is projected into tables.
 */
export async function growJournal(store: Store, strandId: string, { blockCount, documentBytes }: LargeJournal): Promise<void> {
  const head = await readHead(store, strandId);
  if (head.sequenceNo !== 0) throw new Error('Only the journal of a new ledger can be grown.');
  // Of each level of the digest's tree, the last node: the only one that a later block asks for.
  const spine: TreeNode[] = [{ level: 0, index: 0, hash: head.blockHash }];
  const writes = new Set<Promise<void>>();
  let actions: Action[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const write = store.transact(actions).finally(() => writes.delete(write));
    writes.add(write);
    actions = [];
    bytes = 0;
    if (writes.size >= WRITES_AT_ONCE) await Promise.race(writes);
  };
  let { blockHash, blockTimestampMillis } = head;
  for (let sequenceNo = 1; sequenceNo <= blockCount; sequenceNo++) {
    const block = nextBlock(strandId, sequenceNo, blockHash, ++blockTimestampMillis, documentBytes);
    ({ blockHash } = block);
    const nodes = await appendedNodes(sequenceNo, blockHash, async level => spine[level]!.hash);
    for (const node of nodes) spine[node.level] = node;
    const added = [...blockActions(block), nodesAction(strandId, nodes)];
    const addedBytes = added.reduce((sum, action) => sum + actionBytes(action), 0);
    if (actions.length + added.length > TRANSACT_ACTIONS_MAX || bytes + addedBytes > TRANSACT_BYTES_MAX) await flush();
    actions.push(...added);
    bytes += addedBytes;
  }
  await flush();
  await Promise.all(writes);
  const grown: Omit<JournalHead, 'ordinal'> = { sequenceNo: blockCount, blockHash, blockTimestampMillis, projectedSequenceNo: blockCount, journalBytes: 0 };
  await store.transact([headAction(strandId, grown, head)]);
}

function nextBlock(strandId: string, sequenceNo: number, previousBlockHash: Uint8Array, millis: number, documentBytes: number): Block {
  return buildBlock({
    strandId,
    sequenceNo,
    previousBlockHash,
    transactionId: idOf(2, sequenceNo),
    blockTimestampMillis: millis,
    txTimeMillis: millis,
    statements: [{ statement: STATEMENT, startTimeMillis: millis, statementDigest: STATEMENT_DIGEST }],
    documents: [{
      documentId: idOf(3, sequenceNo),
      tableName: 'People',
      tableId: idOf(4, 0),
      statementIndexes: [0],
      version: 0,
      data: ionStruct({ n: ionInt(sequenceNo), text: ionString(`${sequenceNo} `.padEnd(documentBytes, 'abcdefgh ')) }),
    }],
  });
}
