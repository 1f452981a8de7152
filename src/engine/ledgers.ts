import { appendedNodes, dot, genesisEntry, GENESIS_PREVIOUS_HASH, type Block, type BlockAddress } from '../journal';
import { ConditionFailed, type Action, type Store } from '../store';
import { parseBlockAddress } from './block-address-text';
import { catalogAction, EMPTY_CATALOG } from './catalog';
import { ledgerArn, type EngineContext } from './engine-context';
import type { GrantRequest } from './grant-order';
import { isIndexJob, jobAction, jobsOf, newJobAction, type PurgeJob, type StoredJob } from './job-record';
import { findHead, headAction, readHead, type JournalHead } from './journal-head';
import { blockActions, blockBytes, nodesAction } from './journal-store';
import { headKey, LEDGER_QUOTA_KEY, ledgerKey } from './keys';
import { LedgerError, ledgerNotFound } from './ledger-error';
import { grantsOf, putGrant, removeGrant, type LedgerGrant } from './ledger-grant';
import {
  findLedger, jobPartitions, ledgerAction, ledgersAfter, replaceLedger, requireActiveLedger, requireLedger, type LedgerRecord,
  type PermissionsMode, type StoredLedger,
} from './ledger-record';
import { catchUp } from './projection';
import { quotaGuardAction, readQuotaGuard } from './quota-guard';
import { randomId } from './random-id';
import { encodeRecord } from './record';
import { withoutTags, withTags, type Tags } from './tags';

export interface NewLedger {
  readonly name: string;
  readonly permissionsMode: PermissionsMode;
  readonly deletionProtection: boolean;
  readonly kmsKeyArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The life of ledgers: what QLDB's control plane does with them. */
export class Ledgers {
  constructor(private readonly context: EngineContext) {}

  arn(name: string): string {
    return ledgerArn(this.context.account, name);
  }

  /** @throws LedgerError ResourceAlreadyExistsException, ResourceInUseException, LimitExceededException */
  async create(ledger: NewLedger): Promise<LedgerRecord> {
    const { store, clock, random } = this.context;
    for (;;) {
      const guard = await readQuotaGuard(store, LEDGER_QUOTA_KEY);
      await refuseTooManyLedgers(this.context);
      const strandId = randomId(random);
      const creationMillis = clock();
      const record: LedgerRecord = { ...ledger, strandId, state: 'ACTIVE', creationMillis };
      const genesis = genesisBlock(strandId, randomId(random), creationMillis);
      const nodes = await appendedNodes(0, genesis.blockHash, () => Promise.reject(new Error('An empty tree has no nodes.')));
      const written = blockActions(genesis);
      const head = {
        sequenceNo: 0, blockHash: genesis.blockHash, blockTimestampMillis: creationMillis, projectedSequenceNo: 0, journalBytes: blockBytes(written),
      };
      try {
        await store.transact([
          { put: ledgerKey(ledger.name), value: encodeRecord(record), ordinal: 1, if: { absent: true } },
          quotaGuardAction(guard),
          headAction(strandId, head, undefined),
          catalogAction(strandId, EMPTY_CATALOG, 0),
          ...written,
          nodesAction(strandId, nodes),
        ]);
        return record;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        // Another ledger came first: under this name, or it has to be counted now.
        if (await findLedger(store, ledger.name)) throw await nameTaken(store, ledger.name);
      }
    }
  }

  /** Bytes of the ledger's blocks as they were written: a redaction takes nothing off. Undefined once the ledger is gone. */
  async journalBytes({ strandId }: Pick<LedgerRecord, 'strandId'>): Promise<number | undefined> {
    const head = await findHead(this.context.store, strandId);
    return head?.journalBytes;
  }

  /** A ledger on its way out is still described, in state DELETING. @throws LedgerError ResourceNotFoundException */
  async describe(name: string): Promise<LedgerRecord> {
    const found = await findLedger(this.context.store, name);
    if (!found) throw ledgerNotFound(name);
    return found.record;
  }

  /** Up to `limit` ledgers whose names come after `afterName`. */
  async list(limit: number, afterName?: string): Promise<{ ledgers: LedgerRecord[]; more: boolean }> {
    const ledgers: LedgerRecord[] = [];
    for await (const ledger of ledgersAfter(this.context.store, afterName)) {
      if (ledgers.length === limit) return { ledgers, more: true };
      ledgers.push(ledger);
    }
    return { ledgers, more: false };
  }

