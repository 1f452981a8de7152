import { appendedNodes, type Block, type ReadNode } from '../journal';
import { StatementError } from '../partiql';
import { ConditionFailed, RequestRefused, type Store } from '../store';
import { actionsAtMost, Batch, blockOf, nodeName, type Tip } from './batch';
import { indexesUnderWay, readCatalog, type Catalog, type Definition } from './catalog';
import { definitionsOf } from './definitions';
import { headAction, readHead, type JournalHead } from './journal-head';
import { blockActions, blockBytes, nodesAction, readBlock, readNode } from './journal-store';
import { LedgerError, occConflict } from './ledger-error';
import { COMMIT_ATTEMPTS_MAX, COMMIT_MILLIS_MAX } from './limits';
import { catalogAfter, catchUp, projectionOf, withIndexBuilds } from './projection';
import { changesOf } from './read-set';
import { RecentChanges } from './recent-changes';
import { StateBefore } from './state-before';
import { isReadOnly, type Transaction } from './transaction';

/** A transaction on its way into the journal, with what earlier attempts found out. */
interface Waiting {
  readonly transaction: Transaction;
  readonly resolve: (block: Block) => void;
  readonly reject: (error: unknown) => void;
  /** No block up to this one is in conflict with it. */
  validSequenceNo: number;
  /** Its block may be in the journal already: an earlier write failed, or seemed to. */
  sent: boolean;
  before?: StateBefore;
}

/** A batch on its way to the disk. */
interface Flight {
  readonly batch: Batch<Waiting>;
  outcome?: 'durable' | { readonly failure: unknown };
}

/** Batches that may be under way at once, on stores that keep their order. */
const FLIGHTS_MAX = 8;
/** Nodes of the digest tree's right edge that are kept in memory. */
const NODES_KEPT_MAX = 256;

/**
 * Appends transactions to one journal. Those that wait together are validated one after the other and go down in one durable
 * write, a block each; the next batch is made while those before are on their way. Other processes may append to the same journal:
 * the head's condition tells, and what was made on top of the wrong block is made again.
 */
