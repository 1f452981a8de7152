import {
  Duration, Names, Resource, Stack, aws_cloudwatch as cloudwatch, aws_events as events,
  aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ControlPlaneAction } from './control-plane-action';
import { ExportEncryption, encryptionProblem, exportKey } from './export-encryption';
import { defaultPrefix, normalizedPrefix, prefixProblem } from './export-prefix';
import { ExportRole } from './export-role';
import { IJournalArchive, JournalArchive } from './journal-archive';
import { OutputFormat } from './journal-export';
import { scheduleProblems, secondsOfRate, silentHours } from './journal-export-schedule-problems';
import { ILedger } from './ledger';
import { rejectProblems } from './problems';
import { runFunction } from './run-function';
import { serviceOf, serviceProblem } from './service-of';
import { silenceAlarm } from './silence-alarm';
import { thresholdAlarm } from './threshold-alarm';

/** What the exports of a schedule cover, and where they go. */
export interface JournalExportScheduleOptions {
  /**
   * Where the objects are written.
   * @default - a new `JournalArchive`, a child of the schedule
   */
  readonly archive?: IJournalArchive;

  /**
   * Put before the key of each object; a final slash is added. At most 86 characters with it: each window has a folder below it, named for its
   * start and end, such as `20260301T000000Z-20260302T000000Z/`. Another prefix, or another archive, begins anew with the first window.
   * @default - `journal/<ledgerName>/`
   */
  readonly prefix?: string;

  /**
   * How much of the journal one export covers, in whole minutes, at most 366 days. Windows end at multiples of it since 1970 (UTC): days at
   * midnight, hours on the hour. A change applies from the next window on.
   * @default Duration.days(1)
   */
  readonly windowLength?: Duration;

  /**
   * When to look for windows that have ended. More often than they end is fine, and lets a failed one be tried again sooner.
   * @default - every hour, or as often as windows end if that is more often
   */
  readonly schedule?: events.Schedule;

  /**
   * The first moment that the first window covers. It has no effect once a window was exported.
   * @default - the ledger's first block
   */
  readonly start?: Date;

  /**
   * How many windows one run exports at most, one after the other, oldest first: how fast a backlog is caught up with. 1 to 1000.
   * @default 24
   */
  readonly windowsPerRun?: number;

  /**
   * Format of the exported blocks.
   * @default OutputFormat.ION_TEXT
   */
  readonly outputFormat?: OutputFormat;

  /**
   * How the objects are encrypted.
   * @default ExportEncryption.kms() - with the archive's key
   */
  readonly encryption?: ExportEncryption;

  /**
   * A role of your own that the service assumes to write. Its trust and its permissions are yours to set.
   * @default - a new `ExportRole` with the least permissions
   */
  readonly role?: iam.IRole;

  /**
   * For how long a window may have ended and not be exported before `lateAlarm` goes off.
   * @default - three hours, or three times the time between runs if that is longer and known from `Schedule.rate()`
   */
  readonly lateAfter?: Duration;

  /**
   * How long the log of the runs is kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `JournalExportSchedule`. */
export interface JournalExportScheduleProps extends JournalExportScheduleOptions {
  /** The ledger whose journal is exported. */
  readonly ledger: ILedger;
}

/**
 * Exports the journal of a ledger again and again, in windows that join without gap or overlap.
 *
 * Each window is exported once, when it has ended, and only after the one before it is complete. After an outage the windows that were missed
 * are exported oldest first. A window whose export fails is tried again by the next run, and `failureAlarm` goes off. Deleting the schedule
 * leaves the exported objects where they are; the same schedule deployed again goes on where it stopped.
 *
 * @example
 * const schedule = new JournalExportSchedule(this, 'Daily', { ledger, archive, outputFormat: OutputFormat.ION_BINARY });
 * schedule.lateAlarm.addAlarmAction(alarmAction);
 */
export class JournalExportSchedule extends Resource {
  /** Where the objects are. */
  public readonly archive: IJournalArchive;

