import { bodyBytes, KEPT_LEDGER, LEDGER_NAMES, type RequestParts } from './control-plane-requests';
import type { Dice } from './dice';
import { hostileJson, hostileText, ionBinary, ionText, mutated } from './hostile-values';
import { decodeIon, encodeIon, InvalidIon, parseIon, type IonValue } from '../../../src/ion';
import { foldStatement, startDigest, statementDigest } from '../../../src/journal';

/** A session as a client sees it. */
export interface ClientSession {
  readonly token: string;
  readonly callerArn: string;
  transactionId?: string;
  digest?: Uint8Array;
  pageToken?: string;
}

const SESSIONS_MAX = 8;
const COMMANDS = ['StartSession', 'StartTransaction', 'ExecuteStatement', 'FetchPage', 'CommitTransaction', 'AbortTransaction', 'EndSession'] as const;
const STATEMENTS = ['CREATE TABLE Entry', 'CREATE TABLE T%', 'DROP TABLE T%', 'UNDROP TABLE "AAAAAAAAAAAAAAAAAAAAAA"', 'CREATE INDEX ON Entry (sku)', 'CREATE INDEX ON Entry (a)', 'DROP INDEX "AAAAAAAAAAAAAAAAAAAAAA" ON Entry WITH (purge = true)',
  'INSERT INTO Entry ?', "INSERT INTO Entry VALUE {'sku': %, 'a': [1, 2, {'b': 'x'}]}", "INSERT INTO Entry << {'sku': 1}, {'sku': 'x'} >>", 'INSERT INTO Entry `[{sku:1},{sku:2}]`',
  'SELECT * FROM Entry WHERE sku = %', 'SELECT * FROM Entry AS e BY id WHERE id = ?', 'SELECT COUNT(*) FROM Entry', 'SELECT * FROM history(Entry) AS h WHERE h.metadata.version > 0',
  'SELECT * FROM history(Entry, `2000T`, `2100T`)', 'SELECT * FROM _ql_committed_Entry WHERE data.sku = ?', 'SELECT * FROM information_schema.user_tables', 'SELECT VALUE ? FROM Entry',
  'UPDATE Entry AS e SET e.a = ? WHERE e.sku = %', 'UPDATE Entry SET sku = % WHERE sku = %', 'UPDATE Entry AS e REMOVE e.a WHERE e.sku = %', 'UPDATE Entry AS e INSERT INTO e.a VALUE ? AT 0 WHERE e.sku = %',
  'DELETE FROM Entry WHERE sku = %', 'FROM Entry AS e WHERE e.sku = % SET e.b = 1', 'EXEC REDACT_REVISION `{strandId:"AAAAAAAAAAAAAAAAAAAAAA",sequenceNo:1}`, ?, ?', 'SELECT `1` + ? FROM Entry, Entry',
  "SELECT CAST('x' AS INT) FROM Entry", 'SELECT 1 / 0 FROM Entry', 'SELECT * FROM Entry AS e, @e.a AS x WHERE x = ?', 'COMMIT', ''];

interface SessionRequest extends RequestParts {
  readonly callerArn: string;
  readonly learn: (answer: Answer) => void;
}

/** A request of the session API. `learn` takes what the answer tells. */
export function sessionRequest(dice: Dice, sessions: ClientSession[], callers: readonly string[]): SessionRequest {
  const hostility = dice.pick([0, 0, 0, 0.1, 0.5]);
  const session = sessions.length > 0 ? dice.pick(sessions) : undefined;
  const name = !session ? 'StartSession' : hostility > 0 ? dice.pick(COMMANDS) : nextCommand(dice, session);
  const callerArn = name === 'StartSession' || !session || dice.chance(hostility / 10) ? dice.pick(callers) : session.callerArn;
  const { command, learn } = commandOf(dice, { name, callerArn, session, hostility }, sessions);
  const envelope: Record<string, unknown> = { [name]: dice.chance(hostility / 4) ? hostileJson(dice) : command };
  if (name !== 'StartSession') envelope.SessionToken = dice.chance(hostility / 3) ? hostileJson(dice) : session?.token;
  if (dice.chance(hostility / 5)) envelope[dice.pick(COMMANDS)] = hostileJson(dice);
  if (dice.chance(hostility / 5)) envelope[hostileText(dice)] = hostileJson(dice);
  return {
    operation: name,
    callerArn,
    method: 'POST',
    rawPath: '/',
    rawQuery: '',
    headers: { 'x-amz-target': dice.chance(hostility / 10) ? mutated(dice, 'QLDBSession.SendCommand') : 'QLDBSession.SendCommand' },
    body: bodyBytes(dice, hostility, envelope),
    learn(answer) {
      if (isGone(answer) && session && sessions.includes(session)) leave(sessions, session, answer.Message ?? '');
      learn(answer);
    },
  };
}

function nextCommand(dice: Dice, { transactionId, pageToken }: ClientSession): typeof COMMANDS[number] {
  if (transactionId === undefined) return dice.chance(0.03) ? 'EndSession' : dice.chance(0.05) ? 'StartSession' : dice.chance(0.1) ? 'AbortTransaction' : 'StartTransaction';
  if (pageToken !== undefined && dice.chance(0.5)) return 'FetchPage';
  return dice.chance(0.8) ? 'ExecuteStatement' : dice.chance(0.9) ? 'CommitTransaction' : 'AbortTransaction';
}

