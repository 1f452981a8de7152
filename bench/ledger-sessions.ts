import { Agent, request } from 'node:http';
import { LEDGER, type LedgerSession } from './ledger-writer';
import type { Engine } from '../src/engine';

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
  readonly StartSession: { readonly SessionToken: string };
  readonly StartTransaction: { readonly TransactionId: string };
  readonly ExecuteStatement: { readonly FirstPage: { readonly Values: readonly unknown[] } };
}

/** A session of a service on a loopback port, over a connection of its own that is kept: no SDK, no driver. */
export async function httpSession(url: string): Promise<LedgerSession> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (command: object): Promise<Answer> => new Promise((resolve, reject) => {
    const body = JSON.stringify(command);
    const headers = {
      'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'QLDBSession.SendCommand', 'content-length': Buffer.byteLength(body),
    };
    request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as Answer);
        else reject(Object.assign(new Error(text), { name: String(response.headers['x-amzn-errortype']) }));
      });
    }).on('error', reject).end(body);
  });
  const { SessionToken } = (await send({ StartSession: { LedgerName: LEDGER } })).StartSession;
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return {
    begin: async () => (await send({ SessionToken, StartTransaction: {} })).StartTransaction.TransactionId,
    async execute(TransactionId, Statement, parameters) {
      const Parameters = parameters.map(value => 'ionBinary' in value ? { IonBinary: base64(value.ionBinary) } : { IonText: value.ionText });
      return (await send({ SessionToken, ExecuteStatement: { TransactionId, Statement, Parameters } })).ExecuteStatement.FirstPage.Values.length;
    },
    commit: async (TransactionId, digest) => void await send({ SessionToken, CommitTransaction: { TransactionId, CommitDigest: base64(digest) } }),
  };
}
