import { deserialize, serialize } from 'node:v8';
import { ConditionFailed, TRANSACT_BYTES_MAX, VALUE_BYTES_MAX, type Action, type Store } from '../store';
import { sessionPartition } from './keys';
import { badRequest } from './ledger-error';
import { EXPIRED_SESSION_MEMORY_MILLIS, SESSION_LIFETIME_MILLIS } from './limits';
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
}

/** A session is saved in one write; keys and numbers of its items take a little of that. */
const SESSION_BYTES_MAX = TRANSACT_BYTES_MAX - 10_000;

/** Where sessions live between commands: memory in one process, short-lived items where any instance may serve the next command. */
export interface SessionStore {
  load(token: string): Promise<Session | undefined>;
  /** Answers the session as saved. @throws LedgerError BadRequestException if another command changed it meanwhile */
  save(session: Session): Promise<Session>;
  remove(token: string): Promise<void>;
  savePage(token: string, pageToken: string, values: readonly Uint8Array[]): Promise<void>;
  loadPage(token: string, pageToken: string): Promise<readonly Uint8Array[] | undefined>;
}

/** For one process. Expired sessions are swept as new ones come. */
export function memorySessionStore(clock: () => number): SessionStore {
  const sessions = new Map<string, Session>();
  const pages = new Map<string, Map<string, readonly Uint8Array[]>>();
  const forget = (token: string): void => {
    sessions.delete(token);
    pages.delete(token);
  };
  return {
    load: async token => sessions.get(token),
    async save(session) {
      if (session.generation === 0) {
        // Maps keep insertion order, so the oldest come first.
        for (const { token, createdMillis } of sessions.values()) {
          if (clock() - createdMillis < SESSION_LIFETIME_MILLIS + EXPIRED_SESSION_MEMORY_MILLIS) break;
          forget(token);
        }
      } else if (sessions.get(session.token)?.generation !== session.generation) {
        throw concurrentCommands();
      }
      if (!session.transaction) pages.delete(session.token);
      const saved = { ...session, generation: session.generation + 1 };
      sessions.set(session.token, saved);
      return saved;
    },
    remove: async token => forget(token),
    async savePage(token, pageToken, values) {
      if (!pages.has(token)) pages.set(token, new Map());
      pages.get(token)!.set(pageToken, values);
    },
    loadPage: async (token, pageToken) => pages.get(token)?.get(pageToken),
  };
}

/** For many instances over one store. Items expire by themselves. */
export function storedSessionStore(store: Store, clock: () => number): SessionStore {
  const expiresAtSeconds = (): number => Math.ceil((clock() + SESSION_LIFETIME_MILLIS + EXPIRED_SESSION_MEMORY_MILLIS) / 1000);

  const writeChunks = async (partition: string, name: string, bytes: Uint8Array, generation: number): Promise<void> => {
    const actions: Action[] = [];
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
      return stored && { ...(deserialize(stored.bytes) as Session), generation: stored.generation };
    },
    async save(session) {
      try {
        await writeChunks(sessionPartition(session.token), 'state', serialize(session), session.generation);
      } catch (error) {
        throw error instanceof ConditionFailed ? concurrentCommands() : error;
      }
      return { ...session, generation: session.generation + 1 };
    },
    async remove(token) {
      const partition = sessionPartition(token);
      for await (const item of store.query(partition)) await store.transact([{ delete: item.key }]);
    },
    savePage: (token, pageToken, values) => writeChunks(sessionPartition(token), `page#${pageToken}`, serialize(values), 0),
    async loadPage(token, pageToken) {
      const stored = await readChunks(sessionPartition(token), `page#${pageToken}`);
      return stored && deserialize(stored.bytes) as readonly Uint8Array[];
    },
  };
}

export const concurrentCommands = () => badRequest('Two commands ran at once in one session. Send the next command after the answer to the last one.');
