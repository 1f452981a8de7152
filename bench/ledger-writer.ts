import { KEY_COUNT } from './audit-tables';
import { sampleDocument } from './sample-journal';
import type { ParameterValue } from '../src/engine';
import { decodeIon, encodeIon, ionInt, ionToJson, type IonStruct, type IonValue } from '../src/ion';
import { foldStatement, startDigest, statementDigest } from '../src/journal';

export const LEDGER = 'bench';
const SELECT = 'SELECT * FROM Documents AS d WHERE d.k = ?';
const INSERT = 'INSERT INTO Documents ?';
const UPDATE = 'UPDATE Documents AS d SET d = ? WHERE d.k = ?';
const SETUP = ['CREATE TABLE Documents', 'CREATE INDEX ON Documents (k)'];

/** One session of a ledger, however it is reached. */
export interface LedgerSession {
  begin(): Promise<string>;
  /** Answers how many rows the first page has. */
  execute(transactionId: string, statement: string, parameters: readonly ParameterValue[]): Promise<number>;
  commit(transactionId: string, digest: Uint8Array): Promise<void>;
}

/** A parameter, and what a driver folds for the statement: the client's work, done ahead. */
interface Prepared {
  readonly ionBinary: Uint8Array;
  readonly digest: Uint8Array;
}

interface PreparedWrite {
  readonly select: Prepared;
  readonly insert: Prepared;
}

const prepared = (statement: string, value: IonValue): Prepared => ({ ionBinary: encodeIon(value), digest: statementDigest(statement, [value]) });

export function keyedDocument(key: number): IonStruct {
  return { kind: 'struct', fields: [['k', ionInt(key)], ...sampleDocument(key).fields] };
}

/** What PostgreSQL gets. */
export const documentJson = (): string => ionToJson(keyedDocument(KEY_COUNT));

/** Transactions of the comparison: look a key up, insert its document, or replace it if it is there. */
export class LedgerWriter {
  private readonly writes: PreparedWrite[] = [];

  /** Prepares that many transactions under keys drawn like PostgreSQL's. */
  prepare(count: number): void {
    while (this.writes.length < count) {
      const key = Math.floor(Math.random() * KEY_COUNT);
      this.writes.push({ select: prepared(SELECT, ionInt(key)), insert: prepared(INSERT, keyedDocument(key)) });
    }
  }

  async writeOne(session: LedgerSession): Promise<void> {
    if (this.writes.length === 0) this.prepare(100);
    const { select, insert } = this.writes.pop()!;
    for (;;) {
      const transactionId = await session.begin();
      let digest = foldStatement(startDigest(transactionId), select.digest);
      if (await session.execute(transactionId, SELECT, [select]) === 0) {
        digest = foldStatement(digest, insert.digest);
        await session.execute(transactionId, INSERT, [insert]);
      } else {
        digest = foldStatement(digest, statementDigest(UPDATE, [decodeIon(insert.ionBinary), decodeIon(select.ionBinary)]));
        await session.execute(transactionId, UPDATE, [insert, select]);
      }
      try {
        return await session.commit(transactionId, digest);
      } catch (error) {
        if ((error as Error).name !== 'OccConflictException') throw error;
      }
    }
  }
}

export const LOOKUPS_PER_TRANSACTION = 100;

/** Looks documents up by index, a hundred in one transaction. */
export class LedgerReader {
  private readonly lookups: readonly Prepared[];

  constructor(keys: readonly number[]) {
    this.lookups = keys.map(key => prepared(SELECT, ionInt(key)));
  }

  async readMany(session: LedgerSession): Promise<number> {
    const transactionId = await session.begin();
    let digest = startDigest(transactionId);
    for (let count = 0; count < LOOKUPS_PER_TRANSACTION; count++) {
      const lookup = this.lookups[Math.floor(Math.random() * this.lookups.length)]!;
      digest = foldStatement(digest, lookup.digest);
      if (await session.execute(transactionId, SELECT, [lookup]) !== 1) throw new Error('A lookup did not find its document.');
    }
    await session.commit(transactionId, digest);
    return LOOKUPS_PER_TRANSACTION;
  }
}

export async function setUp(session: LedgerSession): Promise<void> {
  for (const statement of SETUP) await runAlone(session, statement);
}

export async function runAlone(session: LedgerSession, statement: string, parameters: readonly IonValue[] = []): Promise<void> {
  const transactionId = await session.begin();
  await session.execute(transactionId, statement, parameters.map(value => ({ ionBinary: encodeIon(value) })));
  await session.commit(transactionId, foldStatement(startDigest(transactionId), statementDigest(statement, parameters)));
}

/** Runs the work `concurrency` at a time for a while; answers what was done in all. */
export async function sustained(concurrency: number, millis: number, work: (worker: number) => Promise<number>): Promise<number> {
  const until = performance.now() + millis;
  let done = 0;
  await Promise.all(Array.from({ length: concurrency }, async (_, worker) => {
    while (performance.now() < until) {
      const count = await work(worker);
      done += count;
    }
  }));
  return done;
}
