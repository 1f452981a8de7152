import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateLedgerCommand, QLDBClient } from '@aws-sdk/client-qldb';
import { signedFunctionUrl } from './signed-function-url';
import { startSigningProxy } from '../../../src/cli/proxy-server';
import { openEmbeddedService, serveHttp } from '../../../src/service';

export const REGION = 'eu-central-1';
export const LEDGER = 'drivers';
/** What the drivers find in their environment; the function URL accepts signatures of these alone. */
export const CREDENTIALS = { accessKeyId: 'AKIDDRIVERS', secretAccessKey: 'secret-of-the-drivers' };

/** A ledger service with one empty ledger, and each way to it. */
export interface LedgerUnderTest {
  /** As of `cdk-ledger serve`. */
  readonly service: string;
  /** As of a deployed service: accepts requests signed for `lambda`. */
  readonly functionUrl: string;
  /** As of `cdk-ledger proxy`, in front of the function URL. */
  readonly proxy: string;
  /** `POST /advance?seconds=N` sets the service's clock forward. */
  readonly control: string;
  readonly log: Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

/** Starts all of it on loopback. */
export async function startLedgerUnderTest(): Promise<LedgerUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-drivers-'));
  const log: Readonly<Record<string, unknown>>[] = [];
  let skewMillis = 0;
  const clock = () => Date.now() + skewMillis;
  const embedded = await openEmbeddedService({ directory, region: REGION, clock, log: event => log.push(event) });
  const { handle, callerArn } = embedded;
  const service = await serveHttp({ handle, callerArn, port: 0 });
  const functionUrl = await serveHttp({ handle: signedFunctionUrl({ handle, region: REGION, ...CREDENTIALS }), callerArn, port: 0 });
  const proxy = await startSigningProxy({
    endpoint: functionUrl.url, region: REGION, port: 0, credentials: async () => CREDENTIALS, clock: Date.now,
  });
  const control = createServer((request, response) => {
    const seconds = Number(new URL(request.url!, 'http://control').searchParams.get('seconds'));
    if (seconds > 0) skewMillis += seconds * 1_000;
    response.writeHead(seconds > 0 ? 204 : 400).end();
  });
  await new Promise<void>(resolve => control.listen(0, '127.0.0.1', resolve));

  const qldb = new QLDBClient({ endpoint: service.url, region: REGION, credentials: CREDENTIALS });
  await qldb.send(new CreateLedgerCommand({ Name: LEDGER, PermissionsMode: 'ALLOW_ALL' }));
  qldb.destroy();
  return {
    service: service.url,
    functionUrl: functionUrl.url,
    proxy: proxy.url,
    control: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    log,
    async stop() {
      control.closeAllConnections();
      await new Promise(resolve => control.close(resolve));
      for (const front of [proxy, functionUrl, service]) await front.close();
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
