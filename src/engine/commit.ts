import { decodeIon } from '../ion';
import { appendedNodes, blockFromIon, buildBlock, type Block, type TreeNode } from '../journal';
import { StatementError } from '../partiql';
import { actionBytes, ConditionFailed, RequestRefused, TRANSACT_ACTIONS_MAX, TRANSACT_BYTES_MAX, type Action, type Store } from '../store';
import { readCatalog, type Catalog, type Definition } from './catalog';
import { definitionsOf } from './definitions';
import { headAction, type JournalHead } from './journal-head';
import { blockActions, nodeActions, readBlock, readBlockBytes, readNode } from './journal-store';
import { LedgerError, occConflict } from './ledger-error';
import { COMMIT_ATTEMPTS_MAX, COMMIT_MILLIS_MAX } from './limits';
import { catalogAfter, catchUp, projectionOf } from './projection';
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
  readonly changes: { readonly changes: BlockChanges; readonly bytes: number }[];
  readonly nodes: Map<string, Uint8Array>;
  /** Nothing may follow in this batch: its block defines tables, redacts, or does not fit together with its projection. */
  closed: boolean;
}

/** How much of the newest blocks' changes is kept in memory for validation, before the journal itself has to be read again. */
const REMEMBERED_BYTES_MAX = 32_000_000;
/** Blocks written by other instances are read this many at a time. */
const VALIDATION_READ_AHEAD = 100;

/**
 * Appends transactions to one journal. Those that wait together are validated one after the other and go down in one durable
 * write, a block each. Other processes may append to the same journal: the head's condition tells, and the batch is made again.
 */
