import { BUCKET, insertDocument, variablesOf, type World } from './world';
import { DestinationRefused, type Destinations } from '../../../src/engine';
import { ACCOUNT_ID, eventually, REGION, startLocalService, type LocalService } from '../../service/local-service';

const HOUR_MILLIS = 3_600_000;
const BUSY = new DestinationRefused('unavailable', 'SlowDown', 'Please reduce your request rate.');
const NO_STREAM = new DestinationRefused('not-found', 'ResourceNotFoundException', 'Stream not found');
const REVOKED = new DestinationRefused('access-denied', 'AccessDeniedException', 'not authorized to perform: sts:AssumeRole');

/** The embedded service over destinations in memory, started anew for each scenario. */
export async function embeddedWorld(): Promise<World> {
  let service: LocalService = await start();
  return {
    name: 'embedded',
    get endpoint() { return service.url; },
    variables: variablesOf(REGION, ACCOUNT_ID),
    nowMillis: () => Date.now() + service.skewMillis,
    async control(control) {
      switch (control.name) {
        case 'time-passes': service.skewMillis += control.hours * HOUR_MILLIS; break;
        case 'hold-jobs': service.destinations.refusePuts = BUSY; break;
        case 'kinesis-stream-vanishes': service.destinations.refusePuts = NO_STREAM; break;
        case 'role-is-revoked': service.destinations.refusePuts = REVOKED; break;
        case 'a-job-is-set-back': await eventually(async () => service.log, log => log.some(({ event }) => event === 'job-setback')); break;
        case 'release-jobs': case 'kinesis-stream-returns': service.destinations.refusePuts = undefined; break;
        case 'insert-document': return insertDocument(service.url, REGION, control.ledger);
      }
      return {};
    },
    async runJobs() {}, // They run by themselves.
    async reset() {
      await service.stop();
      service = await start();
    },
    stop: async () => service.stop(),
  };
}

async function start(): Promise<LocalService> {
  const service = await startLocalService();
  knowOneBucketAndStream(service.destinations);
  return service;
}

/** All others do not exist. */
function knowOneBucketAndStream(destinations: { -readonly [K in keyof Destinations]: Destinations[K] }): void {
  const { objects, records } = destinations;
  destinations.objects = async (...role) => ({
    ...await objects(...role),
    async check({ bucket }) {
      if (bucket !== BUCKET) throw new DestinationRefused('not-found', 'NoSuchBucket', 'The specified bucket does not exist');
    },
  });
  destinations.records = async (...role) => ({
    ...await records(...role),
    async check(streamArn) {
      if (streamArn !== variablesOf(REGION, ACCOUNT_ID).kinesis) throw NO_STREAM;
    },
  });
}
