import { SendCommandCommand, type QLDBSessionClient, type SendCommandRequest } from '@aws-sdk/client-qldb-session';
import { commitDigest } from './commit-digest';

/** Runs one statement without parameters and returns the number of rows on its first page: enough to ask whether there is any. */
export type Execute = (statement: string) => Promise<number>;

/**
 * Runs `work` in one transaction of a session of its own and commits it; anything thrown leaves the ledger as it was.
 *
 * Small on purpose: no retries (the caller is asked again anyway), no parameters, no reading of values.
 */
export async function runTransaction(session: QLDBSessionClient, ledgerName: string, work: (execute: Execute) => Promise<void>): Promise<void> {
  const { StartSession: { SessionToken: token } = {} } = await session.send(new SendCommandCommand({ StartSession: { LedgerName: ledgerName } }));
  const send = (command: SendCommandRequest) => session.send(new SendCommandCommand({ SessionToken: token, ...command }));
  try {
    const { StartTransaction: { TransactionId: transactionId = '' } = {} } = await send({ StartTransaction: {} });
    const statements: string[] = [];
    await work(async statement => {
      statements.push(statement);
      const { ExecuteStatement: { FirstPage: { Values: rows = [] } = {} } = {} } =
        await send({ ExecuteStatement: { TransactionId: transactionId, Statement: statement } });
      return rows.length;
    });
    await send({ CommitTransaction: { TransactionId: transactionId, CommitDigest: commitDigest(transactionId, statements) } });
  } finally {
    // Ends an open transaction too. The session would also expire by itself, so a failure here must not hide the real one.
    await send({ EndSession: {} }).catch(() => undefined);
  }
}
