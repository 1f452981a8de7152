import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Destinations, ExportedObject, OutputFormat } from '../../src/engine';
import { decodeIonStream, parseIonStream, type IonStruct, type IonValue } from '../../src/ion';
import { blockFromIon, ChainVerifier, OWN_JOURNAL } from '../../src/journal';
import { openEmbeddedService } from '../../src/service';
import { openEmbeddedStore } from '../../src/store';
import { engineFixture, newLedger } from '../engine/engine-fixture';
import { growJournal, type LargeJournal } from '../engine/large-journal';

const ROLE_ARN = 'arn:aws:iam::000000000000:role/journal';
const BYTES_PER_MEGABYTE = 1e6;

/** What an export of a whole journal on the embedded service came to. Times are milliseconds without those of the receiving end. */
export interface MeasuredExport {
  readonly format: OutputFormat;
  readonly blocks: number;
  readonly objects: number;
  readonly megabytes: number;
  readonly millis: number;
  /** Of all threads, while nobody received: what the export takes of a processor however busy the machine is. */
  readonly processorMillis: number;
  readonly longestStepMillis: number;
  /** Memory of the process beyond what it had before, the most of it: what JavaScript holds, and what the system counts without mapped files. */
  readonly heapGrowthMegabytes: number;
  readonly anonymousGrowthMegabytes?: number;
  readonly problems: readonly string[];
  /** Whether the chain that was received ends in the digest that the ledger answers. */
  readonly isDigestEqual: boolean;
}

/** A directory with a ledger whose journal has that many blocks beside the first. */
export async function directoryWithJournal(journal: LargeJournal): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'cdk-ledger-large-'));
  const store = await openEmbeddedStore(directory);
  const { engine } = engineFixture({ store });
  await growJournal(store, await newLedger(engine), journal);
  await store.close();
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Exports the journal on an embedded service, and checks every block that arrives. */
export async function measureExport(directory: string, format: OutputFormat): Promise<MeasuredExport> {
  const receiver = receivingEnd(format);
  const service = await openEmbeddedService({ directory, region: 'eu-central-1', destinations: receiver.destinations });
  try {
    const { exports, proofs } = service.engine;
    const before = await memory();
    let [heap, anonymous] = [before.heap, before.anonymous];
    receiver.onObject = async () => {
      const now = await memory();
      heap = Math.max(heap, now.heap);
      anonymous = Math.max(anonymous, now.anonymous);
    };
    const startMillis = performance.now();
    const startCpu = processorMillis();
    const id = await exports.start('books', {
      inclusiveStartMillis: 0, exclusiveEndMillis: Date.now(), bucket: 'archive', prefix: '', encryption: { objectEncryptionType: 'SSE_S3' }, roleArn: ROLE_ARN, outputFormat: format,
    });
    while ((await exports.describe('books', id)).status === 'IN_PROGRESS') await new Promise(resolve => setTimeout(resolve, 10));
    const millis = performance.now() - startMillis - receiver.millis();
    const spentMillis = processorMillis() - startCpu - receiver.processorMillis();
    const { digest } = await proofs.getDigest('books');
    return {
      format,
      ...receiver.received(),
      millis,
      processorMillis: spentMillis,
      heapGrowthMegabytes: (heap - before.heap) / BYTES_PER_MEGABYTE,
      anonymousGrowthMegabytes: Number.isNaN(anonymous) ? undefined : (anonymous - before.anonymous) / BYTES_PER_MEGABYTE,
      isDigestEqual: format === 'JSON' || Buffer.compare(Buffer.from(digest), Buffer.from(receiver.digest())) === 0,
    };
  } finally {
    await service.stop();
  }
}

