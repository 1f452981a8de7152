import dns from 'dns';
import { readFileSync } from 'fs';
import { join } from 'path';
import { compileFunction, constants } from 'vm';
import { CloudFormationSimulator, SimulatedClock, type DeploymentOptions } from './cloudformation-simulator';
import { FakeLedgerService } from './fake-ledger-service';
import { type Lifecycle } from '../../src/custom-resources/lifecycle';
import { FakeJobServices } from '../fakes/fake-job-services';
import { FakeS3 } from '../fakes/fake-s3';

/** From here on, a delay is a timeout rather than a pause between attempts. */
const TIMEOUT_MILLIS_MIN = 3_000;
const HASTE = 50;

/** The bundles that stacks deploy, the services that they call, and a clock that all of them read. */
export interface BundledWorld {
  readonly clock: SimulatedClock;
  readonly ledgers: FakeLedgerService;
  readonly jobs: FakeJobServices;
  readonly s3: FakeS3;
  /** One custom resource in a stack of its own. */
  stack(handlers: BundledHandlers, options?: DeploymentOptions): CloudFormationSimulator<unknown>;
  end(): void;
}

export interface BundledHandlers {
  /** Below `assets/custom-resources`. */
  readonly bundle: string;
  /** By which a bundle for several tells them apart. */
  readonly resourceType?: string;
  /** @default - onEvent */
  readonly onEvent?: string;
  /** @default - isComplete */
  readonly isComplete?: string;
}

export async function bundledWorld(): Promise<BundledWorld> {
  const clock = new SimulatedClock();
  const [ledgers, jobs, s3] = await Promise.all([FakeLedgerService.start(clock.now), FakeJobServices.start(clock.now), FakeS3.start(clock.now)]);
  const resolved = resolveAccountHosts();
  const environment = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_S3_CONTROL: jobs.url.replace('127.0.0.1', 'localhost'),
    AWS_ENDPOINT_URL_WORKMAIL: jobs.url,
  };
  return {
    clock,
    ledgers,
    jobs,
    s3,
    stack({ bundle, resourceType: ResourceType, onEvent = 'onEvent', isComplete = 'isComplete' }, options) {
      const handlers = loaded(bundle, clock, environment);
      const lifecycle: Lifecycle<unknown> = {
        onEvent: async event => handlers[onEvent]({ ...event, ResourceType }),
        isComplete: async event => handlers[isComplete]({ ...event, ResourceType }),
      };
      return new CloudFormationSimulator(lifecycle, clock, options);
    },
    end() {
      resolved.mockRestore();
      [ledgers, jobs, s3].forEach(service => service.stop());
    },
  };
}

type Handlers = Record<string, (event: unknown) => Promise<any>>;

/** A bundle as a new instance of its function, with the clock of the test, an environment of its own, and no patience between attempts. */
function loaded(bundle: string, clock: SimulatedClock, environment: Readonly<Record<string, string>>): Handlers {
  const path = join(__dirname, '../../assets/custom-resources', bundle, 'index.js');
  class Moment extends Date {
    static now(): number {
      return clock.now().getTime();
    }

    constructor(...parts: []) {
      super(...parts.length === 0 ? [clock.now().getTime()] as unknown as [] : parts);
    }
  }
  const given = {
    module: { exports: {} as Handlers },
    require,
    Date: Moment,
    console: { log: () => undefined, warn: () => undefined },
    process: Object.assign(Object.create(process) as object, { env: environment }),
    setTimeout: (act: () => void, millis = 0, ...values: []) => setTimeout(act, millis < TIMEOUT_MILLIS_MIN ? millis / HASTE : millis, ...values),
  };
  // Jest cannot import what an SDK client imports when it is first called.
  compileFunction(readFileSync(path, 'utf8'), Object.keys(given), {
    filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER as never,
  })(...Object.values(given));
  return given.module.exports;
}

/** S3 Control's clients put the account before the host, and not every machine knows the hosts below localhost. */
function resolveAccountHosts(): jest.SpyInstance {
  const original = dns.lookup as (host: string, ...more: unknown[]) => void;
  return jest.spyOn(dns, 'lookup').mockImplementation(((host: string, ...more: unknown[]) =>
    original(host.endsWith('.localhost') ? '127.0.0.1' : host, ...more)) as typeof dns.lookup);
}
