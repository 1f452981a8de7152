import { InvalidIon, parseIon, readIon, type IonValue } from '../ion';
import { foldStatement } from '../journal';
import { runStatement, StatementError, tablesOf } from '../partiql';
import { readCatalog } from './catalog';
import { valueBytes } from './document-encoding';
import type { SessionContext } from './engine-context';
import { badRequest, LedgerError } from './ledger-error';
import { checkAnyGrant, checkGrants, grantsOf, isAccountRoot, type LedgerGrant } from './ledger-grant';
import { findLedger } from './ledger-record';
import { SESSION_LIFETIME_MILLIS, STATEMENT_OVERHEAD_BYTES, STATEMENTS_PER_TRANSACTION_MAX, TRANSACTION_LIFETIME_MILLIS } from './limits';
import { catchUp } from './projection';
import { randomId } from './random-id';
import { nameOfPage, pageTokenOf, placeOfPage, ResultPages, type Page } from './result-pages';
import { concurrentCommands, type Session } from './session-store';
import { Snapshot } from './snapshot';
import { StatementCache } from './statement-cache';
import { addBytes, beginTransaction, savepoint, type Transaction } from './transaction';
import { TransactionDatabase } from './transaction-database';

export interface ConsumedIOs {
  readonly readIOs: number;
  readonly writeIOs: number;
}

/** A statement's parameter as it came over the wire. */
export type ParameterValue = { readonly ionBinary: Uint8Array } | { readonly ionText: string };

/** The seven commands of a QLDB session. Every method names the caller, who must be the one that started the session. */
export class Sessions {
  /** Sessions of which a command runs in this process. */
  private readonly busy = new Set<string>();
  private readonly statements = new StatementCache();

  constructor(private readonly context: SessionContext) {}

  async startSession(ledgerName: string, callerArn: string): Promise<string> {
    const found = await findLedger(this.context.store, ledgerName);
    if (found?.record.state !== 'ACTIVE') throw badRequest(`The Ledger with name ${ledgerName} is not found`);
    const token = randomId(this.context.random) + randomId(this.context.random);
    // A transaction is named from the start: objects of one shape are read and copied fast.
    const session = {
      token, ledgerName, strandId: found.record.strandId, callerArn, createdMillis: this.context.clock(), generation: 0, transaction: undefined,
    };
    await this.context.sessions.open(session, this.context.quotas.sessionsPerLedger);
    return token;
  }

  async startTransaction(token: string, callerArn: string): Promise<string> {
    return this.command(token, callerArn, async (session) => {
      if (session.transaction && !this.hasExpired(session.transaction)) throw badRequest('Transaction already open');
      const { store, clock, random } = this.context;
      const [head] = await Promise.all([catchUp(store, session.strandId), this.refuseClosed(session)]);
      const transaction = beginTransaction({
        transactionId: randomId(random),
        ledgerName: session.ledgerName,
        strandId: session.strandId,
        startMillis: clock(),
        snapshotSequenceNo: head.sequenceNo,
        restoreId: head.restoreId,
        catalog: await readCatalog(store, session.strandId),
        grants: await this.grantsFor(session),
      });
      await this.context.sessions.save({ ...session, transaction });
      return transaction.transactionId;
    });
  }

