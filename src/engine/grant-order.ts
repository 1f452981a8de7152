import type { Action, Key, Store } from '../store';
import { LedgerError } from './ledger-error';
import { decodeRecord, encodeRecord } from './record';

/** The request of a caller whose requests may overtake each other: one that is repeated, late, is no newer than it was. */
export interface GrantRequest {
  /** The same for whatever is sent for one request. */
  readonly id: string;
  /** When the request began, by the caller's clock. */
  readonly millis: number;
}

/** The newest of them is the last that may change the grant, whichever comes last. */
interface Heard { readonly requests: readonly GrantRequest[] }

/** So many are remembered by id, so that one that is repeated counts from when it was first heard. */
const REQUESTS_REMEMBERED = 8;
/** Longer than anybody goes on with a request. Also remembered of grants that are gone, which a late request must not bring back. */
const MEMORY_MILLIS = 86_400_000;

/**
 * What goes into one write with the change of a grant that a request asks for: the memory of it. Nothing for callers that name no request.
 *
 * A clock decides, because the store cannot: what is out of order began while the service could not be reached.
 *
 * @param key where the memory of the grant's requests rests
 * @throws LedgerError ResourcePreconditionNotMetException if a request that began later has changed the grant; ConditionFailed is the write's
 */
export async function inOrderOfRequests(
  { store, clock }: { readonly store: Store; readonly clock: () => number }, key: Key, grantId: string, request?: GrantRequest,
): Promise<Action[]> {
  if (!request) return [];
  const nowMillis = clock();
  const item = await store.get(key);
  const heard = item ? decodeRecord<Heard>(item.value).requests : [];
  const others = heard.filter(({ id }) => id !== request.id);
  // A clock that is ahead must not shut out whoever comes next. The price: of requests that began closer together than it is ahead, the last to come wins.
  const millis = heard.find(({ id }) => id === request.id)?.millis ?? Math.min(request.millis, nowMillis);
  if (others.some(other => other.millis > millis)) throw superseded(grantId, millis);
  const written: Heard = { requests: [...others, { id: request.id, millis }].slice(-REQUESTS_REMEMBERED) };
  return [{
    put: key,
    value: encodeRecord(written),
    ordinal: (item?.ordinal ?? 0) + 1,
    expiresAtSeconds: Math.ceil((nowMillis + MEMORY_MILLIS) / 1000),
    if: item ? { ordinal: item.ordinal } : { absent: true },
  }];
}

const superseded = (grantId: string, millis: number): LedgerError => new LedgerError('ResourcePreconditionNotMetException',
  `Another request, which began after this one of ${new Date(millis).toISOString()}, has changed grant ${grantId} already. Make the change with a new request.`,
  { ResourceType: 'Grant', ResourceName: grantId });
