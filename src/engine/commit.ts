import { appendedNodes, buildBlock, type Block, type TreeNode } from '../journal';
import { actionBytes, ConditionFailed, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action, type Store } from '../store';
import { readCatalog } from './catalog';
import { definitionsOf } from './definitions';
import { headAction, type JournalHead } from './journal-head';
import { blockActions, nodeActions, readBlocks, readNode } from './journal-store';
import { LedgerError, occConflict } from './ledger-error';
import { COMMIT_ATTEMPTS_MAX } from './limits';
import { catchUp, projectionOf } from './projection';
import { changesOf, conflicts, type BlockChanges } from './read-set';
import { isReadOnly, type Transaction } from './transaction';

interface Waiting {
  readonly transaction: Transaction;
  readonly resolve: (block: Block | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Blocks that will go down in one write. */
interface Batch {
  head: JournalHead;
  readonly actions: Action[];
  bytes: number;
  readonly members: { readonly waiting: Waiting; readonly block: Block | undefined }[];
  readonly changes: BlockChanges[];
  readonly nodes: Map<string, Uint8Array>;
  /** Nothing may follow in this batch: its block defines tables, or does not fit together with its projection. */
  closed: boolean;
}

/** How many blocks' changes are kept in memory for validation before the journal itself has to be read again. */
const REMEMBERED_BLOCKS_MAX = 4_096;
/** Blocks written by other instances are read this many at a time. */
const VALIDATION_READ_AHEAD = 100;

/**
 * Appends transactions to one journal. Those that wait together are validated one after the other and go down in one durable
 * write, a block each. Other processes may append to the same journal: the head's condition tells, and the batch is made again.
 */
export class JournalAppender {
  private readonly waiting: Waiting[] = [];
  private readonly remembered = new Map<number, BlockChanges>();
  private running = false;

  constructor(
    private readonly store: Store,
    private readonly strandId: string,
    private readonly clock: () => number,
    private readonly pause: (attempt: number) => Promise<void>,
  ) {}

  /**
   * The block of the transaction, or undefined if it only read.
   * @throws LedgerError OccConflictException if something that it saw was changed since
   */
  async commit(transaction: Transaction): Promise<Block | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ transaction, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let attempt = 0; this.waiting.length > 0;) {
      const batch = await this.attemptBatch();
      if (batch) {
        for (const { waiting, block } of batch.members) waiting.resolve(block);
        attempt = 0;
      } else if (++attempt < COMMIT_ATTEMPTS_MAX) {
        await this.pause(attempt);
      } else {
        const error = new LedgerError('CapacityExceededException', 'Capacity exceeded: too many concurrent writers on the journal. Try again.');
        for (const { reject } of this.waiting.splice(0)) reject(error);
      }
    }
    this.running = false;
  }

  /** Answers undefined, with the members waiting again, if another process moved the head meanwhile. */
  private async attemptBatch(): Promise<Batch | undefined> {
    const taken: Waiting[] = [];
    try {
      const head = await catchUp(this.store, this.strandId);
      const batch: Batch = { head, actions: [], bytes: 0, members: [], changes: [], nodes: new Map(), closed: false };
      while (this.waiting.length > 0 && !batch.closed) {
        const next = this.waiting[0];
        // A transaction that cannot be added leaves the batch as it was; those before it still go down.
        const outcome = await this.addTo(batch, next).catch((error: unknown) => ({ refusal: error }));
        if (outcome === 'full') break;
        this.waiting.shift();
        if (outcome === 'added') taken.push(next);
        else next.reject(outcome.refusal);
      }
      if (batch.head.sequenceNo > head.sequenceNo) {
        await this.store.transact([headAction(this.strandId, batch.head, head), ...batch.actions]);
        if (batch.head.projectedSequenceNo < batch.head.sequenceNo) await catchUp(this.store, this.strandId);
      }
      batch.changes.forEach((changes, index) => this.remember(head.sequenceNo + 1 + index, changes));
      return batch;
    } catch (error) {
      if (error instanceof ConditionFailed) {
        this.waiting.unshift(...taken);
        return undefined;
      }
      for (const { reject } of taken.length > 0 ? taken : this.waiting.splice(0)) reject(error);
      return undefined;
    }
  }

