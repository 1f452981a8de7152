import { QLDBClient } from '@aws-sdk/client-qldb';
import { simulatedWorld, type SimulatedWorld } from './simulated-world';
import { s3ArchiveObjects } from '../../src/custom-resources/archive-objects';
import { exportScheduleDeclaration } from '../../src/custom-resources/export-schedule-declaration';
import { runExportSchedule } from '../../src/custom-resources/export-schedule-run';
import { type ExportScheduleEdges } from '../../src/custom-resources/export-schedule-window';
import { signedS3, type SignedS3 } from '../../src/custom-resources/signed-s3';
import { FakeS3 } from '../fakes/fake-s3';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

let world: SimulatedWorld;
let s3: FakeS3;
let client: SignedS3;

beforeEach(async () => {
  world = await simulatedWorld(); // 2026-03-01, noon
  world.service.addLedger('audit');
  s3 = await FakeS3.start(world.clock.now);
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  client = signedS3(new QLDBClient({ region: 'eu-central-1', credentials }).config, { AWS_ENDPOINT_URL_S3: s3.url }, { attemptsMax: 1 });
});
afterEach(() => {
  s3.stop();
  world.end();
});

function declared(changes: Record<string, unknown> = {}) {
  return exportScheduleDeclaration({
    ServiceUrl: world.service.url,
    LedgerName: 'audit',
    ScheduleName: 'daily',
    RoleArn: 'arn:aws:iam::111122223333:role/export',
    Bucket: 'archive',
    Prefix: 'journal/',
    OutputFormat: 'ION_BINARY',
    ObjectEncryptionType: 'SSE_KMS',
    KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k',
    InclusiveStartTime: 'LEDGER_CREATION',
    WindowSeconds: DAY,
    WindowsPerRun: 24,
    ...changes,
  });
}

function edges(changes: Partial<ExportScheduleEdges> = {}): ExportScheduleEdges {
  const { control } = world.edges.connect(world.service.url);
  return { ...world.edges, control, objects: s3ArchiveObjects(client, 'archive'), ...changes };
}

const run = (changes: Record<string, unknown> = {}, touched: Partial<ExportScheduleEdges> = {}) =>
  runExportSchedule(edges(touched), declared(changes));

/** Exports oldest first, as `from to status`. */
const exported = () => [...world.service.exports].reverse().map(job =>
  `${iso(job.InclusiveStartTime)} ${iso(job.ExclusiveEndTime)} ${job.Status}`);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);

/** The metrics that the newest report has. */
const metrics = (): Record<string, number> => {
  const { _aws: _, LedgerName: _ledger, ScheduleName: _schedule, ...values } = JSON.parse(world.log.filter(line => line.startsWith('{"_aws"')).at(-1)!);
  return values;
};

const failureOf = (running: Promise<void>): Promise<string> => running.then(() => 'nothing failed', (error: Error) => error.message);

