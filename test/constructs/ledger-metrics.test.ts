import * as path from 'path';
import { App, CfnParameter, Stack, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_sns as sns } from 'aws-cdk-lib';
import { resourcesOf } from './full-stack';
import { ILedger, JobInventory, Ledger, LedgerAlarms, LedgerDashboard } from '../../src';
import { journalStorageEvent, logWithMetrics, sessionsWithMetrics, streamHealthEvent, withMetrics } from '../../src/service/ledger-metrics';

/** What CDK knows of QLDB's metrics; the file is not exported. */
const { QLDBMetrics } = jest.requireActual(path.join(path.dirname(require.resolve('aws-cdk-lib')), 'aws-qldb/lib/qldb-canned-metrics.generated.js'));

function importedLedger() {
  const stack = new Stack(new App(), 'Stack');
  return { stack, ledger: Ledger.fromLedgerName(stack, 'Ledger', 'payments') };
}

const READ: Record<string, (ledger: ILedger) => cloudwatch.Metric> = {
  CommandLatency: ledger => ledger.metricCommandLatency(),
  IsImpaired: ledger => ledger.metricIsImpaired(),
  JournalStorage: ledger => ledger.metricJournalStorage(),
  OccConflictExceptions: ledger => ledger.metricOccConflictExceptions(),
  ReadIOs: ledger => ledger.metricReadIOs(),
  WriteIOs: ledger => ledger.metricWriteIOs(),
  Session4xxExceptions: ledger => ledger.metricSession4xxExceptions(),
  Session5xxExceptions: ledger => ledger.metricSession5xxExceptions(),
  SessionRateExceededExceptions: ledger => ledger.metricSessionRateExceededExceptions(),
  CompletedExports: ledger => ledger.metricCompletedExports(),
  FailedExports: ledger => ledger.metricFailedExports(),
  FailedStreams: ledger => ledger.metricFailedStreams(),
};

/** Every metric that the service tells, as CloudWatch finds it in log lines. */
async function toldByTheService() {
  const lines: Record<string, any>[] = [streamHealthEvent(0, 'payments', 'stream', true), journalStorageEvent(0, 'payments', 1)];
  const log = logWithMetrics(line => lines.push(line), () => 0);
  const sessions = sessionsWithMetrics({ load: async () => ({ ledgerName: 'payments' }) } as never);
  await withMetrics(async () => {
    await sessions.load('token');
    log({ event: 'request', session: true, operation: 'ExecuteStatement', status: 200, durationMillis: 1 });
    return {} as never;
  })({} as never);
  log({ event: 'job-ended', kind: 'export', status: 'COMPLETED', ledgerName: 'payments' });
  log({ event: 'job-setback', kind: 'export', givenUp: true, ledgerName: 'payments' });
  log({ event: 'job-setback', kind: 'stream', givenUp: true, ledgerName: 'payments' });
  return lines.flatMap(({ _aws, ...members }) => _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }: any) =>
    Dimensions.flatMap((names: string[]) => Metrics.map(({ Name }: any) => ({
      namespace: Namespace, metricName: Name, dimensions: Object.fromEntries(names.map(name => [name, members[name]])),
    })))));
}

test.each(Object.entries(READ))('%s is read where the service tells it', async (metricName, read) => {
  const metric = read(importedLedger().ledger);
  expect(await toldByTheService()).toContainEqual({ namespace: metric.namespace, metricName, dimensions: metric.dimensions });
  expect(metric.dimensions).toEqual({ LedgerName: 'payments' });
});

test('metrics that QLDB had are read as CDK reads them, but for IsImpaired and JournalStorage, where a sum says nothing', () => {
  const { ledger } = importedLedger();
  const canned = [
    QLDBMetrics.commandLatencyAverage, QLDBMetrics.occConflictExceptionsSum, QLDBMetrics.readIOsSum, QLDBMetrics.writeIOsSum,
    QLDBMetrics.session4XxExceptionsSum, QLDBMetrics.session5XxExceptionsSum, QLDBMetrics.sessionRateExceededExceptionsSum,
  ].map(metric => metric({ LedgerName: 'payments' }));
  for (const { metricName, statistic, dimensionsMap } of canned) {
    expect(READ[metricName](ledger)).toMatchObject({ metricName, statistic, dimensions: dimensionsMap });
  }
  expect(ledger.metricIsImpaired().statistic).toBe('Maximum');
  expect(ledger.metricJournalStorage().statistic).toBe('Maximum');
});