export class JournalAppender {
  private readonly waiting: Waiting[] = [];
  private readonly remembered = new Map<number, { readonly changes: BlockChanges; readonly bytes: number }>();
  private rememberedBytes = 0;
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
    let cause: unknown;
    let sinceMillis = this.clock();
    for (let attempt = 0; this.waiting.length > 0;) {
      const batch = await this.attemptBatch().catch((error: unknown) => {
        cause = error;
        return undefined;
      });
      if (batch) {
        // Durable is durable: if this fails, whoever comes next brings the tables up to the head.
        if (batch.head.projectedSequenceNo < batch.head.sequenceNo) await catchUp(this.store, this.strandId).catch(() => undefined);
        for (const { waiting, block } of batch.members) waiting.resolve(block);
        attempt = 0;
        sinceMillis = this.clock();
      } else if (++attempt < COMMIT_ATTEMPTS_MAX && this.clock() - sinceMillis < COMMIT_MILLIS_MAX && !(cause instanceof RequestRefused)) {
        await this.pause(attempt);
      } else {
        const busy = new LedgerError('CapacityExceededException', 'Capacity exceeded: too many concurrent writers on the journal. Try again.');
        for (const { reject } of this.waiting.splice(0)) reject(cause instanceof ConditionFailed ? busy : cause);
        attempt = 0;
        sinceMillis = this.clock();
      }
    }
    this.running = false;
  }

  /**
   * If it fails, its members wait again. The write may have happened all the same: a transaction that finds its own block in the journal
   * is committed, so nothing is lost and nothing is written twice.
   *
   * @throws ConditionFailed if another process moved the head meanwhile, and whatever the store throws
   */
  private async attemptBatch(): Promise<Batch> {
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
      if (batch.head.sequenceNo > head.sequenceNo) await this.store.transact([headAction(this.strandId, batch.head, head), ...batch.actions]);
      batch.changes.forEach(({ changes, bytes }, index) => this.remember(head.sequenceNo + 1 + index, changes, bytes));
      return batch;
    } catch (error) {
      this.waiting.unshift(...taken);
      throw error;
    }
  }

  private async addTo(batch: Batch, waiting: Waiting): Promise<'added' | 'full'> {
    const { transaction } = waiting;
    const committed = await this.validate(batch, transaction);
    if (committed !== undefined || isReadOnly(transaction)) {
      batch.members.push({ waiting, block: committed === undefined ? undefined : await readBlock(this.store, this.strandId, committed) });
      return 'added';
    }
    // What others in the batch would have to see before they are projected themselves.
    const alone = transaction.definitions.length > 0 || transaction.redaction !== undefined;
    if (alone && batch.actions.length > 0) return 'full';

    const block = this.blockOf(batch.head, transaction);
    const nodes = await appendedNodes(block.blockAddress.sequenceNo, block.blockHash, this.nodeReader(batch));
    const journalActions = [...blockActions(block), ...nodeActions(this.strandId, nodes)];
    const before = await readCatalog(this.store, this.strandId);
    const definitions = transaction.definitions.length > 0 ? await this.definitions(block, before) : [];
    const { catalog, actions: catalogActions } = catalogAfter(block, before, definitions);
    const fits = await this.addActions(batch, journalActions, catalogActions, projectionOf(this.store, block, catalog, definitions));
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
    batch.changes.push({ changes: changesOf(block), bytes: bytesOf(journalActions) });
    batch.members.push({ waiting, block });
    batch.closed = alone || fits === 'journal-only';
    return 'added';
  }

  /** Another process may have changed the catalog since the transaction was validated. */
  private async definitions(block: Block, catalog: Catalog): Promise<Definition[]> {
    try {
      return await definitionsOf(block, catalog);
    } catch (error) {
      throw error instanceof StatementError || error instanceof LedgerError ? occConflict() : error;
    }
  }

  /** A block goes down together with its projection; one too large for that goes alone, and is projected afterwards. */
  private async addActions(
    batch: Batch, journal: readonly Action[], catalog: readonly Action[], projection: AsyncIterable<Action>,
  ): Promise<'projected' | 'journal-only' | 'full'> {
    const actions = [...journal, ...catalog];
    let bytes = batch.bytes + bytesOf(actions);
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

  /** Answers the block of a transaction that is in the journal already. @throws LedgerError OccConflictException */
  private async validate(batch: Batch, transaction: Transaction): Promise<number | undefined> {
    const durableTip = batch.head.sequenceNo - batch.changes.length;
    let conflict = batch.changes.some(({ changes }) => conflicts(transaction.reads, changes));
    for (let sequenceNo = transaction.snapshotSequenceNo + 1; sequenceNo <= durableTip; sequenceNo++) {
      const changes = await this.changesAt(sequenceNo, durableTip);
      if (changes.transactionId === transaction.transactionId) return sequenceNo;
      conflict ||= conflicts(transaction.reads, changes);
    }
    if (conflict) throw occConflict();
    return undefined;
  }

  private async changesAt(sequenceNo: number, tip: number): Promise<BlockChanges> {
    const known = this.remembered.get(sequenceNo);
    if (known) return known.changes;
    let changes: BlockChanges | undefined;
    for await (const bytes of readBlockBytes(this.store, this.strandId, sequenceNo, Math.min(tip, sequenceNo + VALIDATION_READ_AHEAD))) {
      const block = blockFromIon(decodeIon(bytes));
      const read = changesOf(block);
      this.remember(block.blockAddress.sequenceNo, read, bytes.length);
      changes ??= read;
    }
    if (!changes) throw new Error(`Block ${sequenceNo} of journal ${this.strandId} is missing: the store is damaged.`);
    return changes;
  }

  private remember(sequenceNo: number, changes: BlockChanges, bytes: number): void {
    this.rememberedBytes += bytes - (this.remembered.get(sequenceNo)?.bytes ?? 0);
    this.remembered.set(sequenceNo, { changes, bytes });
    for (const [oldest, block] of this.remembered) {
      if (this.rememberedBytes <= REMEMBERED_BYTES_MAX) break;
      this.remembered.delete(oldest);
      this.rememberedBytes -= block.bytes;
    }
  }

  private nodeReader(batch: Batch) {
    const stored = readNode(this.store, this.strandId);
    return async (level: number, index: number) => batch.nodes.get(nodeName({ level, index })) ?? stored(level, index);
  }
}

/** The head's own share of a transact. */
const HEAD_BYTES = 1_024;

const bytesOf = (actions: readonly Action[]): number => actions.reduce((sum, action) => sum + actionBytes(action), 0);

const nodeName = ({ level, index }: Pick<TreeNode, 'level' | 'index'>): string => `${level}/${index}`;
