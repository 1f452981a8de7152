import { startLedgerService } from '../service';

export interface ServeOptions {
  readonly data: string;
  readonly port: number;
  readonly region: string;
  readonly account: string;
}

/** `cdk-ledger serve`: runs until it is told to stop. */
export async function serve({ data, port, region, account }: ServeOptions): Promise<void> {
  const service = await startLedgerService({ directory: data, port, region, accountId: account });
  const stop = (): void => {
    service.close().catch((error: Error) => {
      console.error(`cdk-ledger: could not close ${data} cleanly: ${error.message}`);
      process.exitCode = 1;
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(`listening on ${service.url}`);
}
