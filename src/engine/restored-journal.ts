import { appendedNodes, type Block, type TreeNode } from '../journal';
import { actionBytes, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action, type Store } from '../store';
import { readCatalog, type Catalog } from './catalog';
import { headAction, type JournalHead } from './journal-head';
import { blockActions, blockBytes, nodesAction, readNode } from './journal-store';
import { headKey } from './keys';
import { PendingWrites } from './pending-writes';
import { catalogAfter, catchUp, projectionOf, withIndexBuilds } from './projection';
import { replayedDefinitions } from './replayed-definitions';
import { StateBefore } from './state-before';

/** The head's own share of a transact. */
const HEAD_BYTES = 1_024;

/** The head of a journal whose first block is yet to come: it claims the journal for one restore. */
export const EMPTY_HEAD: Omit<JournalHead, 'ordinal'> = {
  sequenceNo: -1, blockHash: new Uint8Array(), blockTimestampMillis: 0, projectedSequenceNo: -1, journalBytes: 0,
};

/**
 * A journal that blocks are put back into, verbatim and already verified. Blocks go down several at a time, with all that follows from
 * them and with the head, so that an interrupted restore goes on from the head, and a restore that lost its ledger can write nothing.
 */
export class RestoredJournal {
  private readonly writes: PendingWrites;
  /** The store as it will be. */
  private readonly view: Store;
  /** The newest complete node of each level; no other is needed again. */
  private readonly newest = new Map<number, TreeNode>();

  private constructor(
    private readonly store: Store, private readonly strandId: string, private written: JournalHead, private catalog: Catalog,
    private pending: JournalHead,
  ) {
    this.writes = new PendingWrites(store);
    this.view = { ...this.writes.view, transact: async actions => store.transact(actions), close: async () => store.close() };
  }

  /** Begins where the last write ended. @throws LedgerError if the ledger is gone */
  static async open(store: Store, strandId: string): Promise<RestoredJournal> {
    const head = await catchUp(store, strandId);
    return new RestoredJournal(store, strandId, head, await readCatalog(store, strandId), head);
  }

  /** The newest block that was added. */
  get tip(): JournalHead {
    return this.pending;
  }

  /** What the journal leaves open about tables and indexes, one sentence each. @throws ConditionFailed if the journal is somebody else's now */
  async add(block: Block): Promise<readonly string[]> {
    const { definitions: replayed, doubts } = replayedDefinitions(block, this.catalog);
    const { sequenceNo } = block.blockAddress;
    const before = new StateBefore(this.view, this.strandId, sequenceNo - 1);
    const definitions = await withIndexBuilds(before, replayed);
    const nodes = await appendedNodes(sequenceNo, block.blockHash, (level, index) => this.node(level, index));
    const blockWrites = withoutConditions(blockActions(block));
    const journal = [...blockWrites, nodesAction(this.strandId, nodes)];
    const { catalog, actions } = catalogAfter(block, this.catalog, definitions);
    const whole = [...journal, ...actions];
    for await (const action of projectionOf(before, block, catalog, definitions)) {
      whole.push(action);
      if (whole.length > TRANSACT_ACTIONS_MAX) break;
    }
    const bytes = bytesOf(whole);
    if (!this.hasRoomFor(whole, bytes)) await this.flush();
    const head = {
      ...this.pending,
      sequenceNo,
      blockHash: block.blockHash,
      blockTimestampMillis: Math.max(this.pending.blockTimestampMillis, block.blockTimestampMillis),
      journalBytes: this.pending.journalBytes + blockBytes(blockWrites),
    };
    for (const node of nodes) this.newest.set(node.level, node);
    if (this.hasRoomFor(whole, bytes)) {
      this.writes.add(whole);
      this.pending = { ...head, projectedSequenceNo: sequenceNo };
      this.catalog = catalog;
    } else {
      await this.addLarge(journal, head);
    }
    return doubts;
  }

  /** Makes durable what was added. @throws ConditionFailed if the journal is somebody else's now */
  async flush(): Promise<void> {
    if (this.writes.size === 0) return;
    await this.store.transact([headAction(this.strandId, this.pending, this.written), ...this.writes.actions]);
    this.written = { ...this.pending, ordinal: this.written.ordinal + 1 };
    this.pending = this.written;
    this.writes.clear();
  }

  private hasRoomFor(actions: readonly Action[], bytes: number): boolean {
    return this.writes.size + actions.length < TRANSACT_ACTIONS_MAX && this.writes.bytes + bytes <= TRANSACT_BYTES_MAX - HEAD_BYTES;
  }

  /** A block that does not go down in one write with all that follows from it: the block first, what follows afterwards. */
  private async addLarge(journal: readonly Action[], head: JournalHead): Promise<void> {
    const stillOurs: Action = { check: headKey(this.strandId), if: { ordinal: this.written.ordinal } };
    const remaining = [...journal];
    while (bytesOf(remaining) > TRANSACT_BYTES_MAX - HEAD_BYTES) {
      const part: Action[] = [stillOurs];
      while (bytesOf(part) + actionBytes(remaining[0]) <= TRANSACT_BYTES_MAX) part.push(remaining.shift()!);
      await this.store.transact(part);
    }
    await this.store.transact([headAction(this.strandId, head, this.written), ...remaining]);
    this.written = await catchUp(this.store, this.strandId);
    this.pending = this.written;
    this.catalog = await readCatalog(this.store, this.strandId);
  }

  private async node(level: number, index: number): Promise<Uint8Array> {
    const known = this.newest.get(level);
    return known?.index === index ? known.hash : readNode(this.store, this.strandId)(level, index);
  }
}

/** A block too large for one write may have been written in part before an interruption. */
const withoutConditions = (actions: readonly Action[]): Action[] =>
  actions.map(action => 'put' in action ? { put: action.put, value: action.value } : action);

const bytesOf = (actions: readonly Action[]): number => actions.reduce((sum, action) => sum + actionBytes(action), 0);
