import { deserialize, serialize } from 'node:v8';
import { ConditionFailed, TRANSACT_BYTES_MAX, VALUE_BYTES_MAX, type Action, type Store } from '../store';
import { documentBytes, documentFrom } from './document-encoding';
import { sessionPartition } from './keys';
import { badRequest, LedgerError } from './ledger-error';
import { EXPIRED_SESSION_MEMORY_MILLIS, PROCESS_PAGE_BYTES_MAX, SESSION_LIFETIME_MILLIS, TRANSACTION_LIFETIME_MILLIS } from './limits';
import { leavePlace, takePlace, tooManySessions } from './session-places';
import type { Transaction } from './transaction';

/** A session between two commands. */
export interface Session {
  readonly token: string;
  readonly ledgerName: string;
  readonly strandId: string;
  /** Who started it; nobody else may use the token. */
  readonly callerArn: string;
  readonly createdMillis: number;
  readonly transaction?: Transaction;
  /** Grows with every save, so that two commands of one session at once are told apart. */
  readonly generation: number;
  /** Which of its ledger's places it took, if those are counted in the store. */
  readonly place?: number;
}

/** Rows of a result between two commands. */
export interface StoredPage {
  readonly values: readonly Uint8Array[];
  readonly hasNext: boolean;
}

/** A session is saved in one write; keys and numbers of its items take a little of that. */
const SESSION_BYTES_MAX = TRANSACT_BYTES_MAX - 10_000;

/** Where sessions live between commands: memory in one process, short-lived items where any instance may serve the next command. */
export interface SessionStore {
  load(token: string): Promise<Session | undefined>;
  /** Keeps a new session. @throws LedgerError LimitExceededException if its ledger has as many that are not too old */
  open(session: Session, sessionsMax: number): Promise<void>;
  /** Answers the session as saved. @throws LedgerError BadRequestException if another command changed it meanwhile */
  save(session: Session): Promise<Session>;
  remove(token: string): Promise<void>;
  /** @throws LedgerError CapacityExceededException if there is no room for it now */
  savePage(token: string, pageToken: string, page: StoredPage): Promise<void>;
  loadPage(token: string, pageToken: string): Promise<StoredPage | undefined>;
}

/** For one process. Expired sessions are swept as new ones come. */
export function memorySessionStore(clock: () => number, pageBytesMax = PROCESS_PAGE_BYTES_MAX): SessionStore {
  const sessions = new Map<string, Session>();
  const tokensOfStrand = new Map<string, Set<string>>();
  const pages = new Map<string, Map<string, StoredPage>>();
  let pageBytes = 0;
  const bytesOfPage = ({ values }: StoredPage): number => values.reduce((sum, value) => sum + value.length, 0);
  const forgetPages = (token: string): void => {
    for (const page of pages.get(token)?.values() ?? []) pageBytes -= bytesOfPage(page);
    pages.delete(token);
  };
  const forget = (token: string): void => {
    const strandId = sessions.get(token)?.strandId;
    if (strandId !== undefined) tokensOfStrand.get(strandId)?.delete(token);
    sessions.delete(token);
    forgetPages(token);
  };
  const isOlderThan = (startMillis: number, lifetimeMillis: number): boolean => clock() - startMillis >= lifetimeMillis;
  /** Whoever let a transaction expire will fetch no more of its pages. */
  const forgetUnfetchable = (): void => {
    for (const token of pages.keys()) {
      const transaction = sessions.get(token)?.transaction;
      if (!transaction || isOlderThan(transaction.startMillis, TRANSACTION_LIFETIME_MILLIS)) forgetPages(token);
    }
  };
  const store: SessionStore = {
    load: async token => sessions.get(token),
    async open(session, sessionsMax) {
      const tokens = tokensOfStrand.get(session.strandId) ?? new Set();
      tokensOfStrand.set(session.strandId, tokens);
      let expired = 0;
      // The oldest come first.
      for (const token of tokens) {
        if (!isOlderThan(sessions.get(token)!.createdMillis, SESSION_LIFETIME_MILLIS)) break;
        expired++;
      }
      if (tokens.size - expired >= sessionsMax) throw tooManySessions(sessionsMax);
      await store.save(session);
      tokens.add(session.token);
    },
    async save(session) {
      if (session.generation === 0) {
        // Maps keep insertion order, so the oldest come first.
        for (const { token, createdMillis } of sessions.values()) {
          if (!isOlderThan(createdMillis, SESSION_LIFETIME_MILLIS + EXPIRED_SESSION_MEMORY_MILLIS)) break;
          forget(token);
        }
      } else if (sessions.get(session.token)?.generation !== session.generation) {
        throw concurrentCommands();
      }
      // Those of an expired transaction go with the one that follows it.
      const former = sessions.get(session.token)?.transaction;
      if (!session.transaction || former?.transactionId !== session.transaction.transactionId) forgetPages(session.token);
      const saved = { ...session, generation: session.generation + 1 };
      sessions.set(session.token, saved);
      return saved;
    },
    remove: async token => forget(token),
    async savePage(token, pageToken, page) {
      const bytes = bytesOfPage(page);
      if (pageBytes + bytes > pageBytesMax) forgetUnfetchable();
      if (pageBytes + bytes > pageBytesMax) {
        throw new LedgerError('CapacityExceededException', 'Capacity exceeded: results that wait to be fetched take all the memory there is for them. Try again.');
      }
      pageBytes += bytes;
      const ofSession = pages.get(token) ?? new Map<string, StoredPage>();
      pages.set(token, ofSession.set(pageToken, page));
    },
    loadPage: async (token, pageToken) => pages.get(token)?.get(pageToken),
  };
  return store;
}

