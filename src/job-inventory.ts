import {
  Duration, Names, Resource, Token, aws_cloudwatch as cloudwatch, aws_events as events, aws_events_targets as targets, aws_iam as iam,
  aws_kms as kms, aws_lambda as lambda, aws_logs as logs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { normalizedPrefix, prefixProblem } from './export-prefix';
import { IJournalArchive, JournalArchive } from './journal-archive';
import { ILedgerService } from './ledger-service';
import { knownAtSynth, rejectProblems } from './problems';
import { runFunction } from './run-function';
import { silenceAlarm } from './silence-alarm';
import { thresholdAlarm } from './threshold-alarm';

/** A kind of job that an inventory lists. */
export enum JobKind {
  /** Exports of journals: `ListJournalS3Exports` of a ledger service. */
  JOURNAL_EXPORT = 'JournalExport',
  /** Exports of mailboxes: `ListMailboxExportJobs` of WorkMail. */
  MAILBOX_EXPORT = 'MailboxExport',
  /** S3 Batch Operations: `ListJobs` of S3 Control. */
  BATCH_OPERATION = 'BatchOperation',
}

/** Where a job stands, in one set of words for all kinds. */
export enum JobState {
  /** Waits, runs, or is being ended. */
  RUNNING = 'RUNNING',
  /** Ended well. */
  COMPLETED = 'COMPLETED',
  /** Ended badly. A batch operation that failed for any object counts as failed, and so does a journal export that the service gave up. */
  FAILED = 'FAILED',
  /** Ended by somebody. */
  CANCELLED = 'CANCELLED',
}

/** Properties of a `JobInventory`. */
export interface JobInventoryProps {
  /**
   * The service whose journal exports are listed, those of all its ledgers.
   * @default - journal exports are not listed
   */
  readonly service?: ILedgerService;

  /**
   * Ids of the WorkMail organizations whose mailbox exports are listed.
   * @default - mailbox exports are not listed
   */
  readonly mailboxOrganizations?: string[];

  /**
   * Whether the account's S3 batch operations in this region are listed, whoever started them.
   * @default true - unless `service` is private
   */
  readonly batchOperations?: boolean;

  /**
   * Where reports are written.
   * @default - a new `JournalArchive`, a child of the inventory
   */
  readonly archive?: IJournalArchive;

  /**
   * Put before the name of each report; a final slash is added.
   * @default 'job-inventory/'
   */
  readonly prefix?: string;

  /**
   * How often an inventory is taken: whole minutes, from 5 minutes to 12 hours.
   * @default Duration.hours(1)
   */
  readonly interval?: Duration;

  /**
   * A job that runs longer is stuck.
   * @default Duration.days(1)
   */
  readonly stuckAfter?: Duration;

  /**
   * For how long a failed job counts after its end. Jobs whose service tells no end, as of journal exports, count from their creation on and
   * for `stuckAfter` longer.
   * @default Duration.days(1)
   */
  readonly failureWindow?: Duration;

  /**
   * Failed jobs that raise the alarm.
   * @default 1
   */
  readonly failedJobsThreshold?: number;

  /**
   * Stuck jobs that raise the alarm.
   * @default 1
   */
  readonly stuckJobsThreshold?: number;

  /**
   * What the alarms do when they are raised.
   * @default - nothing but change their state
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * How long the log of the runs is kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}

/** In alarms and dashboards of users: never changes. */
const NAMESPACE = 'CdkLedger/Jobs';
const PREFIX_DEFAULT = 'job-inventory/';
const TIMEOUT = Duration.minutes(10);

/**
 * Lists the jobs of three services on a schedule, tells CloudWatch how many there are of each kind and state, raises alarms on those that
 * failed or are stuck, and writes a report for people and one for programs into an archive.
 *
 * @example
 * new JobInventory(this, 'Jobs', { service, archive });
 */
export class JobInventory extends Resource {
  /** Where the reports are. */
  public readonly archive: IJournalArchive;

  /** Takes the inventory. Invoke it with any event to have one at once. */
  public readonly runFunction: lambda.Function;

  /** The value of the metrics' dimension `Inventory`. */
  public readonly inventoryName: string;

  /** Put before the name of each report. */
  public readonly prefix: string;

  /** Raised by jobs that failed. */
  public readonly failedJobsAlarm: cloudwatch.Alarm;

  /** Raised by jobs that run for too long. */
  public readonly stuckJobsAlarm: cloudwatch.Alarm;

  /**
   * Raised when a listing is incomplete or a report cannot be written. Its actions are taken, too, when no inventory is taken any more, in the state
   * INSUFFICIENT_DATA. A new alarm is in that state until the first inventory, without an action.
   */
  public readonly gapsAlarm: cloudwatch.Alarm;

  private readonly interval: Duration;

  constructor(scope: Construct, id: string, props: JobInventoryProps = {}) {
    super(scope, id);
    const organizations = props.mailboxOrganizations ?? [];
    const access = props.service?.privateAccess;
    const batchOperations = props.batchOperations ?? access === undefined;
    const stuckAfter = props.stuckAfter ?? Duration.days(1);
    const failureWindow = props.failureWindow ?? Duration.days(1);
    this.interval = props.interval ?? Duration.hours(1);
    rejectProblems(this, [
      !props.service && organizations.length === 0 && !batchOperations
        ? 'there is nothing to list: give a service, mailboxOrganizations, or leave batchOperations on' : undefined,
      access && (batchOperations || organizations.length > 0)
        ? 'service is reached from its VPC alone, where WorkMail and S3 Control are not: list these with another JobInventory, without service' : undefined,
      ...organizations.map(organizationProblem),
      props.prefix === '' ? "prefix '' is empty: name a folder, so that the function may write there only" : prefixProblem(props.prefix),
      intervalProblem(this.interval),
      positiveProblem('stuckAfter', stuckAfter),
      positiveProblem('failureWindow', failureWindow),
      thresholdProblem('failedJobsThreshold', props.failedJobsThreshold),
      thresholdProblem('stuckJobsThreshold', props.stuckJobsThreshold),
    ]);

    this.archive = props.archive ?? new JournalArchive(this, 'Archive');
    this.prefix = normalizedPrefix(props.prefix ?? PREFIX_DEFAULT);
    this.inventoryName = Names.uniqueResourceName(this, { maxLength: 64 });
    const { archiveBucket, encryptionKey } = this.archive;

    this.runFunction = runFunction(this, {
      bundle: 'custom-resources/job-inventory',
      description: 'Lists jobs and reports on them',
      roleDescription: 'Lists jobs',
      timeout: TIMEOUT,
      logRetention: props.logRetention,
      privateAccess: access,
      environment: {
        INVENTORY_NAME: this.inventoryName,
        ARCHIVE_BUCKET: archiveBucket.bucketName,
        ...encryptionKey && { ARCHIVE_KEY_ARN: encryptionKey.keyRef.keyArn },
        REPORT_PREFIX: this.prefix,
        STUCK_AFTER_SECONDS: String(stuckAfter.toSeconds()),
        FAILURE_WINDOW_SECONDS: String(failureWindow.toSeconds()),
        ...props.service && { LEDGER_SERVICE_URL: props.service.serviceUrl },
        ...organizations.length > 0 && { MAILBOX_ORGANIZATIONS: organizations.join(',') },
        ...batchOperations && { BATCH_OPERATIONS_ACCOUNT: this.stack.account },
      },
    });
    this.allowListing(props.service, organizations, batchOperations);
    this.runFunction.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [archiveBucket.arnForObjects(`${this.prefix}*`)] }));
    if (encryptionKey) {
      kms.KeyGrants.fromKey(encryptionKey, true).actions(this.runFunction, 'kms:GenerateDataKey');
    }
    new events.Rule(this, 'Schedule', {
      description: 'Takes an inventory of jobs',
      schedule: events.Schedule.rate(this.interval),
      targets: [new targets.LambdaFunction(this.runFunction, { retryAttempts: 1, maxEventAge: Duration.minutes(5) })],
    });

    this.failedJobsAlarm = thresholdAlarm(this, 'FailedJobsAlarm', {
      metric: this.metricFailedJobs(),
      threshold: props.failedJobsThreshold,
      alarmDescription: `Jobs failed. The newest report below ${this.prefix} in the archive names them. (${this.node.path})`,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
    this.stuckJobsAlarm = thresholdAlarm(this, 'StuckJobsAlarm', {
      metric: this.metricStuckJobs(),
      threshold: props.stuckJobsThreshold,
      alarmDescription: `Jobs run for longer than ${stuckAfter.toHumanString()}. The newest report below ${this.prefix} in the archive names them. (${this.node.path})`,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
    this.gapsAlarm = silenceAlarm(this, 'GapsAlarm', {
      // Two intervals hold a run for certain, whatever the second it began in.
      metric: this.metricGaps({ period: Duration.minutes(2 * this.interval.toMinutes()) }),
      threshold: 1,
      alarmDescription: `Some jobs, or all, could not be listed or reported. The log of the function says why. (${this.node.path})`,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    });
    const actions = props.alarmActions ?? [];
    if (actions.length > 0) {
      [this.failedJobsAlarm, this.stuckJobsAlarm, this.gapsAlarm].forEach(alarm => alarm.addAlarmAction(...actions));
    }
  }

  /**
   * A number that each inventory tells, of all kinds together unless a dimension says otherwise.
   * @param metricName `FailedJobs`, `StuckJobs`, `Gaps`, or `Jobs`, which is told by kind and state only.
   * @param options how to read it; by default the maximum over one interval.
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      statistic: cloudwatch.Stats.MAXIMUM,
      period: this.interval,
      unit: cloudwatch.Unit.COUNT,
      ...options,
      dimensionsMap: { Inventory: this.inventoryName, ...options.dimensionsMap },
    }).attachTo(this);
  }

  /**
   * Jobs that failed within `failureWindow`.
   * @param options how to read it.
   */
  public metricFailedJobs(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FailedJobs', options);
  }

  /**
   * Jobs that run for longer than `stuckAfter`.
   * @param options how to read it.
   */
  public metricStuckJobs(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('StuckJobs', options);
  }

  /**
   * Listings that are incomplete, and reports that could not be written.
   * @param options how to read it.
   */
  public metricGaps(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Gaps', options);
  }

  /**
   * Jobs of one kind in one state that their service lists. Not told while the listing of the kind is incomplete.
   * @param kind the kind.
   * @param state the state.
   * @param options how to read it.
   */
  public metricJobs(kind: JobKind, state: JobState, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('Jobs', { ...options, dimensionsMap: { Kind: kind, State: state, ...options.dimensionsMap } });
  }

  private allowListing(service: ILedgerService | undefined, organizations: readonly string[], batchOperations: boolean): void {
    service?.grants.listJournalExports(this.runFunction);
    if (organizations.length > 0) {
      this.runFunction.addToRolePolicy(new iam.PolicyStatement({
        actions: ['workmail:ListMailboxExportJobs'],
        resources: organizations.map(organizationId => this.stack.formatArn({ service: 'workmail', resource: 'organization', resourceName: organizationId })),
      }));
    }
    if (batchOperations) {
      // Has no resource-level permissions.
      this.runFunction.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:ListJobs'], resources: ['*'] }));
    }
  }
}

function organizationProblem(organizationId: string): string | undefined {
  return knownAtSynth(organizationId) && !/^m-[0-9a-f]{32}$/.test(organizationId)
    ? `mailboxOrganizations has '${organizationId}', which is no id: use m- and 32 hexadecimal digits, as aws workmail list-organizations shows them`
    : undefined;
}

function intervalProblem(interval: Duration): string | undefined {
  if (interval.isUnresolved()) {
    return `interval ${interval.toString()} is known at deployment only: use a length that is known at synthesis, because the alarms follow from it`;
  }
  const minutes = interval.toMinutes({ integral: false });
  return Number.isInteger(minutes) && minutes >= 5 && minutes <= 720
    ? undefined
    : `interval of ${interval.toHumanString()} is not allowed: use whole minutes, from 5 minutes to 12 hours`;
}

function positiveProblem(name: string, duration: Duration): string | undefined {
  return duration.isUnresolved() || duration.toSeconds({ integral: false }) >= 60 ? undefined : `${name} of ${duration.toHumanString()} is not allowed: use one minute or more`;
}

function thresholdProblem(name: string, threshold: number | undefined): string | undefined {
  return threshold === undefined || Token.isUnresolved(threshold) || (Number.isInteger(threshold) && threshold >= 1)
    ? undefined
    : `${name} ${threshold} is not allowed: use a whole number from 1`;
}