/** Nested or repeated further than any parser should follow. */
function deepStatement(dice: Dice): string {
  const part = dice.pick(['(', '[', '{a:', 'NOT ', '- ', '1 + ', 'a.', '(SELECT * FROM ', 'CASE WHEN ', '<<', '`[', "x''", 'COALESCE(', 'CAST(']);
  return `SELECT ${part.repeat(dice.pick([100, 1_000, Math.floor(99_900 / part.length)]))}1 FROM Entry`;
}

/** What a client reads from answers. */
export interface Answer {
  readonly __type?: string;
  readonly Message?: string;
  readonly StartSession?: { readonly SessionToken: string };
  readonly StartTransaction?: { readonly TransactionId: string };
  readonly ExecuteStatement?: { readonly FirstPage: Page };
  readonly FetchPage?: { readonly Page: Page };
}
interface Page { readonly Values: readonly { readonly IonBinary: string }[]; readonly NextPageToken?: string }

interface Command { readonly command: object; readonly learn: (answer: Answer) => void }
interface Choice { readonly name: typeof COMMANDS[number]; readonly callerArn: string; readonly session?: ClientSession; readonly hostility: number }

function commandOf(dice: Dice, { name, callerArn, session, hostility }: Choice, sessions: ClientSession[]): Command {
  const TransactionId = dice.chance(hostility / 3) ? hostileText(dice) : session?.transactionId ?? 'A'.repeat(22);
  switch (name) {
    case 'StartSession': return {
      command: { LedgerName: dice.chance(0.7) ? KEPT_LEDGER : dice.pick(LEDGER_NAMES) },
      learn({ StartSession }) {
        if (!StartSession) return;
        if (sessions.length >= SESSIONS_MAX) sessions.shift();
        sessions.push({ token: StartSession.SessionToken, callerArn });
      },
    };
    case 'StartTransaction': return {
      command: {},
      learn({ StartTransaction }) {
        if (!StartTransaction || !session) return;
        const transactionId = StartTransaction.TransactionId;
        Object.assign(session, { transactionId, digest: startDigest(transactionId), pageToken: undefined });
      },
    };
    case 'ExecuteStatement': {
      const text = dice.pick(STATEMENTS).replaceAll('%', () => String(dice.below(20)));
      const Statement = dice.chance(hostility / 5) ? deepStatement(dice) : dice.chance(hostility) ? mutated(dice, text) : text;
      const parameters = Array.from({ length: dice.chance(0.9) ? Statement.split('?').length - 1 : dice.below(4) }, () => parameter(dice, hostility));
      const values = parameters.map(valueOf);
      return {
        command: { TransactionId, Statement, Parameters: parameters },
        learn({ __type, Message = '', ExecuteStatement }) {
          // The service counts a statement into its digest once the parameters could be read, even if it fails.
          const isRead = __type !== 'SerializationException' && !Message.includes('validation error') && values.every(value => value !== undefined);
          if (isRead && session?.digest && TransactionId === session.transactionId) {
            session.digest = foldStatement(session.digest, statementDigest(Statement, values as IonValue[]));
          }
          if (session) session.pageToken = ExecuteStatement?.FirstPage.NextPageToken;
        },
      };
    }
    case 'FetchPage': return {
      command: { TransactionId, NextPageToken: dice.chance(hostility) ? hostileText(dice) : session?.pageToken ?? 'AAAA' },
      learn({ FetchPage }) {
        if (session) session.pageToken = FetchPage?.Page.NextPageToken;
      },
    };
    case 'CommitTransaction': {
      const digest = dice.chance(hostility) || !session?.digest ? dice.bytes(dice.pick([0, 1, 32, 33])) : Buffer.from(session.digest);
      return { command: { TransactionId, CommitDigest: digest.toString('base64') }, learn: () => forget(session) };
    }
    case 'AbortTransaction': return { command: {}, learn: () => forget(session) };
    case 'EndSession': return {
      command: {},
      learn: () => {
        if (session && sessions.includes(session)) sessions.splice(sessions.indexOf(session), 1);
      },
    };
  }
}

const isGone = ({ __type }: Answer): boolean => __type === 'InvalidSessionException';

/** A transaction that has expired leaves its session behind. */
function leave(sessions: ClientSession[], session: ClientSession, message: string): void {
  if (message.startsWith('Transaction')) forget(session);
  else sessions.splice(sessions.indexOf(session), 1);
}

function forget(session: ClientSession | undefined): void {
  if (session) Object.assign(session, { transactionId: undefined, digest: undefined, pageToken: undefined });
}

interface Parameter { readonly IonBinary?: string; readonly IonText?: string }

function parameter(dice: Dice, hostility: number): Parameter {
  if (!dice.chance(hostility)) return { IonBinary: Buffer.from(encodeIon(parseIon(dice.pick(['{sku: 1, a: [1]}', '{sku: "x"}', '1', '"text"', '"AAAAAAAAAAAAAAAAAAAAAA"'])))).toString('base64') };
  return dice.pick<() => Parameter>([
    () => ({ IonBinary: ionBinary(dice).toString('base64') }), () => ({ IonText: ionText(dice) }), () => ({}),
    () => ({ IonText: hostileText(dice), IonBinary: 'AA==' }), () => ({ IonBinary: hostileText(dice) }),
  ])();
}

function valueOf({ IonBinary, IonText }: Parameter): IonValue | undefined {
  if ((IonBinary === undefined) === (IonText === undefined)) return undefined;
  try {
    return IonText !== undefined ? parseIon(IonText) : decodeIon(Buffer.from(IonBinary!, 'base64'));
  } catch (error) {
    if (error instanceof InvalidIon) return undefined;
    throw error;
  }
}
