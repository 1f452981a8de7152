import { blobJson, consumedJson, pageJson } from './answer-json';
import { command, type CommandAnswer } from './command';
import { badRequest, type ParameterValue } from '../../engine';
import { ION_TEXT, LEDGER_NAME, TOKEN, UNIQUE_ID } from '../input/qldb-shapes';
import { listOf, optional, required, structure, type ValueOf } from '../input/shape';

const PARAMETER_BYTES_MAX = 131_072;
const STATEMENT_LENGTH_MAX = 100_000;

const VALUE_HOLDER = structure({
  IonBinary: optional({ type: 'blob', minBytes: 1, maxBytes: PARAMETER_BYTES_MAX }),
  IonText: optional(ION_TEXT),
});

const NO_MEMBERS: CommandAnswer = { membersJson: '' };

const startSession = command({
  name: 'StartSession',
  startsSession: true,
  input: { LedgerName: required(LEDGER_NAME) },
  async run({ sessions, callerArn }, { LedgerName }) {
    return { membersJson: `"SessionToken":${JSON.stringify(await sessions.startSession(LedgerName, callerArn))}` };
  },
});

const startTransaction = command({
  name: 'StartTransaction',
  input: {},
  async run({ sessions, sessionToken, callerArn }) {
    return { membersJson: `"TransactionId":${JSON.stringify(await sessions.startTransaction(sessionToken, callerArn))}` };
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
    return { membersJson: `"FirstPage":${pageJson(page)},"ConsumedIOs":${consumedJson(consumed)}`, consumed };
  },
});

const fetchPage = command({
  name: 'FetchPage',
  input: { TransactionId: required(UNIQUE_ID), NextPageToken: required(TOKEN) },
  async run({ sessions, sessionToken, callerArn }, { TransactionId, NextPageToken }) {
    const { page, consumed } = await sessions.fetchPage(sessionToken, callerArn, TransactionId, NextPageToken);
    return { membersJson: `"Page":${pageJson(page)},"ConsumedIOs":${consumedJson(consumed)}`, consumed };
  },
});

const commitTransaction = command({
  name: 'CommitTransaction',
  input: { TransactionId: required(UNIQUE_ID), CommitDigest: required({ type: 'blob' }) },
  async run({ sessions, sessionToken, callerArn }, { TransactionId, CommitDigest }) {
    const { commitDigest, consumed } = await sessions.commitTransaction(sessionToken, callerArn, TransactionId, CommitDigest);
    const ofTransaction = `"TransactionId":${JSON.stringify(TransactionId)},"CommitDigest":${blobJson(commitDigest)}`;
    return { membersJson: `${ofTransaction},"ConsumedIOs":${consumedJson(consumed)}`, consumed };
  },
});

const abortTransaction = command({
  name: 'AbortTransaction',
  input: {},
  async run({ sessions, sessionToken, callerArn }) {
    await sessions.abortTransaction(sessionToken, callerArn);
    return NO_MEMBERS;
  },
});

const endSession = command({
  name: 'EndSession',
  input: {},
  async run({ sessions, sessionToken, callerArn }) {
    await sessions.endSession(sessionToken, callerArn);
    return NO_MEMBERS;
  },
});

/** Everything that a SendCommand can carry. */
export const COMMANDS = [startSession, startTransaction, executeStatement, fetchPage, commitTransaction, abortTransaction, endSession];

function parameterValue({ IonBinary, IonText }: ValueOf<typeof VALUE_HOLDER>, index: number): ParameterValue {
  if (IonBinary && IonText === undefined) return { ionBinary: IonBinary };
  if (IonText !== undefined && !IonBinary) return { ionText: IonText };
  throw badRequest(`Parameter ${index + 1} must have exactly one of the members IonBinary and IonText.`);
}
