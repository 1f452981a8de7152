import { command } from './command';
import { badRequest, type ConsumedIOs, type Page, type ParameterValue } from '../../engine';
import { ION_TEXT, LEDGER_NAME, TOKEN, UNIQUE_ID } from '../input/qldb-shapes';
import { listOf, optional, required, structure, type ValueOf } from '../input/shape';
import type { JsonObject } from '../operations/operation';

const PARAMETER_BYTES_MAX = 131_072;
const STATEMENT_LENGTH_MAX = 100_000;

const VALUE_HOLDER = structure({
  IonBinary: optional({ type: 'blob', minBytes: 1, maxBytes: PARAMETER_BYTES_MAX }),
  IonText: optional(ION_TEXT),
});

const startSession = command({
  name: 'StartSession',
  startsSession: true,
  input: { LedgerName: required(LEDGER_NAME) },
  async run({ sessions, callerArn }, { LedgerName }) {
    return { SessionToken: await sessions.startSession(LedgerName, callerArn) };
  },
});

const startTransaction = command({
  name: 'StartTransaction',
  input: {},
  async run({ sessions, sessionToken, callerArn }) {
    return { TransactionId: await sessions.startTransaction(sessionToken, callerArn) };
  },
});

const executeStatement = command({
  name: 'ExecuteStatement',
  input: {
    TransactionId: required(UNIQUE_ID),
    Statement: required({ type: 'string', minLength: 1, maxLength: STATEMENT_LENGTH_MAX }),
    Parameters: optional(listOf(VALUE_HOLDER)),
  },
  async run({ sessions, sessionToken, callerArn }, { TransactionId, Statement, Parameters = [] }) {
    const { page, consumed } = await sessions.executeStatement(sessionToken, callerArn, TransactionId, Statement, Parameters.map(parameterValue));
    return { FirstPage: pageAnswer(page), ConsumedIOs: consumedAnswer(consumed) };
  },
});

const fetchPage = command({
  name: 'FetchPage',
  input: { TransactionId: required(UNIQUE_ID), NextPageToken: required(TOKEN) },
  async run({ sessions, sessionToken, callerArn }, { TransactionId, NextPageToken }) {
    const { page, consumed } = await sessions.fetchPage(sessionToken, callerArn, TransactionId, NextPageToken);
    return { Page: pageAnswer(page), ConsumedIOs: consumedAnswer(consumed) };
  },
});

const commitTransaction = command({
  name: 'CommitTransaction',
  input: { TransactionId: required(UNIQUE_ID), CommitDigest: required({ type: 'blob' }) },
  async run({ sessions, sessionToken, callerArn }, { TransactionId, CommitDigest }) {
    const { commitDigest, consumed } = await sessions.commitTransaction(sessionToken, callerArn, TransactionId, CommitDigest);
    return { TransactionId, CommitDigest: base64(commitDigest), ConsumedIOs: consumedAnswer(consumed) };
  },
});

const abortTransaction = command({
  name: 'AbortTransaction',
  input: {},
  async run({ sessions, sessionToken, callerArn }) {
    await sessions.abortTransaction(sessionToken, callerArn);
    return {};
  },
});

const endSession = command({
  name: 'EndSession',
  input: {},
  async run({ sessions, sessionToken, callerArn }) {
    await sessions.endSession(sessionToken, callerArn);
    return {};
  },
});

/** Everything that a SendCommand can carry. */
export const COMMANDS = [startSession, startTransaction, executeStatement, fetchPage, commitTransaction, abortTransaction, endSession];

function parameterValue({ IonBinary, IonText }: ValueOf<typeof VALUE_HOLDER>, index: number): ParameterValue {
  if (IonBinary && IonText === undefined) return { ionBinary: IonBinary };
  if (IonText !== undefined && !IonBinary) return { ionText: IonText };
  throw badRequest(`Parameter ${index + 1} must have exactly one of the members IonBinary and IonText.`);
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const pageAnswer = ({ values, nextPageToken }: Page): JsonObject =>
  ({ Values: values.map(value => ({ IonBinary: base64(value) })), NextPageToken: nextPageToken });

const consumedAnswer = ({ readIOs, writeIOs }: ConsumedIOs): JsonObject => ({ ReadIOs: readIOs, WriteIOs: writeIOs });