  /** The role that the service writes under. */
  public readonly role: iam.IRole;

  /** The prefix below which each window has its folder; ends in a slash unless empty. */
  public readonly prefix: string;

  /** How much of the journal one export covers. */
  public readonly windowLength: Duration;

  /** Name of the schedule in the dimension `ScheduleName` of its metrics. */
  public readonly scheduleName: string;

  /** Starts the runs. */
  public readonly rule: events.Rule;

  /** Does the runs. Invoke it with any event to have a run at once. */
  public readonly runFunction: lambda.Function;

  /** Goes off when an export failed or a run could not do its work. Actions are yours to add. */
  public readonly failureAlarm: cloudwatch.Alarm;

  /**
   * Goes off when a window has ended for longer than `lateAfter` and is not exported. Actions are yours to add; they are taken, too, when there are no
   * runs any more, in the state INSUFFICIENT_DATA. A new alarm is in that state until the first run, without an action.
   */
  public readonly lateAlarm: cloudwatch.Alarm;

  private readonly dimensions: Record<string, string>;

  constructor(scope: Construct, id: string, props: JournalExportScheduleProps) {
    super(scope, id);
    const { ledger, windowsPerRun = WINDOWS_PER_RUN } = props;
    this.windowLength = props.windowLength ?? Duration.days(1);
    const schedule = props.schedule ?? defaultSchedule(this.windowLength);
    const encryption = props.encryption ?? ExportEncryption.kms();
    this.archive = props.archive ?? new JournalArchive(this, 'Archive');
    const encryptionKey = exportKey(encryption, this.archive.encryptionKey);
    rejectProblems(this, [
      serviceProblem(ledger),
      prefixProblem(props.prefix, WINDOW_FOLDER_LENGTH_MAX),
      ...scheduleProblems({ windowLength: this.windowLength, windowsPerRun, schedule, start: props.start, lateAfter: props.lateAfter }),
      encryptionProblem(encryption, encryptionKey),
    ]);

    const service = serviceOf(ledger);
    this.prefix = normalizedPrefix(props.prefix ?? defaultPrefix(ledger.ledgerName));
    this.scheduleName = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    this.dimensions = { LedgerName: ledger.ledgerName, ScheduleName: this.scheduleName };
    if (props.role) {
      this.role = props.role;
      if (!(props.role instanceof ExportRole)) {
        service.allowAssumeRole(this, props.role);
      }
    } else {
      this.role = new ExportRole(this, 'Role', { ledger, bucket: this.archive.archiveBucket, prefix: this.prefix, encryptionKey });
    }

    this.runFunction = this.createRunFunction(props, {
      ServiceUrl: service.serviceUrl,
      LedgerName: ledger.ledgerName,
      ScheduleName: this.scheduleName,
      RoleArn: this.role.roleArn,
      Bucket: this.archive.archiveBucket.bucketName,
      Prefix: this.prefix,
      OutputFormat: props.outputFormat ?? OutputFormat.ION_TEXT,
      ObjectEncryptionType: encryption.objectEncryptionType,
      KmsKeyArn: encryptionKey?.keyRef.keyArn,
      InclusiveStartTime: props.start?.toISOString() ?? 'LEDGER_CREATION',
      WindowSeconds: this.windowLength.toSeconds(),
      WindowsPerRun: windowsPerRun,
    });
    ledger.grants.exportJournal(this.runFunction);
    if (!props.start) {
      // Only it tells when the ledger was created.
      ledger.grants.controlPlane(this.runFunction, ControlPlaneAction.DESCRIBE_LEDGER);
    }
    this.rule = new events.Rule(this, 'Rule', {
      description: `Exports of the journal of a ledger (${this.node.path})`.slice(0, 512),
      schedule,
      targets: [new targets.LambdaFunction(this.runFunction)],
    });
    // The first run finds its role, its permissions and the bucket's policy.
    this.rule.node.addDependency(this.role, this.archive, this.archive.archiveBucket);
    const access = this.node.tryFindChild('ServiceAccess');
    if (access) {
      this.rule.node.addDependency(access);
    }

    this.failureAlarm = thresholdAlarm(this, 'FailureAlarm', {
      alarmDescription: `An export of the journal of a ledger failed: see the log of ${this.runFunction.functionName}. It is tried again by the next run.`,
      metric: this.metricExportFailures({ period: Duration.hours(1) }),
    });
    const lateAfter = props.lateAfter ?? Duration.seconds(Math.max(3 * 3600, 3 * (secondsOfRate(schedule) ?? 0)));
    const hours = silentHours(schedule);
    this.lateAlarm = silenceAlarm(this, 'LateAlarm', {
      alarmDescription: `The journal of a ledger is exported late, or not at all: see the log of ${this.runFunction.functionName}.`,
      metric: this.metricExportLag({ period: Duration.hours(1) }),
      threshold: lateAfter.toSeconds(),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: hours,
      datapointsToAlarm: hours,
    });
  }