/** Documents rest as Ion binary. */
function bytesOf(session: Session): Uint8Array {
  const { transaction } = session;
  if (!transaction) return serialize(session);
  const encoded = Array.from(transaction.writes, ([id, { data, ...document }]) => [id, { ...document, data: data && documentBytes(data) }] as const);
  const writes = new Map(encoded);
  return serialize({ ...session, transaction: { ...transaction, writes } });
}

function sessionFrom(bytes: Uint8Array): Session {
  const session = deserialize(bytes) as Session;
  for (const [id, document] of session.transaction?.writes ?? []) {
    if (document.data) session.transaction!.writes.set(id, { ...document, data: documentFrom(document.data as unknown as Uint8Array) });
  }
  return session;
}

/** For many instances over one store. Items expire by themselves. */
export function storedSessionStore(store: Store, clock: () => number): SessionStore {
  const expiresAtSeconds = (): number => Math.ceil((clock() + SESSION_LIFETIME_MILLIS + EXPIRED_SESSION_MEMORY_MILLIS) / 1000);

  const writeChunks = async (partition: string, name: string, bytes: Uint8Array, generation: number, ...beside: Action[]): Promise<void> => {
    const actions = beside;
    for (let start = 0, chunk = 0; start < bytes.length; start += VALUE_BYTES_MAX, chunk++) {
      actions.push({
        put: { partition, sort: `${name}#${String(chunk).padStart(2, '0')}` },
        value: bytes.subarray(start, start + VALUE_BYTES_MAX),
        ordinal: generation + 1,
        expiresAtSeconds: expiresAtSeconds(),
        // The first chunk guards the rest; later chunks of an earlier, longer state are cut off by its length prefix.
        ...(chunk === 0 ? { if: generation === 0 ? { absent: true } : { ordinal: generation } } : {}),
      });
    }
    if (bytes.length > SESSION_BYTES_MAX) throw badRequest('The state of the session is too large. Commit, and go on in another transaction.');
    await store.transact(actions);
  };

  const readChunks = async (partition: string, name: string): Promise<{ bytes: Uint8Array; generation: number } | undefined> => {
    const chunks: Uint8Array[] = [];
    let generation: number | undefined;
    for await (const item of store.query(partition, { prefix: `${name}#` })) {
      generation ??= item.ordinal;
      if (item.ordinal === generation) chunks.push(item.value);
    }
    return generation === undefined ? undefined : { bytes: Buffer.concat(chunks), generation };
  };

  return {
    async load(token) {
      const stored = await readChunks(sessionPartition(token), 'state');
      return stored && { ...sessionFrom(stored.bytes), generation: stored.generation };
    },
    async open(session, sessionsMax) {
      await takePlace(store, session, sessionsMax, async (place, taking) =>
        writeChunks(sessionPartition(session.token), 'state', bytesOf({ ...session, place }), 0, taking));
    },
    async save(session) {
      try {
        await writeChunks(sessionPartition(session.token), 'state', bytesOf(session), session.generation);
      } catch (error) {
        throw error instanceof ConditionFailed ? concurrentCommands() : error;
      }
      return { ...session, generation: session.generation + 1 };
    },
    async remove(token) {
      const partition = sessionPartition(token);
      const state = await readChunks(partition, 'state');
      for await (const item of store.query(partition)) await store.transact([{ delete: item.key }]);
      if (state) await leavePlace(store, sessionFrom(state.bytes));
    },
    savePage: (token, pageToken, page) => writeChunks(sessionPartition(token), `page#${pageToken}`, serialize(page), 0),
    async loadPage(token, pageToken) {
      const stored = await readChunks(sessionPartition(token), `page#${pageToken}`);
      return stored && deserialize(stored.bytes) as StoredPage;
    },
  };
}

export const concurrentCommands = () => badRequest('Two commands ran at once in one session. Send the next command after the answer to the last one.');
