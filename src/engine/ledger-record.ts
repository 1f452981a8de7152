import type { Action, Item, Store } from '../store';
import { LEDGERS_PARTITION, ledgerKey, restorePartition } from './keys';
import { ledgerNotFound, LedgerError } from './ledger-error';
import { decodeRecord, encodeRecord, RepeatedRecords } from './record';

export type PermissionsMode = 'ALLOW_ALL' | 'STANDARD';
export type LedgerState = 'CREATING' | 'ACTIVE' | 'DELETING' | 'DELETED';

/** What the service keeps of a ledger besides its journal. */
export interface LedgerRecord {
  readonly name: string;
  readonly strandId: string;
  readonly state: LedgerState;
  readonly creationMillis: number;
  readonly permissionsMode: PermissionsMode;
  readonly deletionProtection: boolean;
  /** Of the restore that makes the ledger, while it is CREATING. */
  readonly restoreId?: string;
  /** Absent: the key of the store is the only one. */
  readonly kmsKeyArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A record together with the ordinal that the next writer must name. */
export interface StoredLedger {
  readonly record: LedgerRecord;
  readonly ordinal: number;
}

/** Every transaction looks its ledger up. */
const records = new RepeatedRecords<LedgerRecord>(decodeRecord);

const decode = ({ key, value, ordinal }: Item): StoredLedger => ({ record: records.of(key.sort, value), ordinal });

export async function findLedger(store: Store, name: string): Promise<StoredLedger | undefined> {
  const item = await store.get(ledgerKey(name));
  return item && decode(item);
}

/** The ledger unless it is missing or on its way out. @throws LedgerError ResourceNotFoundException */
export async function requireLedger(store: Store, name: string): Promise<StoredLedger> {
  const found = await findLedger(store, name);
  if (!found || found.record.state === 'DELETING') throw ledgerNotFound(name);
  return found;
}

/** The ledger if it can take work. @throws LedgerError ResourceNotFoundException, ResourcePreconditionNotMetException */
export async function requireActiveLedger(store: Store, name: string): Promise<StoredLedger> {
  const ledger = await requireLedger(store, name);
  const { record } = ledger;
  if (record.state !== 'ACTIVE') {
    throw new LedgerError('ResourcePreconditionNotMetException', `The Ledger with name ${name} is in state ${record.state}; it must be ACTIVE. Wait and try again.`, {
      ResourceType: 'Ledger',
      ResourceName: name,
    });
  }
  return ledger;
}

/** The ledger whose journal that is. */
export async function ledgerOfJournal(store: Store, strandId: string): Promise<LedgerRecord | undefined> {
  for await (const ledger of ledgersAfter(store)) if (ledger.strandId === strandId) return ledger;
  return undefined;
}

/** Every ledger whose name comes after `afterName`, in order of names. */
export async function* ledgersAfter(store: Store, afterName = ''): AsyncIterable<LedgerRecord> {
  for await (const item of store.query(LEDGERS_PARTITION, afterName ? { from: afterName } : undefined)) {
    const { record } = decode(item);
    if (record.name !== afterName) yield record;
  }
}

/** Where the jobs of a ledger rest. */
export const jobPartitions = ({ name, strandId, restoreId }: LedgerRecord): string[] =>
  restoreId === undefined ? [strandId] : [strandId, restorePartition(name)];

/** Replaces the record if nobody did so since it was read. @throws ConditionFailed */
export async function replaceLedger(store: Store, ledger: StoredLedger, change: Partial<LedgerRecord>): Promise<LedgerRecord> {
  await store.transact([ledgerAction(ledger, change)]);
  return { ...ledger.record, ...change };
}

/** The write that changes a ledger; it fails if the ledger is no longer as it was read. */
export function ledgerAction({ record, ordinal }: StoredLedger, change: Partial<LedgerRecord>): Action {
  return { put: ledgerKey(record.name), value: encodeRecord({ ...record, ...change }), ordinal: ordinal + 1, if: { ordinal } };
}

/** The check that the ledger is still as it was read. */
export const ledgerCheck = ({ record, ordinal }: StoredLedger): Action => ({ check: ledgerKey(record.name), if: { ordinal } });
