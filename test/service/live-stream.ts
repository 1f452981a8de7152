import { directoryWithJournal } from './large-export';
import type { Destinations } from '../../src/engine';
import { openEmbeddedService } from '../../src/service';
import { engineFixture, execute, KINESIS_STREAM, ROLE } from '../engine/engine-fixture';
import { consumed } from '../engine/kinesis-consumer';

/** How long a record may be on its way before the wait for it is given up. */
const PATIENCE_MILLIS = 10_000;

export interface LiveStream {
  /** From the acknowledgement of each commit to the call that carries its revision to Kinesis; 0 if the call came first. */
  readonly latencyMillis: readonly number[];
  /** Commits that were acknowledged while an export was at work. */
  readonly besideExport: number;
}

/** Commits one document after the other to a ledger that is streamed, on the embedded service, while its long journal is exported. */
export async function measureLiveStream({ blockCount, commits }: { readonly blockCount: number; readonly commits: number }): Promise<LiveStream> {
  const { directory, remove } = await directoryWithJournal({ blockCount, documentBytes: 200 });
  const arrivals = new Map<number, number>();
  const destinations: Destinations = {
    ...engineFixture().destinations,
    records: async () => ({
      check: async () => undefined,
      async put(_, records) {
        for (const { recordType, payload } of records.flatMap(consumed)) {
          if (recordType === 'REVISION_DETAILS') arrivals.set((payload as Arrival).revision.data.n, performance.now());
        }
      },
    }),
  };
  const service = await openEmbeddedService({ directory, region: 'eu-central-1', destinations });
  const { engine } = service;
  try {
    await execute(engine, 'CREATE TABLE Live');
    await engine.streams.start('books', {
      streamName: 'live', roleArn: ROLE, kinesisStreamArn: KINESIS_STREAM, aggregationEnabled: true, inclusiveStartMillis: Date.now(), tags: {},
    });
    const exportId = await engine.exports.start('books', {
      inclusiveStartMillis: 0, exclusiveEndMillis: Date.now(), bucket: 'archive', prefix: '', encryption: { objectEncryptionType: 'SSE_S3' }, roleArn: ROLE,
    });
    const latencyMillis: number[] = [];
    let besideExport = 0;
    for (let n = -1; n >= -commits; n--) {
      await execute(engine, 'INSERT INTO Live ?', `{n:${n}}`);
      const committed = performance.now();
      if ((await engine.exports.describe('books', exportId)).status === 'IN_PROGRESS') besideExport++;
      while (!arrivals.has(n)) {
        if (performance.now() - committed > PATIENCE_MILLIS) throw new Error(`Document ${n} has not reached Kinesis ${PATIENCE_MILLIS} ms after its commit.`);
        await new Promise(resolve => setTimeout(resolve, 1));
      }
      latencyMillis.push(Math.max(0, arrivals.get(n)! - committed));
    }
    return { latencyMillis, besideExport };
  } finally {
    await service.stop();
    await remove();
  }
}

interface Arrival { readonly revision: { readonly data: { readonly n: number } } }

/** Median, and the longest of all. */
export function latencyLine(where: string, latencyMillis: readonly number[]): string {
  const sorted = [...latencyMillis].sort((one, other) => one - other);
  return `stream, ${where}: ${sorted.length} commits reach Kinesis in ${sorted[Math.floor(sorted.length / 2)]!.toFixed(0)} ms (median), `
    + `${sorted.at(-1)!.toFixed(0)} ms at most`;
}
