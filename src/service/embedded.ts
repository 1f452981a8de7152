import { createEngine, memorySessionStore, type Account, type Destinations, type Engine, type Quotas } from '../engine';
import { uniqueId } from '../journal';
import { openEmbeddedStore } from '../store';
import type { Handle } from './answer-requests';
import { awsDestinations } from './aws-destinations';
import { commitPause } from './commit-pause';
import { everyStrand } from './every-strand';
import { serveHttp } from './http-front';
import { pooledRandom } from './pooled-random';
import type { ServiceLog } from './service-log';
import { createWire } from './wire';
import { WorkerLoop } from './worker-loop';

export interface EmbeddedServiceOptions {
  /** Where the ledgers rest; created as needed, open in one process at a time. */
  readonly directory: string;
  /** Part of every ARN. @default 'us-east-1' */
  readonly region?: string;
  /** Part of every ARN. @default '000000000000' */
  readonly accountId?: string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
  /** @default - the system's secure random numbers */
  readonly random?: (byteCount: number) => Uint8Array;
  /** @default QLDB's own */
  readonly quotas?: Partial<Quotas>;
  /** Where exports and streams go. @default - S3 and Kinesis, under the AWS credentials of the process */
  readonly destinations?: Destinations;
  /** @default - nothing is logged */
  readonly log?: ServiceLog;
}

/** The ledger service inside this process. */
export interface EmbeddedService {
  readonly handle: Handle;
  readonly engine: Engine;
  readonly account: Account;
  /** The identity of every caller: the embedded service serves whoever started it. */
  readonly callerArn: string;
  /** Ends the jobs' steps in flight and closes the store. */
  stop(): Promise<void>;
}

/** @throws Error when the store cannot be opened */
export async function openEmbeddedService(options: EmbeddedServiceOptions): Promise<EmbeddedService> {
  const { clock = Date.now, random = pooledRandom(), log = () => {} } = options;
  const account: Account = { partition: 'aws', region: options.region ?? 'us-east-1', accountId: options.accountId ?? '000000000000' };
  const newId = (): string => uniqueId(random(16));
  const store = await openEmbeddedStore(options.directory);
  const engine = createEngine({
    store,
    sessions: memorySessionStore(clock),
    clock,
    random,
    destinations: options.destinations ?? awsDestinations({ region: account.region, clock }),
    account,
    quotas: options.quotas,
    wake: strandId => loop.wake(strandId),
    pause: commitPause,
  });
  const loop = new WorkerLoop({ worker: engine.worker(newId(), log), clock, log });
  // Jobs that an earlier process left behind.
  for await (const strandId of everyStrand(engine)) loop.wake(strandId);
  return {
    handle: createWire({ engine, log: options.log, clock, newRequestId: newId }),
    engine,
    account,
    callerArn: `arn:aws:iam::${account.accountId}:root`,
    async stop() {
      await loop.stop();
      await store.close();
    },
  };
}

export interface LedgerServiceOptions extends EmbeddedServiceOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** A loopback host. @default '127.0.0.1' */
  readonly host?: string;
}

export interface RunningLedgerService {
  /** Endpoint for any QLDB client, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Answers what is in flight, then closes the store. */
  close(): Promise<void>;
}

/**
 * The whole ledger service in this process: QLDB's API on a loopback port over a directory.
 *
 * @throws Error when the store cannot be opened or the port is taken
 */
export async function startLedgerService(options: LedgerServiceOptions): Promise<RunningLedgerService> {
  const service = await openEmbeddedService(options);
  try {
    const { handle, callerArn } = service;
    const front = await serveHttp({ handle, callerArn, port: options.port, host: options.host });
    return {
      url: front.url,
      async close() {
        await front.close();
        await service.stop();
      },
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}