/** Blocks a second, megabytes a second and memory, on one line. */
export function line(measured: MeasuredExport): string {
  const { format, blocks, objects, megabytes, longestStepMillis, heapGrowthMegabytes, anonymousGrowthMegabytes } = measured;
  const [seconds, processorSeconds] = [measured.millis / 1000, measured.processorMillis / 1000];
  return `export ${format.padEnd(10)} ${blocks.toLocaleString('en')} blocks, ${objects} objects, ${megabytes.toFixed(0)} MB in ${seconds.toFixed(1)} s: `
    + `${Math.round(blocks / seconds).toLocaleString('en')} blocks/s, ${(megabytes / seconds).toFixed(1)} MB/s (${(megabytes / processorSeconds).toFixed(1)} MB a second of processor time), longest step ${longestStepMillis.toFixed(0)} ms, `
    + `heap +${heapGrowthMegabytes.toFixed(0)} MB${anonymousGrowthMegabytes === undefined ? '' : `, resident without mapped files +${anonymousGrowthMegabytes.toFixed(0)} MB`}`;
}

interface ReceivingEnd {
  readonly destinations: Destinations;
  onObject?: () => Promise<void>;
  millis(): number;
  processorMillis(): number;
  digest(): Uint8Array;
  received(): Pick<MeasuredExport, 'blocks' | 'objects' | 'megabytes' | 'longestStepMillis' | 'problems'>;
}

/** Takes objects, checks their blocks as one chain, and keeps nothing but counts. */
function receivingEnd(format: OutputFormat): ReceivingEnd {
  const chain = new ChainVerifier(OWN_JOURNAL);
  const problems: string[] = [];
  let [blocks, objects, bytes, ownMillis, ownProcessorMillis, longestStepMillis] = [0, 0, 0, 0, 0, 0];
  let lastEnd: number | undefined;

  const receive = ({ key, body }: ExportedObject): void => {
    if (key.endsWith('.manifest')) return;
    objects++;
    bytes += body.length;
    const [, first, last] = /\.(\d+)-(\d+)\.(?:ion|json)$/.exec(key) ?? [];
    if (Number(first) !== blocks) problems.push(`${key} follows block ${blocks - 1}`);
    if (format === 'JSON') for (const text of Buffer.from(body).toString().trimEnd().split('\n')) blocks += JSON.parse(text) ? 1 : 0;
    else for (const value of valuesOf(format, body)) take(value);
    if (Number(last) !== blocks - 1) problems.push(`${key} ends with block ${blocks - 1}`);
  };
  const take = (value: IonValue): void => {
    for (const finding of chain.add(blockFromIon(value as IonStruct))) problems.push(`block ${blocks}: ${JSON.stringify(finding)}`);
    blocks++;
  };

  const end: ReceivingEnd = {
    destinations: {
      objects: async () => ({
        check: async () => undefined,
        async put(object) {
          const start = performance.now();
          const startCpu = processorMillis();
          if (lastEnd !== undefined) longestStepMillis = Math.max(longestStepMillis, start - lastEnd);
          await end.onObject?.();
          receive(object);
          lastEnd = performance.now();
          ownMillis += lastEnd - start;
          ownProcessorMillis += processorMillis() - startCpu;
        },
      }),
      records: async () => { throw new Error('There are no streams.'); },
      exports: async () => { throw new Error('There are no restores.'); },
    },
    millis: () => ownMillis,
    processorMillis: () => ownProcessorMillis,
    digest: () => chain.summary().digest ?? new Uint8Array(),
    received: () => ({ blocks, objects, megabytes: bytes / BYTES_PER_MEGABYTE, longestStepMillis, problems }),
  };
  return end;
}

function processorMillis(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const valuesOf = (format: OutputFormat, body: Uint8Array): Iterable<IonValue> =>
  format === 'ION_BINARY' ? decodeIonStream(body) : parseIonStream(Buffer.from(body).toString());

/** Bytes. Mapped files count as resident, too, but are the system's to take away; where it tells them apart, they are left out. */
async function memory(): Promise<{ readonly heap: number; readonly anonymous: number }> {
  const { heapUsed, external } = process.memoryUsage();
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return { heap: heapUsed + external, anonymous: Number(/RssAnon:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1024 };
}
