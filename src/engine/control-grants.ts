import { ConditionFailed, type Action, type Item, type Store } from '../store';
import { ledgerArn, type EngineContext } from './engine-context';
import { inOrderOfRequests, type GrantRequest } from './grant-order';
import { CONTROL_GRANTS_PARTITION, controlGrantKey, controlGrantOrderKey, heldKey, principalGrantKey, principalPartition, GRANT_SORT_PREFIX } from './keys';
import { LedgerError } from './ledger-error';
import { isAccountRoot } from './ledger-grant';
import { disguisesOf, principalOf } from './principal';
import { decodeRecord, encodeRecord } from './record';

/** What one principal may do on the control plane. */
export interface ControlGrant {
  /** Chosen by whoever grants; granting again under the same id replaces. */
  readonly grantId: string;
  /** ARN of an IAM role or user. */
  readonly principalArn: string;
  /** Name of a ledger, there or not, or `*` for all of them and for what is about none. */
  readonly ledgerName: string;
  /** Names of operations; `*` on every ledger makes an administrator. */
  readonly actions: readonly string[];
}

/** What a request to the control plane does. */
export interface ControlAccess {
  readonly action: string;
  /** Absent when it is about no single ledger. */
  readonly ledgerName?: string;
  /** Whether only administrators may, whatever else is granted. @default false */
  readonly administrators?: boolean;
}

export const EVERYTHING = '*';

/** All of them are read with each request of their principal. */
const GRANTS_PER_PRINCIPAL_MAX = 500;

interface StoredGrant { readonly grant: ControlGrant; readonly ordinal: number }

const decode = ({ value, ordinal }: Item): StoredGrant => ({ grant: decodeRecord<ControlGrant>(value), ordinal });

/**
 * Who may do what on the control plane. Whom the service was never told about may do everything, because IAM let it in; who was ever named in a grant
 * is held to its grants from then on, and to nothing once the last one is gone.
 */
export class ControlGrants {
  constructor(private readonly context: Pick<EngineContext, 'store' | 'account' | 'clock'>) {}

  /** @throws LedgerError LimitExceededException; ResourcePreconditionNotMetException if a later request has changed the grant */
  async put(grant: ControlGrant, request?: GrantRequest): Promise<void> {
    const principal = principalOf(grant.principalArn);
    await this.repeated(async (former) => {
      await this.refuseTooMany(principal, grant.grantId);
      const ordinal = (former?.ordinal ?? 0) + 1;
      const written = { value: encodeRecord(grant), ordinal };
      const hasCopy = former !== undefined && principalOf(former.grant.principalArn) === principal;
      await this.store.transact([
        { put: controlGrantKey(grant.grantId), ...written, if: former ? { ordinal: former.ordinal } : { absent: true } },
        { put: principalGrantKey(principal, grant.grantId), ...written, if: hasCopy ? { ordinal: former.ordinal } : undefined },
        // Never deleted: taking a grant away must not give its principal everything.
        ...[principal, ...disguisesOf(principal)].map((held): Action => ({ put: heldKey(held), value: new Uint8Array() })),
        ...former && !hasCopy ? [copyRemoval(former)] : [],
        ...await this.inOrder(grant.grantId, request),
      ]);
    }, grant.grantId);
  }

  /** Taking back what was not granted is a success. @throws LedgerError ResourcePreconditionNotMetException if a later request has put the grant */
  async remove(grantId: string, request?: GrantRequest): Promise<void> {
    await this.repeated(async (former) => {
      const removal: Action[] = former ? [{ delete: controlGrantKey(grantId), if: { ordinal: former.ordinal } }, copyRemoval(former)] : [];
      const actions = [...removal, ...await this.inOrder(grantId, request)];
      if (actions.length > 0) await this.store.transact(actions);
    }, grantId);
  }

  /** Up to `limit` grants whose ids come after `afterId`. */
  async list(limit: number, afterId?: string): Promise<{ grants: ControlGrant[]; more: boolean }> {
    const grants: ControlGrant[] = [];
    for await (const item of this.store.query(CONTROL_GRANTS_PARTITION, afterId ? { from: afterId } : undefined)) {
      const { grant } = decode(item);
      if (grant.grantId === afterId) continue;
      if (grants.length === limit) return { grants, more: true };
      grants.push(grant);
    }
    return { grants, more: false };
  }

  /** Refuses what the caller may not do; the answer is the same whether the ledger is there or not. @throws LedgerError AccessDeniedException */
  async check(callerArn: string, access: ControlAccess): Promise<void> {
    if (isAccountRoot(callerArn, this.context.account)) return;
    const known = await this.knownOf(principalOf(callerArn));
    if (known.isHeld && !known.grants.some(grant => allows(grant, access))) throw this.accessDenied(callerArn, access);
  }

  private inOrder(grantId: string, request?: GrantRequest): Promise<Action[]> {
    return inOrderOfRequests(this.context, controlGrantOrderKey(grantId), grantId, request);
  }

  private get store(): Store {
    return this.context.store;
  }

  private async knownOf(principal: string): Promise<{ isHeld: boolean; grants: ControlGrant[] }> {
    const items: Item[] = [];
    for await (const item of this.store.query(principalPartition(principal))) items.push(item);
    return { isHeld: items.length > 0, grants: items.filter(({ key }) => key.sort.startsWith(GRANT_SORT_PREFIX)).map(item => decode(item).grant) };
  }

  /** Two calls at the same time may pass the limit together: it keeps a principal's grants readable at once, not exactly this many. */
  private async refuseTooMany(principal: string, grantId: string): Promise<void> {
    const { grants } = await this.knownOf(principal);
    if (grants.filter(other => other.grantId !== grantId).length >= GRANTS_PER_PRINCIPAL_MAX) {
      throw new LedgerError('LimitExceededException',
        `The principal has ${GRANTS_PER_PRINCIPAL_MAX} grants on the control plane, the most that one can have. Delete one, or let one name more actions.`,
        { ResourceType: 'ControlGrant' });
    }
  }

  private async repeated(change: (former: StoredGrant | undefined) => Promise<void>, grantId: string): Promise<void> {
    for (;;) {
      const item = await this.store.get(controlGrantKey(grantId));
      try {
        return await change(item && decode(item));
      } catch (error) {
        // Each failure means that another change of the grant succeeded, so the loop as a whole makes progress.
        if (!(error instanceof ConditionFailed)) throw error;
      }
    }
  }

  private accessDenied(callerArn: string, { action, ledgerName }: ControlAccess): LedgerError {
    const resource = ledgerName === undefined ? EVERYTHING : ledgerArn(this.context.account, ledgerName);
    return new LedgerError('AccessDeniedException',
      `User: ${callerArn} is not authorized to perform: qldb:${action} on resource: ${resource} because no grant of the ledger service allows it`);
  }
}

/** An administrator's grant is one of everything on everything. */
function allows({ actions, ledgerName }: ControlGrant, access: ControlAccess): boolean {
  if (actions.includes(EVERYTHING) && ledgerName === EVERYTHING) return true;
  return access.administrators !== true
    && actions.includes(access.action)
    && (ledgerName === EVERYTHING || ledgerName === access.ledgerName);
}

/**
 * Takes the copy beside the former principal away, which has to be there: else the grant was deleted meanwhile and put for another principal, counts
 * its changes anew, and the copy that is there would stay, allowing what no listing shows.
 */
const copyRemoval = ({ grant, ordinal }: StoredGrant): Action =>
  ({ delete: principalGrantKey(principalOf(grant.principalArn), grant.grantId), if: { ordinal } });
