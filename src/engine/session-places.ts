import { createHash } from 'node:crypto';
import { ConditionFailed, type Action, type Store } from '../store';
import { sessionPlaceKey, sessionPlacesPartition } from './keys';
import { LedgerError } from './ledger-error';
import { SESSION_LIFETIME_MILLIS } from './limits';

/** Tries at taking a place blindly before all of them are read. */
const BLIND_TRIES = 4;

export const tooManySessions = (sessionsMax: number): LedgerError =>
  new LedgerError('LimitExceededException', `Exceeded the session limit of ${sessionsMax}`);

/** A place is free again once the session that took it is too old. */
const freeFrom = (createdMillis: number): number => createdMillis + SESSION_LIFETIME_MILLIS;

/**
 * Takes one of a ledger's places for a session, in the write that makes the session. Counting sessions would need an item that all
 * instances write; places are as many items, each of which is free if it is absent or its time is over.
 *
 * @throws LedgerError LimitExceededException if no place is free
 */
export async function takePlace(
  store: Store, { strandId, token, createdMillis }: { strandId: string; token: string; createdMillis: number }, sessionsMax: number,
  makeSession: (place: number, action: Action) => Promise<void>,
): Promise<void> {
  const taking = (place: number): Action => ({
    put: sessionPlaceKey(strandId, place),
    value: Buffer.from(token),
    ordinal: freeFrom(createdMillis),
    expiresAtSeconds: Math.ceil(freeFrom(createdMillis) / 1000),
    if: { ordinalBelow: createdMillis + 1 },
  });
  for await (const place of candidates(store, strandId, token, createdMillis, sessionsMax)) {
    try {
      return await makeSession(place, taking(place));
    } catch (error) {
      const isTaken = error instanceof ConditionFailed && error.key.partition === sessionPlacesPartition(strandId);
      if (!isTaken) throw error;
    }
  }
  throw tooManySessions(sessionsMax);
}

/** Places to try: some blindly, each token's own, then those that are seen to be free. */
async function* candidates(store: Store, strandId: string, token: string, nowMillis: number, sessionsMax: number): AsyncGenerator<number> {
  const draws = createHash('sha256').update(token).digest();
  for (let index = 0; index < BLIND_TRIES; index++) yield draws.readUInt32BE(index * 4) % sessionsMax;
  const taken = new Set<number>();
  for await (const { key, ordinal } of store.query(sessionPlacesPartition(strandId))) {
    if (ordinal > nowMillis) taken.add(Number(key.sort));
  }
  const first = draws.readUInt32BE(BLIND_TRIES * 4) % sessionsMax;
  for (let index = 0; index < sessionsMax; index++) {
    const place = (first + index) % sessionsMax;
    if (!taken.has(place)) yield place;
  }
}

/** Gives the place back, unless another session has it by now. */
export async function leavePlace(
  store: Store, { strandId, createdMillis, place }: { strandId: string; createdMillis: number; place?: number },
): Promise<void> {
  if (place === undefined) return;
  const action: Action = { delete: sessionPlaceKey(strandId, place), if: { ordinal: freeFrom(createdMillis) } };
  await store.transact([action]).catch((error: unknown) => {
    if (!(error instanceof ConditionFailed)) throw error;
  });
}