  /**
   * A metric of this schedule.
   * @param metricName `WindowsExported`, `WindowsPending`, `ExportFailures` or `ExportLag`.
   * @param props how to read it.
   */
  public metric(metricName: string, props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({ namespace: 'CdkLedger/Archive', metricName, dimensionsMap: this.dimensions, ...props }).attachTo(this);
  }

  /**
   * How many windows were exported.
   * @param props how to read it; the sum by default.
   */
  public metricWindowsExported(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('WindowsExported', { statistic: cloudwatch.Stats.SUM, ...props });
  }

  /**
   * How many windows have ended and are not exported yet.
   * @param props how to read it; the maximum by default.
   */
  public metricWindowsPending(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('WindowsPending', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  /**
   * How many exports, or whole runs, failed.
   * @param props how to read it; the sum by default.
   */
  public metricExportFailures(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('ExportFailures', { statistic: cloudwatch.Stats.SUM, ...props });
  }

  /**
   * How many seconds ago the oldest window that is not exported yet has ended; 0 when there is none.
   * @param props how to read it; the maximum by default.
   */
  public metricExportLag(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('ExportLag', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  private createRunFunction(props: JournalExportScheduleProps, declaration: object): lambda.Function {
    const run = runFunction(this, {
      bundle: 'custom-resources/journal-export-schedule',
      description: 'Exports the windows of a journal that have ended',
      roleDescription: 'Runs of an export schedule',
      timeout: Duration.minutes(15),
      logRetention: props.logRetention,
      privateAccess: serviceOf(props.ledger).privateAccess,
      environment: { EXPORT_SCHEDULE: Stack.of(this).toJsonString(declaration) },
    });
    const bucket = this.archive.archiveBucket;
    run.addToRolePolicy(new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': `${this.prefix}*` } },
    }));
    s3.BucketGrants.fromBucket(bucket).actionsOnObjectKeys(run, `${this.prefix}*/attempt-*.json`, 's3:PutObject');
    const bucketKey = bucket.encryptionKey ?? this.archive.encryptionKey;
    if (bucketKey) {
      kms.KeyGrants.fromKey(bucketKey, true).actions(run, 'kms:GenerateDataKey');
    }
    return run;
  }
}

const WINDOWS_PER_RUN = 24;
/** A folder's name when its start has milliseconds. */
const WINDOW_FOLDER_LENGTH_MAX = 42;

/** Every hour, or as often as windows end; a length that is no length of windows is told as a problem elsewhere. */
function defaultSchedule(windowLength: Duration): events.Schedule {
  const isShort = !windowLength.isUnresolved() && windowLength.toSeconds({ integral: false }) < 3600;
  return events.Schedule.rate(isShort ? Duration.minutes(Math.max(1, Math.floor(windowLength.toMinutes({ integral: false })))) : Duration.hours(1));
}
