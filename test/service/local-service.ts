import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QLDBClient } from '@aws-sdk/client-qldb';
import { QLDBSessionClient } from '@aws-sdk/client-qldb-session';
import { QldbDriver } from 'amazon-qldb-driver-nodejs';
import { recordingDestinations, type RecordingDestinations } from './recording-destinations';
import { startLedgerService, type RunningLedgerService } from '../../src/service';

export const ACCOUNT_ID = '111122223333';
export const REGION = 'eu-central-1';
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT_ID}:role/journal`;

/** The embedded service over a directory of its own, with the official clients. */
export interface LocalService {
  readonly url: string;
  readonly directory: string;
  readonly qldb: QLDBClient;
  readonly session: QLDBSessionClient;
  readonly destinations: RecordingDestinations;
  readonly log: Readonly<Record<string, unknown>>[];
  /** Added to the system's time. */
  skewMillis: number;
  driver(ledgerName: string): QldbDriver;
  /** Ends the service and starts it again over the same directory, on another port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLocalService(): Promise<LocalService> {
  const directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-service-'));
  const destinations = recordingDestinations();
  const log: Readonly<Record<string, unknown>>[] = [];
  const drivers: QldbDriver[] = [];
  let running!: RunningLedgerService;
  let qldb!: QLDBClient;
  let session!: QLDBSessionClient;

  const clientConfig = () => ({ endpoint: running.url, region: REGION, credentials: { accessKeyId: 'any', secretAccessKey: 'any' }, maxAttempts: 1 });
  const start = async (): Promise<void> => {
    running = await startLedgerService({
      directory,
      port: 0,
      region: REGION,
      accountId: ACCOUNT_ID,
      destinations,
      clock: () => Date.now() + service.skewMillis,
      log: event => log.push(event),
    });
    qldb = new QLDBClient(clientConfig());
    session = new QLDBSessionClient(clientConfig());
  };
  const end = async (): Promise<void> => {
    drivers.splice(0).forEach(driver => driver.close());
    qldb.destroy();
    session.destroy();
    await running.close();
  };
  const service: LocalService = {
    get url() { return running.url; },
    get qldb() { return qldb; },
    get session() { return session; },
    directory,
    destinations,
    log,
    skewMillis: 0,
    driver(ledgerName) {
      const driver = new QldbDriver(ledgerName, clientConfig());
      drivers.push(driver);
      return driver;
    },
    async restart() {
      await end();
      await start();
    },
    async stop() {
      await end();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await start();
  return service;
}

/** Asks again until `settled` likes the answer. @throws Error after ten seconds */
export async function eventually<T>(ask: () => Promise<T>, settled: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (settled(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not settled in time: ${JSON.stringify(answer)}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