  /** @throws LedgerError ResourceNotFoundException */
  async update(name: string, change: { readonly deletionProtection?: boolean; readonly kmsKeyArn?: string }): Promise<LedgerRecord> {
    return this.change(name, ({ record }) => ({
      deletionProtection: change.deletionProtection ?? record.deletionProtection,
      // Going back to the owned key is said with this literal.
      kmsKeyArn: change.kmsKeyArn === 'AWS_OWNED_KMS_KEY' ? undefined : change.kmsKeyArn ?? record.kmsKeyArn,
    }));
  }

  /** @throws LedgerError ResourceNotFoundException */
  async updatePermissionsMode(name: string, permissionsMode: PermissionsMode): Promise<LedgerRecord> {
    return this.change(name, () => ({ permissionsMode }));
  }

  /** @throws LedgerError ResourceNotFoundException, InvalidParameterException */
  async tag(name: string, tags: Tags): Promise<void> {
    await this.change(name, ({ record }) => ({ tags: withTags(`Ledger ${name}`, record.tags, tags) }));
  }

  /** @throws LedgerError ResourceNotFoundException */
  async untag(name: string, keys: readonly string[]): Promise<void> {
    await this.change(name, ({ record }) => ({ tags: withoutTags(record.tags, keys) }));
  }

  /** @throws LedgerError ResourceNotFoundException, ResourcePreconditionNotMetException */
  async grant(name: string, grant: LedgerGrant, request?: GrantRequest): Promise<void> {
    await putGrant(this.context, name, grant, request);
  }

  /** Taking back what was not granted is a success. @throws LedgerError ResourceNotFoundException, ResourcePreconditionNotMetException */
  async revoke(name: string, grantId: string, request?: GrantRequest): Promise<void> {
    await removeGrant(this.context, name, grantId, request);
  }

  /** @throws LedgerError ResourceNotFoundException */
  async grants(name: string): Promise<LedgerGrant[]> {
    const { record } = await requireLedger(this.context.store, name);
    return grantsOf(this.context.store, record.strandId);
  }

  /**
   * Marks the ledger and ends its exports; its data goes in the background, and with the last of it the name becomes free.
   *
   * A caller who names the newest block that it knows of, as Ion text, deletes no other: the write that ends the journal holds only while that
   * block is the newest, so none can be committed in between.
   *
   * @throws LedgerError ResourceNotFoundException, ResourceInUseException while a stream runs, ResourcePreconditionNotMetException under protection or
   * when the journal has gone on, InvalidParameterException if the ledger never had that block
   */
  async delete(name: string, digestTipText?: string): Promise<void> {
    const { store } = this.context;
    const seen = digestTipText === undefined ? undefined : parseBlockAddress(digestTipText);
    for (;;) {
      const ledger = await (seen ? requireActiveLedger(store, name) : requireLedger(store, name));
      const { strandId } = ledger.record;
      // What was projected in part of a new table or index is found by the catalog only once all of it is; what cannot be projected must not stop this.
      await catchUp(store, strandId).catch(() => undefined);
      const jobs = await Promise.all(jobPartitions(ledger.record).map(partition => jobsOf(store, partition)));
      const actions = this.deletionOf(ledger, jobs.flat(), seen && await this.headSeen(ledger.record, seen));
      try {
        await store.transact(actions);
        this.context.wake(strandId);
        return;
      } catch (error) {
        // The ledger, its journal or one of its jobs changed meanwhile: look again.
        if (!(error instanceof ConditionFailed)) throw error;
      }
    }
  }

  /** Where the journal ends, if that is where the caller has seen it end. */
  private async headSeen({ name, strandId }: LedgerRecord, seen: BlockAddress): Promise<JournalHead> {
    const head = await readHead(this.context.store, strandId).catch((error: unknown) => {
      throw error instanceof LedgerError ? ledgerNotFound(name) : error;
    });
    if (seen.strandId !== strandId) throw new LedgerError('InvalidParameterException', 'The Strand ID of the provided digest tip address is not valid.');
    if (seen.sequenceNo > head.sequenceNo) {
      throw new LedgerError('InvalidParameterException', "The sequence number of the provided digest tip address is beyond the strand's latest committed record.");
    }
    if (seen.sequenceNo < head.sequenceNo) {
      throw new LedgerError('ResourcePreconditionNotMetException',
        `The journal of ledger ${name} has gone on to block ${head.sequenceNo}, beyond the provided digest tip address at block ${seen.sequenceNo}, so the ledger is `
        + 'not deleted. Take care of the newer blocks, and name the newest one.', { ResourceType: 'Ledger', ResourceName: name });
    }
    return head;
  }

