import type { PartiqlAction, RequiredPermission } from '../partiql';
import { ConditionFailed, type Item, type Store } from '../store';
import { tableById, type Catalog } from './catalog';
import type { Account, EngineContext } from './engine-context';
import { inOrderOfRequests, type GrantRequest } from './grant-order';
import { GRANT_SORT_PREFIX, grantKey, grantOrderKey } from './keys';
import { LedgerError } from './ledger-error';
import { ledgerCheck, requireLedger } from './ledger-record';
import { decodeRecord, encodeRecord } from './record';

/** What one principal may do in one ledger of mode STANDARD. What no grant allows is refused. */
export interface LedgerGrant {
  /** Chosen by whoever grants; granting again under the same id replaces. */
  readonly grantId: string;
  /** ARN of an IAM role or user. */
  readonly principalArn: string;
  readonly actions: readonly PartiqlAction[];
  /** Names of tables; `*` stands for all tables and the catalog, `information_schema.user_tables` for the catalog alone. */
  readonly tables: readonly string[];
}

const ALL_TABLES = '*';
const CATALOG = 'information_schema.user_tables';

const decode = (item: Item): LedgerGrant => decodeRecord<LedgerGrant>(item.value);

type Context = Pick<EngineContext, 'store' | 'clock'>;

/** Creates or replaces a grant. @throws LedgerError ResourceNotFoundException; ResourcePreconditionNotMetException if a later request has changed it */
export async function putGrant(context: Context, ledgerName: string, grant: LedgerGrant, request?: GrantRequest): Promise<void> {
  await repeated(async () => {
    const ledger = await requireLedger(context.store, ledgerName);
    const { strandId } = ledger.record;
    await context.store.transact([
      { put: grantKey(strandId, grant.grantId), value: encodeRecord(grant) },
      ...await inOrderOfRequests(context, grantOrderKey(strandId, grant.grantId), grant.grantId, request),
      // One left behind by a deletion would hold again once the journal is restored.
      ledgerCheck(ledger),
    ]);
  });
}

/**
 * Taking back what was not granted is a success.
 *
 * @throws LedgerError ResourceNotFoundException; ResourcePreconditionNotMetException if a later request has put it
 */
export async function removeGrant(context: Context, ledgerName: string, grantId: string, request?: GrantRequest): Promise<void> {
  await repeated(async () => {
    const ledger = await requireLedger(context.store, ledgerName);
    const { strandId } = ledger.record;
    const order = await inOrderOfRequests(context, grantOrderKey(strandId, grantId), grantId, request);
    // What is remembered beside a grant must not outlive the ledger either.
    await context.store.transact([{ delete: grantKey(strandId, grantId) }, ...order, ...order.length > 0 ? [ledgerCheck(ledger)] : []]);
  });
}

/** Each failure means that another change succeeded, of the ledger or of the grant, so the loop as a whole makes progress. */
async function repeated(change: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

export async function grantsOf(store: Store, strandId: string): Promise<LedgerGrant[]> {
  const grants: LedgerGrant[] = [];
  for await (const item of store.query(strandId, { prefix: GRANT_SORT_PREFIX })) grants.push(decode(item));
  return grants;
}

/**
 * Refuses a statement that needs what the caller was not granted. A table that does not exist is refused alike, unless the caller
 * may use all tables: others must not learn which tables there are.
 *
 * @throws LedgerError AccessDeniedException
 */
export function checkGrants(grants: readonly LedgerGrant[], callerArn: string, needed: readonly RequiredPermission[], catalog: Catalog): void {
  const own = grants.filter(({ principalArn }) => isPrincipal(callerArn, principalArn));
  for (const { action, table } of needed) {
    const name = table === 'catalog' ? CATALOG : 'name' in table ? table.name : tableById(catalog, table.tableId)?.name;
    const allowed = own.some(({ actions, tables }) =>
      actions.includes(action) && (tables.includes(ALL_TABLES) || (name !== undefined && tables.includes(name))));
    if (!allowed) throw accessDenied();
  }
}

const accessDenied = (): LedgerError => new LedgerError('AccessDeniedException',
  'Access denied. Unable to run the statement due to insufficient permissions or an improper variable reference');

const ASSUMED_ROLE = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/;
const ROLE = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;

/** A caller under a role carries the name of its session and not the path of the role; names of roles are unique within an account. */
function isPrincipal(callerArn: string, principalArn: string): boolean {
  const session = ASSUMED_ROLE.exec(callerArn);
  const role = ROLE.exec(principalArn);
  if (session && role) return session.slice(1).join('/') === role.slice(1).join('/');
  return callerArn === principalArn;
}

/** The account itself needs no grant, as it needs none from IAM. */
export const isAccountRoot = (callerArn: string, { partition, accountId }: Account): boolean =>
  callerArn === `arn:${partition}:iam::${accountId}:root`;

/**
 * Refuses who has no grant at all in a ledger whose mode is ALLOW_ALL: permission to call the service is not yet one to use each of its ledgers.
 *
 * @throws LedgerError AccessDeniedException
 */
export function checkAnyGrant(grants: readonly LedgerGrant[], callerArn: string): void {
  if (!grants.some(({ principalArn }) => isPrincipal(callerArn, principalArn))) throw accessDenied();
}