  async executeStatement(
    token: string, callerArn: string, transactionId: string, text: string, parameterValues: readonly ParameterValue[],
  ): Promise<{ page: Page; consumed: ConsumedIOs }> {
    return this.command(token, callerArn, async (session) => {
      const transaction = await this.openTransaction(session, transactionId);
      const { parameters, digest } = this.decode(text, parameterValues);
      // Drivers fold a statement into their digest before they know whether it fails.
      transaction.commitDigest = foldStatement(transaction.commitDigest, digest);
      const rollBack = savepoint(transaction);
      const now = this.context.clock();
      const { random, sessions } = this.context;
      const database = new TransactionDatabase(transaction, this.snapshotOf(transaction), now, random, () => this.refuseExpired(transaction));
      const pages = new ResultPages(transaction, () => randomId(random), async (name, stored) => sessions.savePage(token, name, stored));
      let page: Page;
      try {
        await this.run(transaction, session.callerArn, database, text, parameters, pages);
        transaction.statements.push({ statement: text, startTimeMillis: now, statementDigest: digest });
        page = await pages.finished();
      } catch (error) {
        rollBack();
        await this.context.sessions.save({ ...session, transaction });
        throw error instanceof StatementError ? badRequest(error.message) : error;
      }
      await this.context.sessions.save({ ...session, transaction }).catch((error: unknown) => {
        // In one process the transaction is the very object that the session holds.
        rollBack();
        throw error;
      });
      return { page, consumed: { readIOs: database.readIOs, writeIOs: database.writeIOs } };
    });
  }

  async fetchPage(token: string, callerArn: string, transactionId: string, pageToken: string): Promise<{ page: Page; consumed: ConsumedIOs }> {
    return this.command(token, callerArn, async (session) => {
      await this.openTransaction(session, transactionId);
      const place = placeOfPage(pageToken);
      const stored = place && await this.context.sessions.loadPage(session.token, nameOfPage(transactionId, place));
      if (!place || !stored) throw badRequest(`The NextPageToken ${pageToken} is not valid in this transaction. Use the one of the newest page.`);
      const page = { values: stored.values, nextPageToken: stored.hasNext ? pageTokenOf(place.result, place.index + 1) : undefined };
      return { page, consumed: { readIOs: 0, writeIOs: 0 } };
    });
  }

  async commitTransaction(
    token: string, callerArn: string, transactionId: string, clientDigest: Uint8Array,
  ): Promise<{ commitDigest: Uint8Array; consumed: ConsumedIOs }> {
    return this.command(token, callerArn, async (session) => {
      const transaction = await this.openTransaction(session, transactionId);
      await this.context.sessions.save({ ...session, transaction: undefined });
      if (Buffer.compare(clientDigest, transaction.commitDigest) !== 0) throw badRequest("Digests don't match");
      const block = await this.context.appender(session.strandId).commit(transaction);
      if (block) this.context.wake(session.strandId);
      return { commitDigest: transaction.commitDigest, consumed: { readIOs: 0, writeIOs: block?.revisions?.length ?? 0 } };
    });
  }

  /** Aborting where nothing is open is a success: drivers do it after an expired transaction. */
  async abortTransaction(token: string, callerArn: string): Promise<void> {
    return this.command(token, callerArn, async (session) => {
      if (session.transaction) await this.context.sessions.save({ ...session, transaction: undefined });
    });
  }

  async endSession(token: string, callerArn: string): Promise<void> {
    return this.command(token, callerArn, async (session) => {
      await this.context.sessions.remove(session.token);
    });
  }

  /** A session may outlive its ledger, and see the journal come back: unfinished, or under another name. */
  private async refuseClosed({ ledgerName, strandId }: Session): Promise<void> {
    const ledger = await findLedger(this.context.store, ledgerName);
    if (ledger?.record.strandId !== strandId || ledger.record.state !== 'ACTIVE') throw badRequest(`The ledger of journal ${strandId} was deleted`);
  }

  /** Runs one command of a session. Two at once would undo each other. */
  private async command<T>(token: string, callerArn: string, work: (session: Session) => Promise<T>): Promise<T> {
    if (this.busy.has(token)) throw concurrentCommands();
    this.busy.add(token);
    try {
      return await work(await this.session(token, callerArn));
    } finally {
      this.busy.delete(token);
    }
  }

  private async session(token: string, callerArn: string): Promise<Session> {
    const session = await this.context.sessions.load(token);
    // Another caller's token is answered like an unknown one: it must not learn that the session exists.
    if (!session || session.callerArn !== callerArn) throw new LedgerError('InvalidSessionException', 'No such session');
    if (this.context.clock() - session.createdMillis >= SESSION_LIFETIME_MILLIS) {
      throw new LedgerError('InvalidSessionException', `Session ${token} has expired`);
    }
    return session;
  }

