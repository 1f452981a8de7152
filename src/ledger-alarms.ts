import { Duration, Token, aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ILedger } from './ledger';
import { rejectProblems } from './problems';
import { ThresholdAlarmProps, thresholdAlarm } from './threshold-alarm';

/** Properties of `LedgerAlarms`. */
export interface LedgerAlarmsProps {
  /** The ledger that is watched. */
  readonly ledger: ILedger;

  /**
   * What the alarms do when they are raised.
   * @default - nothing but change their state
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * Transactions in five minutes that may lose against others, three times in a row.
   * @default 100
   */
  readonly occConflictsThreshold?: number;
}

/**
 * Alarms on what a ledger should never do: have an impaired or failed stream, give up an export, fail commands, refuse sessions, or lose
 * transactions to conflicts in numbers.
 *
 * @example
 * new LedgerAlarms(this, 'Alarms', { ledger });
 */
export class LedgerAlarms extends Construct {
  /** Raised while a stream is impaired. */
  public readonly impairedStream: cloudwatch.Alarm;

  /** Raised when the service gave up a stream. */
  public readonly failedStream: cloudwatch.Alarm;

  /** Raised when the service gave up an export. */
  public readonly failedExport: cloudwatch.Alarm;

  /** Raised when commands fail for a fault of the service's. */
  public readonly serviceFaults: cloudwatch.Alarm;

  /** Raised when sessions are refused because there are too many. */
  public readonly refusedSessions: cloudwatch.Alarm;

  /** Raised when many transactions lose against others. */
  public readonly occConflicts: cloudwatch.Alarm;

  /** All of them. */
  public readonly alarms: cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: LedgerAlarmsProps) {
    super(scope, id);
    const { ledger, occConflictsThreshold = 100 } = props;
    rejectProblems(this, [
      Token.isUnresolved(occConflictsThreshold) || (Number.isInteger(occConflictsThreshold) && occConflictsThreshold >= 1)
        ? undefined : `occConflictsThreshold ${occConflictsThreshold} is not allowed: use a whole number from 1`,
    ]);
    const alarm = (alarmId: string, metric: cloudwatch.Metric, description: string, more: Partial<ThresholdAlarmProps> = {}) =>
      thresholdAlarm(this, alarmId, { metric, alarmDescription: `${description} (${ledger.node.path})`, ...more });
    this.impairedStream = alarm('ImpairedStream', ledger.metricIsImpaired(),
      'A journal stream is impaired: its Kinesis stream is gone, or its role may not write. DescribeJournalKinesisStream tells the cause.');
    this.failedStream = alarm('FailedStream', ledger.metricFailedStreams(),
      'A journal stream failed for good, after a week of attempts. Replace it; blocks since then are in the journal.');
    this.failedExport = alarm('FailedExport', ledger.metricFailedExports(),
      'A journal export was given up after 15 minutes of refusals. The worker\'s log has the reason.');
    this.serviceFaults = alarm('ServiceFaults', ledger.metricSession5xxExceptions(),
      'Commands fail for a fault of the ledger service. The session function\'s log has an event "fault" for each.', { evaluationPeriods: 2 });
    this.refusedSessions = alarm('RefusedSessions', ledger.metricSessionRateExceededExceptions(),
      'Sessions are refused because the ledger has as many as it may have: let clients share sessions, as drivers do, or raise the quota.');
    this.occConflicts = alarm('OccConflicts', ledger.metricOccConflictExceptions({ period: Duration.minutes(5) }),
      'Many transactions lose against others: read less in each, by index, or keep apart what is changed at the same time.',
      { threshold: occConflictsThreshold, evaluationPeriods: 3 });
    this.alarms = [this.impairedStream, this.failedStream, this.failedExport, this.serviceFaults, this.refusedSessions, this.occConflicts];
    const actions = props.alarmActions ?? [];
    if (actions.length > 0) {
      this.alarms.forEach(each => each.addAlarmAction(...actions));
    }
  }
}