export class JournalAppender {
  private readonly waiting: Waiting[] = [];
  private readonly recent: RecentChanges;
  private readonly nodes = new Map<string, Uint8Array>();
  /** Of the restore that what is remembered comes after. */
  private restoreId: string | undefined;
  private running = false;
  /** Where this process believes the journal to end; each write makes sure of it. */
  private tip: Tip | undefined;
  /** Each made on top of the one before. */
  private flights: Flight[] = [];
  private batch: Batch<Waiting> | undefined;
  /** The next transaction does not fit in beside those of the batch, or has to wait for the flights. */
  private stalled = false;
  private attempts = 0;
  private sinceMillis = 0;
  private wake: () => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly strandId: string,
    private readonly clock: () => number,
    private readonly pause: (attempt: number) => Promise<void>,
  ) {
    this.recent = new RecentChanges(store, strandId);
  }

  /** Whether nothing is on its way through it. */
  get isIdle(): boolean {
    return !this.running;
  }

  /**
   * The block of the transaction, or undefined if it only read.
   * @throws LedgerError OccConflictException if something that it saw was changed since
   */
  async commit(transaction: Transaction): Promise<Block | undefined> {
    if (isReadOnly(transaction)) {
      await this.validateReads(transaction);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ transaction, resolve, reject, validSequenceNo: transaction.snapshotSequenceNo, sent: false });
      this.wake();
      if (!this.running) void this.run();
    });
  }

  /** Nothing is written, so nothing has to wait for its turn. */
  private async validateReads(transaction: Transaction): Promise<void> {
    const head = await readHead(this.store, this.strandId);
    const { sequenceNo } = head;
    this.refuseFormer(transaction, head);
    if (sequenceNo === transaction.snapshotSequenceNo) return;
    const catalog = await readCatalog(this.store, this.strandId);
    const verdict = await this.recent.validate(transaction, transaction.snapshotSequenceNo + 1, sequenceNo, catalog);
    if (verdict.kind === 'conflict') throw occConflict();
  }

  /** What is remembered of the journal does not hold after a restore; nor does what a transaction saw before. @throws LedgerError OccConflictException */
  private refuseFormer(transaction: Transaction, { restoreId }: JournalHead): void {
    this.meet(restoreId);
    if (transaction.restoreId !== restoreId) throw occConflict();
  }

  private meet(restoreId: string | undefined): void {
    if (restoreId === this.restoreId) return;
    this.restoreId = restoreId;
    this.recent.forget();
    this.nodes.clear();
  }

  private async run(): Promise<void> {
    this.running = true;
    this.succeeded();
    while (this.waiting.length > 0 || this.batch || this.flights.length > 0) await this.step();
    this.running = false;
  }

  private async step(): Promise<void> {
    const [first] = this.flights;
    if (first?.outcome === 'durable') {
      this.flights.shift();
      this.land(first.batch);
    } else if (first?.outcome && this.flights.every(({ outcome }) => outcome)) {
      await this.setBack(first.outcome.failure);
    } else if (!first?.outcome && this.mayBuild()) {
      await this.build().catch(async (error: unknown) => this.setBack(error));
    } else if (!first?.outcome && this.batch && this.maySend(this.batch)) {
      this.send(this.batch);
    } else {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private mayBuild(): boolean {
    // What a closed batch changes, others have to find in the store.
    return this.waiting.length > 0 && !this.stalled && !this.batch?.closed && !this.flights.some(({ batch }) => batch.closed);
  }

  /** Until the disk is free a batch grows. A full one follows at once where it cannot overtake. */
  private maySend(batch: Batch<Waiting>): boolean {
    if (batch.isEmpty) return false;
    return this.flights.length === 0 || (this.stalled && this.store.keepsOrder === true && this.flights.length < FLIGHTS_MAX);
  }

  private async build(): Promise<void> {
    const [next] = this.waiting;
    const newest = this.flights.at(-1)?.batch;
    // It began on a block of another process that the tip does not know of yet.
    if (this.tip && isBefore(this.tip.head, next.transaction)) this.tip = undefined;
    const batch = this.batch ??= new Batch<Waiting>(newest ? tipAfter(newest) : this.tip ??= await this.readTip());
    try {
      if (await this.addTo(batch, next) === 'full') {
        this.stalled = true;
        if (batch.isEmpty) this.batch = undefined;
        return;
      }
    } catch (error) {
      // Whether its block is in the journal is not known: to refuse it now might be a lie.
      if (next.sent && !(error instanceof LedgerError)) throw error;
      // It left the batch as it was; those before it still go down.
      next.reject(error);
      if (batch.isEmpty) this.batch = undefined;
    }
    this.waiting.shift();
  }

  private send(batch: Batch<Waiting>): void {
    const flight: Flight = { batch };
    this.flights.push(flight);
    this.batch = undefined;
    this.stalled = false;
    for (const { member } of batch.members) member.sent = true;
    this.write(batch).then(() => 'durable' as const, (failure: unknown) => ({ failure })).then((outcome) => {
      flight.outcome = outcome;
      this.wake();
    }, () => undefined);
  }

  private async write(batch: Batch<Waiting>): Promise<void> {
    if (batch.changes.length > 0) await this.store.transact([headAction(this.strandId, batch.tip.head, batch.base.head), ...batch.actions]);
    // Durable is durable: if this fails, whoever comes next brings the tables up to the head.
    if (isBehind(batch)) await catchUp(this.store, this.strandId).catch(() => undefined);
  }

  private land(batch: Batch<Waiting>): void {
    this.stalled = false;
    this.succeeded();
    this.meet(batch.base.head.restoreId);
    // An index under way is looked at again: once it is built, commits have less to do.
    this.tip = isBehind(batch) || indexesUnderWay(batch.tip.catalog).length > 0 ? undefined : tipAfter(batch);
    batch.changes.forEach((changes, index) => this.recent.remember(batch.base.head.sequenceNo + 1 + index, changes));
    for (const [name, hash] of batch.nodes) this.nodes.set(name, hash);
    for (const name of this.nodes.keys()) {
      if (this.nodes.size <= NODES_KEPT_MAX) break;
      this.nodes.delete(name);
    }
    for (const { member, block } of batch.members) member.resolve(block);
    for (const { reject } of batch.refused) reject(occConflict());
  }

  private succeeded(): void {
    this.attempts = 0;
    this.sinceMillis = this.clock();
  }

  /**
   * Lets everybody wait again who is not known to be durable. The write may have happened all the same: a transaction that finds its own
   * block in the journal is committed, so nothing is lost and nothing is written twice.
   */
  private async setBack(cause: unknown): Promise<void> {
    const failed = this.flights.filter(({ outcome }) => outcome !== undefined && outcome !== 'durable');
    const batches = [...failed.map(({ batch }) => batch), ...this.batch ? [this.batch] : []];
    this.waiting.unshift(...batches.flatMap(({ members, refused }) => [...members.map(({ member }) => member), ...refused]));
    this.flights = this.flights.filter(flight => !failed.includes(flight));
    this.batch = undefined;
    this.stalled = false;
    this.tip = undefined;
    this.attempts++;
    const isFinal = cause instanceof RequestRefused || cause instanceof LedgerError
      || this.attempts >= COMMIT_ATTEMPTS_MAX || this.clock() - this.sinceMillis >= COMMIT_MILLIS_MAX;
    if (!isFinal) {
      await this.pause(this.attempts);
      return;
    }
    const gaveUp = this.waiting.splice(0);
    await Promise.all(gaveUp.map(async waiting => this.giveUp(waiting, cause)));
    this.succeeded();
  }

  /**
   * Who was sent before may be in the journal all the same: that an earlier write took its place is one reason why the last one lost the race.
   * By then nothing of it is under way any more, as each write names the head that it saw.
   */
  private async giveUp(waiting: Waiting, cause: unknown): Promise<void> {
    const lostRace = cause instanceof ConditionFailed;
    try {
      const block = waiting.sent ? await this.ownBlock(waiting) : undefined;
      if (block) waiting.resolve(block);
      else waiting.reject(lostRace ? capacityExceeded() : cause);
    } catch (error) {
      // To say that it was not committed might be a lie.
      waiting.reject(lostRace ? error : cause);
    }
  }

  private async ownBlock({ transaction, validSequenceNo }: Waiting): Promise<Block | undefined> {
    const { head, catalog } = await this.readTip();
    if (transaction.restoreId !== head.restoreId) return undefined;
    const verdict = await this.recent.validate(transaction, validSequenceNo + 1, head.sequenceNo, catalog);
    return verdict.kind === 'committed' ? readBlock(this.store, this.strandId, verdict.sequenceNo) : undefined;
  }

  /** The catalog is read after the head: what it is too new for, the head's condition will find out. */
  private async readTip(): Promise<Tip> {
    const head = await catchUp(this.store, this.strandId);
    this.meet(head.restoreId);
    return { head, catalog: await readCatalog(this.store, this.strandId) };
  }

  private async addTo(batch: Batch<Waiting>, waiting: Waiting): Promise<'added' | 'refused' | 'full'> {
    const { transaction } = waiting;
    if (transaction.restoreId !== batch.base.head.restoreId) {
      if (this.flights.length > 0 || !batch.isEmpty) return 'full';
      throw occConflict();
    }
    this.meet(transaction.restoreId);
    const committed = await this.validate(batch, waiting);
    if (committed !== undefined) {
      batch.members.push({ member: waiting, block: (await readBlock(this.store, this.strandId, committed))! });
      return 'added';
    }
    // A write takes effect before it is answered, so a snapshot may hold its blocks. If it holds others in their place, the write will fail.
    const unseenFrom = transaction.snapshotSequenceNo + 1;
    const winner = batch.conflictsWith(transaction.reads)
      ? batch
      : this.flights.find(flight => flight.batch.conflictsWith(transaction.reads, unseenFrom))?.batch;
    if (winner) {
      winner.refused.push(waiting);
      return 'refused';
    }
    // What others would have to see before they are projected themselves, and what has to see them.
    const alone = transaction.definitions.length > 0 || transaction.redaction !== undefined;
    if (alone && (this.flights.length > 0 || !batch.isEmpty)) return 'full';
    if (!batch.hasRoomFor(actionsAtMost(transaction, batch.tip.catalog))) return 'full';

    const block = blockOf(transaction, batch.tip.head, this.clock());
    const nodes = await appendedNodes(block.blockAddress.sequenceNo, block.blockHash, this.nodeReader(batch));
    const { sequenceNo } = block.blockAddress;
    // Without a conflict, what a transaction changes is as it was in its snapshot; an index is made over all that there is by now.
    const before = alone
      ? new StateBefore(this.store, this.strandId, sequenceNo - 1)
      : waiting.before ??= new StateBefore(this.store, this.strandId, transaction.snapshotSequenceNo);
    const definitions = transaction.definitions.length > 0 ? await withIndexBuilds(before, await this.definitions(block, batch.tip.catalog)) : [];
    const { catalog, actions: catalogActions } = catalogAfter(block, batch.tip.catalog, definitions);
    const written = blockActions(block);
    const journalActions = [...written, nodesAction(this.strandId, nodes)];
    const fits = await batch.addActions(journalActions, catalogActions, projectionOf(before, block, catalog, definitions));
    if (fits === 'full') return 'full';

    const { head } = batch.tip;
    batch.tip = {
      head: {
        ...head,
        sequenceNo,
        blockHash: block.blockHash,
        blockTimestampMillis: block.blockTimestampMillis,
        projectedSequenceNo: fits === 'projected' ? sequenceNo : head.projectedSequenceNo,
        journalBytes: head.journalBytes + blockBytes(written),
      },
      catalog,
    };
    for (const node of nodes) batch.nodes.set(nodeName(node), node.hash);
    batch.addChanges(sequenceNo, changesOf(block, catalog));
    batch.members.push({ member: waiting, block });
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

  /** Compares with what is durable. Answers the block of a transaction that is in the journal already. @throws LedgerError OccConflictException */
  private async validate(batch: Batch<Waiting>, waiting: Waiting): Promise<number | undefined> {
    const { transaction } = waiting;
    const { head: { sequenceNo }, catalog } = (this.flights[0]?.batch ?? batch).base;
    const verdict = await this.recent.validate(transaction, waiting.validSequenceNo + 1, sequenceNo, catalog);
    if (verdict.kind === 'committed') return verdict.sequenceNo;
    if (verdict.kind === 'conflict') throw occConflict();
    waiting.validSequenceNo = Math.max(waiting.validSequenceNo, sequenceNo);
    return undefined;
  }

  private nodeReader(batch: Batch<Waiting>): ReadNode {
    const stored = readNode(this.store, this.strandId);
    return async (level, index) => {
      const name = nodeName({ level, index });
      const underWay = [batch, ...this.flights.map(flight => flight.batch)].find(({ nodes }) => nodes.has(name));
      return underWay?.nodes.get(name) ?? this.nodes.get(name) ?? stored(level, index);
    };
  }
}

/** Whether a transaction has seen more of the journal, or another one since a restore. */
const isBefore = ({ sequenceNo, restoreId }: JournalHead, transaction: Transaction): boolean =>
  sequenceNo < transaction.snapshotSequenceNo || restoreId !== transaction.restoreId;

/** Where the journal ends once the batch is durable. */
const tipAfter = ({ base, tip }: Batch<Waiting>): Tip => tip === base ? base : { ...tip, head: { ...tip.head, ordinal: base.head.ordinal + 1 } };

/** Whether tables have to be brought up to the batch's last block. */
const isBehind = ({ tip: { head } }: Batch<Waiting>): boolean => head.projectedSequenceNo < head.sequenceNo;

const capacityExceeded = (): LedgerError =>
  new LedgerError('CapacityExceededException', 'Capacity exceeded: too many concurrent writers on the journal. Try again.');