  private openTransaction(session: Session, transactionId: string): Transaction | Promise<never> {
    const { transaction } = session;
    if (!transaction) throw badRequest('No open transaction');
    if (this.hasExpired(transaction)) return this.endExpired(session, transaction);
    if (transaction.transactionId !== transactionId) {
      throw badRequest(`Transaction ${transactionId} is not the open transaction of this session, which is ${transaction.transactionId}`);
    }
    return transaction;
  }

  private async endExpired(session: Session, transaction: Transaction): Promise<never> {
    await this.context.sessions.save({ ...session, transaction: undefined });
    throw transactionExpired(transaction);
  }

  private hasExpired({ startMillis }: Transaction): boolean {
    return this.context.clock() - startMillis >= TRANSACTION_LIFETIME_MILLIS;
  }

  /** Undefined: whatever the caller asks for is allowed. */
  private async grantsFor({ ledgerName, strandId, callerArn }: Session): Promise<readonly LedgerGrant[] | undefined> {
    const { account, store } = this.context;
    if (!this.context.checkGrants || isAccountRoot(callerArn, account)) return undefined;
    const ledger = await findLedger(store, ledgerName);
    const grants = await grantsOf(store, strandId);
    if (ledger?.record.permissionsMode !== 'ALLOW_ALL') return grants;
    checkAnyGrant(grants, callerArn);
    return undefined;
  }

  private snapshotOf({ strandId, snapshotSequenceNo }: Transaction): Snapshot {
    return new Snapshot(this.context.store, strandId, snapshotSequenceNo);
  }

  private refuseExpired(transaction: Transaction): void {
    if (this.hasExpired(transaction)) throw transactionExpired(transaction);
  }

  /** Parameters stay the bytes that they came in, until somebody looks into them: to hash them finds whatever is wrong. */
  private decode(text: string, values: readonly ParameterValue[]): { readonly parameters: readonly IonValue[]; readonly digest: Uint8Array } {
    try {
      const parameters = values.map(value => 'ionBinary' in value ? readIon(value.ionBinary) : parseIon(value.ionText));
      return { parameters, digest: this.statements.digest(text, parameters) };
    } catch (error) {
      if (error instanceof InvalidIon) throw badRequest(`A parameter is not a valid Ion value: ${error.message}`);
      throw error;
    }
  }

  private async run(
    transaction: Transaction, callerArn: string, database: TransactionDatabase, text: string, parameters: readonly IonValue[], pages: ResultPages,
  ): Promise<void> {
    if (transaction.statements.length >= STATEMENTS_PER_TRANSACTION_MAX) {
      throw badRequest(`A transaction can run at most ${STATEMENTS_PER_TRANSACTION_MAX} statements. Commit, and go on in another one.`);
    }
    const statement = this.statements.parse(text);
    if (transaction.grants) checkGrants(transaction.grants, callerArn, tablesOf(statement, parameters), transaction.catalog);
    // A block holds the text of every statement, those that only read included.
    addBytes(transaction, Buffer.byteLength(text) + STATEMENT_OVERHEAD_BYTES);
    for await (const row of runStatement(statement, parameters, database)) {
      const kept = pages.add(rowBytes(row));
      if (kept) await kept;
      this.refuseExpired(transaction);
    }
  }
}

/** @throws LedgerError BadRequestException for a row that Ion cannot carry by itself */
function rowBytes(row: IonValue): Uint8Array {
  try {
    return valueBytes(row);
  } catch (error) {
    if (error instanceof InvalidIon) throw badRequest(`A row of the result cannot be answered: ${error.message}.`);
    throw error;
  }
}

const transactionExpired = ({ transactionId }: Transaction): LedgerError =>
  new LedgerError('InvalidSessionException', `Transaction ${transactionId} has expired`);