describe('windows', () => {
  test('R1 every window that has ended is exported, oldest first, from the one in which the ledger was created', async () => {
    world.clock.advanceSeconds(3 * DAY);
    await run();
    expect(exported()).toEqual([
      '2026-03-01T00:00 2026-03-02T00:00 COMPLETED', '2026-03-02T00:00 2026-03-03T00:00 COMPLETED', '2026-03-03T00:00 2026-03-04T00:00 COMPLETED',
    ]);
    expect(world.service.exports[0]).toMatchObject({
      RoleArn: 'arn:aws:iam::111122223333:role/export',
      OutputFormat: 'ION_BINARY',
      S3ExportConfiguration: {
        Bucket: 'archive',
        Prefix: 'journal/20260303T000000Z-20260304T000000Z/',
        EncryptionConfiguration: { ObjectEncryptionType: 'SSE_KMS', KmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/k' },
      },
    });
    expect(metrics()).toEqual({ WindowsPending: 0, ExportLag: 0, WindowsExported: 3, ExportFailures: 0 });
  });

  test('R2 a window that has not ended, or only just, is left for a later run', async () => {
    world.clock.advanceSeconds(12 * HOUR + 59);
    await run();
    expect(exported()).toEqual([]);
    expect(s3.objects.size).toBe(0);
    world.clock.advanceSeconds(1);
    await run();
    expect(exported()).toEqual(['2026-03-01T00:00 2026-03-02T00:00 COMPLETED']);
  });

  test('R3 a run that finds nothing new exports nothing', async () => {
    world.clock.advanceSeconds(DAY);
    await run();
    world.clock.advanceSeconds(HOUR);
    await run();
    expect(exported()).toHaveLength(1);
    expect(metrics()).toEqual({ WindowsPending: 0, ExportLag: 0, WindowsExported: 0, ExportFailures: 0 });
  });

  test('R4 after an outage the windows that were missed are exported oldest first, so many a run as declared', async () => {
    world.service.polls = 0;
    world.clock.advanceSeconds(10 * DAY);
    await run({ WindowsPerRun: 4 });
    expect(exported().at(-1)).toBe('2026-03-04T00:00 2026-03-05T00:00 COMPLETED');
    expect(metrics()).toMatchObject({ WindowsExported: 4, WindowsPending: 6, ExportLag: 5 * DAY + 12 * HOUR });
    await run({ WindowsPerRun: 4 });
    await run({ WindowsPerRun: 4 });
    expect(exported()).toHaveLength(10);
    expect(exported()).toEqual([...new Set(exported())].sort());
  });

  test('R5 an outage longer than the look-back is found in the whole archive', async () => {
    world.service.polls = 0;
    world.clock.advanceSeconds(2 * HOUR);
    await run({ WindowSeconds: 15 * MINUTE });
    world.clock.advanceSeconds(5 * DAY);
    await run({ WindowSeconds: 15 * MINUTE });
    expect(exported().slice(7, 9)).toEqual(['2026-03-01T13:45 2026-03-01T14:00 COMPLETED', '2026-03-01T14:00 2026-03-01T14:15 COMPLETED']);
    expect(exported()).toHaveLength(7 + 24);
  });

  test('R6 a start that is declared is where the first window begins, and means nothing afterwards', async () => {
    world.clock.advanceSeconds(3 * DAY);
    await run({ InclusiveStartTime: '2026-03-02T06:30:00.250Z' });
    expect(exported()).toEqual(['2026-03-02T06:30 2026-03-03T00:00 COMPLETED', '2026-03-03T00:00 2026-03-04T00:00 COMPLETED']);
    world.clock.advanceSeconds(DAY);
    await run({ InclusiveStartTime: '2026-01-01T00:00:00Z' });
    expect(exported().slice(2)).toEqual(['2026-03-04T00:00 2026-03-05T00:00 COMPLETED']);
  });

  test('R7 another length of windows goes on where the last one ended', async () => {
    world.clock.advanceSeconds(DAY);
    await run();
    world.clock.advanceSeconds(13 * HOUR);
    await run({ WindowSeconds: 7 * HOUR });
    expect(exported().slice(1)).toEqual([
      '2026-03-02T00:00 2026-03-02T02:00 COMPLETED', '2026-03-02T02:00 2026-03-02T09:00 COMPLETED',
      '2026-03-02T09:00 2026-03-02T16:00 COMPLETED', '2026-03-02T16:00 2026-03-02T23:00 COMPLETED',
    ]);
    world.clock.advanceSeconds(DAY);
    await run();
    expect(exported().slice(5)).toEqual(['2026-03-02T23:00 2026-03-03T00:00 COMPLETED', '2026-03-03T00:00 2026-03-04T00:00 COMPLETED']);
  });

  test('R8 other folders below the prefix, and pages of them, do not matter', async () => {
    s3.pageSize = 2;
    for (const folder of ['2026/03/01/00/', 'final/', 'zz/', '20269999T000000Z/']) { s3.put(`journal/${folder}x`, ''); }
    world.clock.advanceSeconds(4 * DAY);
    await run();
    await run();
    expect(exported()).toHaveLength(4);
  });
});

describe('never two exports for one window', () => {
  test('R9 runs at the same time start one export for each window', async () => {
    world.clock.advanceSeconds(2 * DAY);
    await Promise.all([run(), run(), run()]);
    await run();
    expect(exported()).toEqual(['2026-03-01T00:00 2026-03-02T00:00 COMPLETED', '2026-03-02T00:00 2026-03-03T00:00 COMPLETED']);
  });

  test('R10 a start whose answer is lost is found, not repeated', async () => {
    world.clock.advanceSeconds(DAY);
    world.service.fail('ExportJournalToS3', { status: 500, afterTheFact: true });
    await run();
    expect(exported()).toEqual(['2026-03-01T00:00 2026-03-02T00:00 COMPLETED']);
  });

  test('R11 a start that was never handled is repeated after a minute, under the same claim', async () => {
    world.clock.advanceSeconds(DAY);
    world.service.fail('ExportJournalToS3', { status: 503 });
    const before = world.clock.now().getTime();
    await run();
    expect(exported()).toHaveLength(1);
    expect(world.clock.now().getTime() - before).toBeGreaterThanOrEqual(60_000);
    expect(s3.keys(/attempt/)).toEqual(['journal/20260301T000000Z-20260302T000000Z/attempt-1.json']);
  });

  test('R12 what a run has claimed is left to it while it may live, and taken over afterwards', async () => {
    world.clock.advanceSeconds(DAY);
    const dies = edges({ control: { send: async () => { throw new Error('out of memory'); } } as any });
    s3.put('journal/20260301T000000Z-20260302T000000Z/attempt-1.json', '{}');
    expect(await failureOf(runExportSchedule(dies, declared()))).toContain('out of memory');
    world.clock.advanceSeconds(15 * MINUTE);
    await run();
    expect(exported()).toEqual([]);
    expect(metrics()).toMatchObject({ WindowsPending: 1, ExportFailures: 0 });
    world.clock.advanceSeconds(2 * MINUTE);
    await run();
    expect(exported()).toHaveLength(1);
    expect(s3.keys(/attempt-2/)).toHaveLength(1);
  });

  test('R13 a window whose job the service has forgotten is known by its manifest', async () => {
    world.clock.advanceSeconds(DAY);
    await run();
    s3.put('journal/20260301T000000Z-20260302T000000Z/Id1.Strand.completed.manifest', '');
    world.service.exports.splice(0);
    world.clock.advanceSeconds(30 * DAY);
    await run({ WindowsPerRun: 1 });
    expect(exported()).toEqual(['2026-03-02T00:00 2026-03-03T00:00 COMPLETED']);
  });

  test('R14 an export that outlasts its run is followed by the next one', async () => {
    world.clock.advanceSeconds(DAY);
    world.service.polls = 200;
    await run();
    expect(exported()).toEqual(['2026-03-01T00:00 2026-03-02T00:00 IN_PROGRESS']);
    expect(metrics()).toMatchObject({ WindowsPending: 1, ExportFailures: 0 });
    world.clock.advanceSeconds(50 * MINUTE);
    await run();
    expect(exported()).toEqual(['2026-03-01T00:00 2026-03-02T00:00 COMPLETED']);
  });
});

describe('what may go wrong', () => {
  test('R15 waits for one of two other exports to end', async () => {
    const other = (id: string) => ({ LedgerName: 'audit', ExportId: id, Status: 'IN_PROGRESS', ExportCreationTime: 0 });
    world.clock.advanceSeconds(DAY);
    world.service.exports.push(other('a'), other('b'));
    const started = world.clock.now().getTime();
    const ends = async (moment: Date) => {
      if (moment.getTime() - started > 5 * MINUTE * 1000) { world.service.exports.find(({ ExportId: id }) => id === 'a')!.Status = 'COMPLETED'; }
      return world.edges.waitUntil(moment);
    };
    await run({}, { waitUntil: ends });
    expect(world.service.exports.filter(({ S3ExportConfiguration: target }) => target)).toMatchObject([{ Status: 'COMPLETED' }]);
  });

  test('R16 two exports that never end leave the window to the next run, without a claim', async () => {
    world.service.polls = Infinity;
    world.clock.advanceSeconds(DAY);
    world.service.exports.push(...['a', 'b'].map(id => ({ LedgerName: 'audit', ExportId: id, Status: 'IN_PROGRESS', ExportCreationTime: 0 })));
    await run();
    expect(s3.objects.size).toBe(0);
    expect(metrics()).toMatchObject({ WindowsPending: 1, ExportFailures: 0 });
  });

  test('R17 an export that is cancelled fails its run, is reported, and is tried again by the next; no later window overtakes it', async () => {
    world.clock.advanceSeconds(2 * DAY);
    const cancels = async (moment: Date) => {
      world.service.exports.filter(({ Status: status }) => status === 'IN_PROGRESS').forEach(job => { job.Status = 'CANCELLED'; });
      return world.edges.waitUntil(moment);
    };
    world.service.polls = 3;
    const message = await failureOf(run({}, { waitUntil: cancels }));
    expect(message).toMatch(/^Window 20260301T000000Z-20260302T000000Z\/ of ledger 'audit' was not exported: export \w+ was cancelled by the service\./);
    expect(message).toContain('this role may write to bucket archive and use its key. The next run tries again.');
    expect(metrics()).toMatchObject({ ExportFailures: 1, WindowsPending: 2, WindowsExported: 0 });
    await run();
    expect(exported()).toEqual([
      '2026-03-01T00:00 2026-03-02T00:00 CANCELLED', '2026-03-01T00:00 2026-03-02T00:00 COMPLETED', '2026-03-02T00:00 2026-03-03T00:00 COMPLETED',
    ]);
    expect(s3.keys(/20260301T.*attempt/)).toHaveLength(2);
  });

  test('R18 a role that may not write fails the run with what to look at, and is tried again', async () => {
    world.clock.advanceSeconds(DAY);
    world.service.fail('ExportJournalToS3', { status: 400, name: 'IllegalArgumentException', message: 'QLDB encountered an error: AccessDenied' });
    expect(await failureOf(run())).toContain('IllegalArgumentException: QLDB encountered an error: AccessDenied. Check that the ledger service may assume role');
    world.clock.advanceSeconds(HOUR);
    await run();
    expect(exported()).toHaveLength(1);
  });

  test('R19 a service that is down for two minutes, and one that throttles, are waited for', async () => {
    world.clock.advanceSeconds(DAY);
    world.service.isDown = true;
    const until = world.clock.now().getTime() + 2 * MINUTE * 1000;
    const recovers = async (moment: Date) => {
      if (moment.getTime() >= until) { world.service.isDown = false; }
      return world.edges.waitUntil(moment);
    };
    for (const operation of ['DescribeLedger', 'ListJournalS3ExportsForLedger', 'DescribeJournalS3Export']) {
      world.service.fail(operation, { status: 429, name: 'ThrottlingException', times: 2 });
    }
    await run({}, { waitUntil: recovers });
    expect(exported()).toHaveLength(1);
  });

  test('R20 a service that is gone fails the run and is reported', async () => {
    world.clock.advanceSeconds(DAY);
    world.service.isDown = true;
    await expect(run()).rejects.toThrow();
    expect(metrics()).toEqual({ WindowsExported: 0, ExportFailures: 1 });
  });

  test('R21 an archive that does not answer for two minutes is waited for, and one that refuses fails the run', async () => {
    world.clock.advanceSeconds(2 * DAY);
    s3.fail('ListObjectsV2', { status: 503, name: 'SlowDown', times: 12 });
    await run({ WindowsPerRun: 1 });
    expect(exported()).toHaveLength(1);
    s3.fail('PutObject', { status: 403, name: 'AccessDenied' });
    expect(await failureOf(run())).toContain('injected');
    expect(metrics()).toMatchObject({ ExportFailures: 1 });
    expect(exported()).toHaveLength(1);
  });

  test('R22 a claim whose answer is lost holds the window up, but is not followed by a second export', async () => {
    world.clock.advanceSeconds(DAY);
    s3.fail('PutObject', { status: 500, afterTheFact: true });
    await run();
    expect(exported()).toEqual([]);
    world.clock.advanceSeconds(HOUR);
    await run();
    expect(exported()).toHaveLength(1);
  });

  test('R23 a ledger that is missing fails the run', async () => {
    world.clock.advanceSeconds(DAY);
    expect(await failureOf(run({ LedgerName: 'gone' }))).toContain('The Ledger with name gone is not found');
  });
});
