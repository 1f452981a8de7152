import { QLDBSessionClient, SendCommandCommand } from '@aws-sdk/client-qldb-session';
import { keepConnection } from './kept-connection';
import { LEDGER, type LedgerSession } from './ledger-writer';
import type { Engine } from '../src/engine';
import { decodeIon } from '../src/ion';

export const CALLER = 'arn:aws:iam::000000000000:root';

/** A session of an engine in this process. */
export async function engineSession({ sessions }: Engine): Promise<LedgerSession & { readonly readCount: () => number }> {
  const token = await sessions.startSession(LEDGER, CALLER);
  let reads = 0;
  return {
    /** Documents read by all statements so far, as their figures tell. */
    readCount: () => reads,
    begin: () => sessions.startTransaction(token, CALLER),
    async execute(transactionId, statement, parameters) {
      const { page, consumed } = await sessions.executeStatement(token, CALLER, transactionId, statement, parameters);
      reads += consumed.readIOs;
      return page.values.length;
    },
    commit: async (transactionId, digest) => void await sessions.commitTransaction(token, CALLER, transactionId, digest),
  };
}

interface Answer {
  /** Of an error. */
  readonly __type?: string;
  readonly StartSession: { readonly SessionToken: string };
  readonly StartTransaction: { readonly TransactionId: string };
  readonly ExecuteStatement: { readonly FirstPage: { readonly Values: readonly { readonly IonBinary: string | Uint8Array }[] } };
}

/** A session of a service on a loopback port, over a connection of its own: no SDK, no driver. */
export async function httpSession(url: string): Promise<LedgerSession & { readonly close: () => void }> {
  const connection = await keepConnection(url);
  const send = async (command: object): Promise<Answer> => {
    const { status, body } = await connection.post(JSON.stringify(command));
    const answer = JSON.parse(body) as Answer;
    if (status !== 200) throw Object.assign(new Error(body), { name: answer.__type });
    return answer;
  };
  return { ...await sessionOver(send, base64), close: connection.close };
}

/** The same through the AWS SDK, as drivers do: it signs each request, whether the service looks at that or not. */
export async function sdkSession(url: string): Promise<LedgerSession & { readonly close: () => void }> {
  const client = new QLDBSessionClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } });
  const send = async (command: object): Promise<Answer> => await client.send(new SendCommandCommand(command)) as unknown as Answer;
  return { ...await sessionOver(send, bytes => bytes), close: () => client.destroy() };
}

/** Rows are decoded, as other databases' drivers do. */
async function sessionOver(send: (command: object) => Promise<Answer>, blob: (bytes: Uint8Array) => string | Uint8Array): Promise<LedgerSession> {
  const { SessionToken } = (await send({ StartSession: { LedgerName: LEDGER } })).StartSession;
  return {
    begin: async () => (await send({ SessionToken, StartTransaction: {} })).StartTransaction.TransactionId,
    async execute(TransactionId, Statement, parameters) {
      const Parameters = parameters.map(value => 'ionBinary' in value ? { IonBinary: blob(value.ionBinary) } : { IonText: value.ionText });
      const { Values } = (await send({ SessionToken, ExecuteStatement: { TransactionId, Statement, Parameters } })).ExecuteStatement.FirstPage;
      return Values.map(({ IonBinary }) => decodeIon(typeof IonBinary === 'string' ? Buffer.from(IonBinary, 'base64') : IonBinary)).length;
    },
    commit: async (TransactionId, digest) => void await send({ SessionToken, CommitTransaction: { TransactionId, CommitDigest: blob(digest) } }),
  };
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