  private deletionOf(ledger: StoredLedger, jobs: readonly StoredJob[], head: JournalHead | undefined): Action[] {
    const { name, state, deletionProtection } = ledger.record;
    const resource = { ResourceType: 'Ledger', ResourceName: name };
    // What a restore has not finished is still in the archive.
    if (deletionProtection && state !== 'CREATING') {
      throw new LedgerError('ResourcePreconditionNotMetException', `Deletion protection of ledger ${name} is on. Turn it off with UpdateLedger first.`, resource);
    }
    const endedMillis = this.context.clock();
    return [
      ...removalActions(ledger, endedMillis, head),
      ...jobs.filter(({ record }) => record.endedMillis === undefined && !isIndexJob(record)).map((job) => {
        if (job.record.kind === 'stream') {
          throw new LedgerError('ResourceInUseException', `Ledger ${name} has the running journal stream ${job.record.id}. Cancel it first.`, resource);
        }
        return jobAction(job, { status: 'CANCELLED', endedMillis });
      }),
    ];
  }

  private async change(name: string, change: (ledger: StoredLedger) => Partial<LedgerRecord>): Promise<LedgerRecord> {
    for (;;) {
      const ledger = await requireLedger(this.context.store, name);
      try {
        return await replaceLedger(this.context.store, ledger, change(ledger));
      } catch (error) {
        // Each failure means that another change succeeded, so the loop as a whole makes progress.
        if (!(error instanceof ConditionFailed)) throw error;
      }
    }
  }
}

/** @throws LedgerError LimitExceededException */
export async function refuseTooManyLedgers({ store, quotas: { activeLedgers } }: EngineContext): Promise<void> {
  let active = 0;
  for await (const { state } of ledgersAfter(store)) if (state !== 'DELETING') active++;
  if (active >= activeLedgers) {
    throw new LedgerError('LimitExceededException', `Exceeded the limit of ${activeLedgers} active ledgers. Delete one, or raise the limit of the service.`, { ResourceType: 'Ledger' });
  }
}

/** What to answer when a ledger of that name is there already. */
export async function nameTaken(store: Store, name: string): Promise<LedgerError> {
  const state = (await findLedger(store, name))?.record.state;
  return state === 'DELETING'
    ? new LedgerError('ResourceInUseException', `The Ledger with name ${name} is still being deleted. Wait and try again.`, { ResourceType: 'Ledger', ResourceName: name })
    : new LedgerError('ResourceAlreadyExistsException', `The Ledger with name ${name} already exists`, { ResourceType: 'Ledger', ResourceName: name });
}

/**
 * The writes that take a ledger away: its data goes in the background, and with the last of it the name becomes free. With `head`, they hold only
 * if the journal ends there.
 */
export function removalActions(ledger: StoredLedger, nowMillis: number, head?: JournalHead): Action[] {
  const { name, strandId, restoreId } = ledger.record;
  const purge: PurgeJob = { kind: 'purge', id: strandId, ledgerName: name, strandId, status: 'IN_PROGRESS', createdMillis: nowMillis, restoreId };
  // Without a head nothing can be appended any more.
  return [ledgerAction(ledger, { state: 'DELETING' }), newJobAction(purge), { delete: headKey(strandId), if: head && { ordinal: head.ordinal } }];
}

/** Block 0 belongs to the system: no statements, no documents, one entry that binds the journal to its strand. */
function genesisBlock(strandId: string, transactionId: string, millis: number): Block {
  const entriesHash = genesisEntry(strandId);
  return {
    blockAddress: { strandId, sequenceNo: 0 },
    transactionId,
    blockTimestampMillis: millis,
    blockHash: dot(entriesHash, GENESIS_PREVIOUS_HASH),
    entriesHash,
    previousBlockHash: GENESIS_PREVIOUS_HASH,
    entriesHashList: [entriesHash],
  };
}