  private async addTo(batch: Batch, waiting: Waiting): Promise<'added' | 'full'> {
    const { transaction } = waiting;
    if (await this.conflictsSinceSnapshot(batch, transaction)) throw occConflict();
    if (isReadOnly(transaction)) {
      batch.members.push({ waiting, block: undefined });
      return 'added';
    }
    const defines = transaction.definitions.length > 0;
    if (defines && batch.actions.length > 0) return 'full';

    const block = this.blockOf(batch.head, transaction);
    const nodes = await appendedNodes(block.blockAddress.sequenceNo, block.blockHash, this.nodeReader(batch));
    const journalActions = [...blockActions(block), ...nodeActions(this.strandId, nodes)];
    const catalog = await readCatalog(this.store, this.strandId);
    const definitions = defines ? await definitionsOf(block, catalog) : [];
    const fits = await this.addActions(batch, journalActions, projectionOf(this.store, block, catalog, definitions));
    if (fits === 'full') return 'full';

    const { sequenceNo } = block.blockAddress;
    batch.head = {
      ...batch.head,
      sequenceNo,
      blockHash: block.blockHash,
      blockTimestampMillis: block.blockTimestampMillis,
      projectedSequenceNo: fits === 'projected' ? sequenceNo : batch.head.projectedSequenceNo,
    };
    for (const node of nodes) batch.nodes.set(nodeName(node), node.hash);
    batch.changes.push(changesOf(block));
    batch.members.push({ waiting, block });
    batch.closed = defines || fits === 'journal-only';
    return 'added';
  }

  /** A block goes down together with its projection; one too large for that goes alone, and is projected afterwards. */
  private async addActions(
    batch: Batch, journal: readonly Action[], projection: AsyncIterable<Action>,
  ): Promise<'projected' | 'journal-only' | 'full'> {
    const actions = [...journal];
    let bytes = batch.bytes + journal.reduce((sum, action) => sum + actionBytes(action), 0);
    for await (const action of projection) {
      actions.push(action);
      bytes += actionBytes(action);
      if (batch.actions.length + actions.length > TRANSACT_ACTIONS_MAX - 1 || bytes > TRANSACT_BYTES_MAX - HEAD_BYTES) {
        if (batch.actions.length > 0) return 'full';
        batch.actions.push(...journal);
        return 'journal-only';
      }
    }
    batch.actions.push(...actions);
    batch.bytes = bytes;
    return 'projected';
  }

  private blockOf(head: JournalHead, transaction: Transaction): Block {
    const now = Math.max(this.clock(), head.blockTimestampMillis);
    return buildBlock({
      strandId: this.strandId,
      sequenceNo: head.sequenceNo + 1,
      previousBlockHash: head.blockHash,
      transactionId: transaction.transactionId,
      blockTimestampMillis: now,
      txTimeMillis: now,
      statements: transaction.statements,
      documents: [...transaction.writes.values()],
      redactions: transaction.redaction && [transaction.redaction],
    });
  }

  private async conflictsSinceSnapshot(batch: Batch, transaction: Transaction): Promise<boolean> {
    const durableTip = batch.head.sequenceNo - batch.changes.length;
    for (let sequenceNo = transaction.snapshotSequenceNo + 1; sequenceNo <= durableTip; sequenceNo++) {
      if (conflicts(transaction.reads, await this.changesAt(sequenceNo, durableTip))) return true;
    }
    return batch.changes.some(changes => conflicts(transaction.reads, changes));
  }

  private async changesAt(sequenceNo: number, tip: number): Promise<BlockChanges> {
    const known = this.remembered.get(sequenceNo);
    if (known) return known;
    let changes: BlockChanges | undefined;
    for await (const block of readBlocks(this.store, this.strandId, sequenceNo, Math.min(tip, sequenceNo + VALIDATION_READ_AHEAD))) {
      this.remember(block.blockAddress.sequenceNo, changesOf(block));
      changes ??= changesOf(block);
    }
    if (!changes) throw new Error(`Block ${sequenceNo} of journal ${this.strandId} is missing: the store is damaged.`);
    return changes;
  }

  private remember(sequenceNo: number, changes: BlockChanges): void {
    this.remembered.set(sequenceNo, changes);
    for (const oldest of this.remembered.keys()) {
      if (this.remembered.size <= REMEMBERED_BLOCKS_MAX) break;
      this.remembered.delete(oldest);
    }
  }

  private nodeReader(batch: Batch) {
    const stored = readNode(this.store, this.strandId);
    return async (level: number, index: number) => batch.nodes.get(nodeName({ level, index })) ?? stored(level, index);
  }
}

/** The head's own share of a transact. */
const HEAD_BYTES = 1_024;

const nodeName = ({ level, index }: Pick<TreeNode, 'level' | 'index'>): string => `${level}/${index}`;
