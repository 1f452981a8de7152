import { QLDBClient } from '@aws-sdk/client-qldb';
import { QLDBSessionClient } from '@aws-sdk/client-qldb-session';
import { SimulatedClock } from './cloudformation-simulator';
import { FakeLedgerService } from './fake-ledger-service';
import { ledgerServiceClientConfig } from '../../src/client';
import { type Edges } from '../../src/custom-resources/lifecycle';

/** A clock, a service and the edges by which a lifecycle reaches both, over real SDK clients and a real socket. */
export interface SimulatedWorld {
  readonly clock: SimulatedClock;
  readonly service: FakeLedgerService;
  readonly edges: Edges;
  readonly log: string[];
  end(): void;
}

export async function simulatedWorld({ maxAttempts = 1 } = {}): Promise<SimulatedWorld> {
  const clock = new SimulatedClock();
  const service = await FakeLedgerService.start(clock.now);
  const log: string[] = [];
  const config = {
    ...ledgerServiceClientConfig({ url: service.url, region: 'eu-central-1' }),
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts,
  };
  const clients = { control: new QLDBClient(config), session: new QLDBSessionClient(config) };
  return {
    clock,
    service,
    log,
    edges: { connect: () => clients, now: clock.now, waitUntil: clock.waitUntil, log: line => log.push(line) },
    end() {
      clients.control.destroy();
      clients.session.destroy();
      service.stop();
    },
  };
}