test('a metric is read otherwise when asked to', () => {
  const { ledger } = importedLedger();
  expect(ledger.metricCommandLatency({ statistic: 'p99', dimensionsMap: { CommandType: 'CommitTransaction' } })).toMatchObject({
    statistic: 'p99', dimensions: { LedgerName: 'payments', CommandType: 'CommitTransaction' },
  });
  expect(ledger.metric('ReadIOs', { label: 'mine' })).toMatchObject({ metricName: 'ReadIOs', statistic: 'Sum', label: 'mine' });
});

const alarmsIn = (stack: Stack) => Object.values(resourcesOf(stack)).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

test('alarms are raised by one impaired stream, one failed stream or export, faults twice in a row, and conflicts in numbers', () => {
  const { stack, ledger } = importedLedger();
  new LedgerAlarms(stack, 'Alarms', { ledger, occConflictsThreshold: 20 });
  const raisedBy = Object.fromEntries(alarmsIn(stack).map(({ MetricName, Threshold, EvaluationPeriods, Period, TreatMissingData }) =>
    [MetricName, [Threshold, EvaluationPeriods, Period, TreatMissingData]]));
  expect(raisedBy).toEqual({
    IsImpaired: [1, 1, 600, 'notBreaching'],
    FailedStreams: [1, 1, 300, 'notBreaching'],
    FailedExports: [1, 1, 300, 'notBreaching'],
    Session5xxExceptions: [1, 2, 300, 'notBreaching'],
    SessionRateExceededExceptions: [1, 1, 300, 'notBreaching'],
    OccConflictExceptions: [20, 3, 300, 'notBreaching'],
  });
});

test('alarms act on what they are told to, and refuse a threshold that is none', () => {
  const { stack, ledger } = importedLedger();
  const { alarms } = new LedgerAlarms(stack, 'Alarms', { ledger, alarmActions: [new actions.SnsAction(new sns.Topic(stack, 'Topic'))] });
  expect(alarmsIn(stack).map(({ AlarmActions }) => AlarmActions)).toEqual(Array(alarms.length).fill([{ Ref: expect.stringMatching(/^Topic/) }]));
  expect(() => new LedgerAlarms(stack, 'Wrong', { ledger, occConflictsThreshold: 0 })).toThrow('occConflictsThreshold 0 is not allowed');
});

test('a threshold that is known only at deployment passes untouched', () => {
  const { stack, ledger } = importedLedger();
  const occConflictsThreshold = new CfnParameter(stack, 'Conflicts', { type: 'Number' }).valueAsNumber;
  new LedgerAlarms(stack, 'Alarms', { ledger, occConflictsThreshold });
  expect(alarmsIn(stack).map(({ Threshold }) => Threshold)).toContainEqual({ Ref: 'Conflicts' });
});

test('a dashboard shows alarms, each ledger and jobs, and reads only metrics that are told', async () => {
  const { stack, ledger } = importedLedger();
  const other = Ledger.fromLedgerName(stack, 'Other', 'receipts');
  const { alarms } = new LedgerAlarms(stack, 'Alarms', { ledger });
  new LedgerDashboard(stack, 'Dashboard', { ledgers: [ledger, other], alarms, jobInventory: new JobInventory(stack, 'Jobs'), dashboardName: 'Ledgers' });
  const { Properties } = Object.values(resourcesOf(stack)).find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')!;
  expect(Properties.DashboardName).toBe('Ledgers');
  const { widgets } = JSON.parse(Properties.DashboardBody['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'token').join(''));
  expect(widgets.map(({ type, properties }: any) => properties.markdown ?? properties.title ?? type)).toEqual([
    'Alarms',
    '## Ledger payments', 'Latency', 'Reads, writes, size of the journal', 'Refused and failed', 'Exports and streams',
    '## Ledger receipts', 'Latency', 'Reads, writes, size of the journal', 'Refused and failed', 'Exports and streams',
    '## Jobs', 'Running', 'Failed', 'Need attention',
  ]);
  const names = new Set((await toldByTheService()).map(({ metricName }: { metricName: string }) => metricName));
  const shown = widgets.flatMap(({ properties }: any) => properties.metrics ?? []).filter(([namespace]: string[]) => namespace === 'CdkLedger/Ledgers');
  expect(shown.filter(([, name]: string[]) => !names.has(name))).toEqual([]);
});

test('a dashboard of nothing is refused', () => {
  expect(() => new LedgerDashboard(new Stack(new App(), 'Stack'), 'Dashboard', { ledgers: [] })).toThrow('ledgers is empty');
});
