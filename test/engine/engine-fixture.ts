import { randomBytes } from 'node:crypto';
import { createEngine, memorySessionStore, type Destinations, type Engine, type EngineOptions, type ExportedObject, type KinesisRecord } from '../../src/engine';
import { decodeIon, encodeIon, hashIon, ionToJson, parseIon, type IonValue } from '../../src/ion';
import { foldStatement, startDigest, statementDigest } from '../../src/journal';
import { memoryStore, type Store } from '../../src/store';
import { memorySource } from '../cli/generated-export';

export const CALLER = 'arn:aws:iam::123456789012:role/App';
export const ROLE = 'arn:aws:iam::123456789012:role/JournalWriter';
export const KINESIS_STREAM = 'arn:aws:kinesis:eu-central-1:123456789012:stream/changes';

/** Keeps what exports and streams write; `refuse` makes the next writes fail. */
export interface RecordingDestinations extends Destinations {
  readonly exported: Map<string, ExportedObject>;
  readonly streamed: KinesisRecord[];
  refuse?: (operation: string) => void;
}

export function recordingDestinations(): RecordingDestinations {
  const exported = new Map<string, ExportedObject>();
  const streamed: KinesisRecord[] = [];
  const destinations: RecordingDestinations = {
    exported,
    streamed,
    objects: async () => ({
      check: async () => destinations.refuse?.('check'),
      async put(object) {
        destinations.refuse?.('put');
        exported.set(object.key, object);
      },
    }),
    records: async () => ({
      check: async () => destinations.refuse?.('check'),
      async put(_, records) {
        destinations.refuse?.('put');
        streamed.push(...records);
      },
    }),
    async exports(_, __, { prefix }) {
      destinations.refuse?.('get');
      return memorySource(new Map([...exported.values()].filter(({ key }) => key.startsWith(prefix)).map(({ key, body }) => [key, body])));
    },
  };
  return destinations;
}

export interface EngineFixture {
  readonly engine: Engine;
  readonly store: Store;
  readonly destinations: RecordingDestinations;
  /** Moves only when a test moves it, and a millisecond with every look. */
  readonly time: { millis: number };
  readonly woken: string[];
}

export function engineFixture(options: Partial<EngineOptions> = {}): EngineFixture {
  const store = options.store ?? memoryStore();
  const time = { millis: Date.parse('2026-03-01T12:00:00Z') };
  const clock = (): number => time.millis++;
  const destinations = recordingDestinations();
  const woken: string[] = [];
  const engine = createEngine({
    store,
    sessions: memorySessionStore(clock),
    clock,
    random: randomBytes,
    destinations,
    account: { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' },
    wake: strandId => woken.push(strandId),
    pause: async () => undefined,
    ...options,
  });
  return { engine, store, destinations, time, woken };
}

export async function newLedger(engine: Engine, name = 'books'): Promise<string> {
  const { strandId } = await engine.ledgers.create({ name, permissionsMode: 'STANDARD', deletionProtection: false, tags: {} });
  return strandId;
}

/** One transaction as a driver runs it, digest included. */
export interface OpenTransaction {
  readonly transactionId: string;
  /** All rows of a statement, as JSON for easy comparison. Parameters are Ion text. */
  run(statement: string, ...parameters: string[]): Promise<unknown[]>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export async function begin(engine: Engine, ledgerName = 'books'): Promise<OpenTransaction> {
  const { sessions } = engine;
  const token = await sessions.startSession(ledgerName, CALLER);
  const transactionId = await sessions.startTransaction(token, CALLER);
  let digest = startDigest(transactionId);
  return {
    transactionId,
    async run(statement, ...texts) {
      const parameters = texts.map(text => parseIon(text));
      digest = foldStatement(digest, statementDigest(statement, parameters));
      const encoded = parameters.map(value => ({ ionBinary: encodeIon(value) }));
      const result = await sessions.executeStatement(token, CALLER, transactionId, statement, encoded);
      const values = [...result.page.values];
      for (let next = result.page.nextPageToken; next !== undefined;) {
        const { page } = await sessions.fetchPage(token, CALLER, transactionId, next);
        values.push(...page.values);
        next = page.nextPageToken;
      }
      return values.map(bytes => JSON.parse(ionToJson(decodeIon(bytes))) as unknown);
    },
    commit: async () => void await sessions.commitTransaction(token, CALLER, transactionId, digest),
    abort: async () => sessions.abortTransaction(token, CALLER),
  };
}

/** One statement in a transaction of its own. */
export async function execute(engine: Engine, statement: string, ...parameters: string[]): Promise<unknown[]> {
  const transaction = await begin(engine);
  const rows = await transaction.run(statement, ...parameters);
  await transaction.commit();
  return rows;
}

export const hashOf = (value: IonValue): string => Buffer.from(hashIon(value)).toString('base64');
