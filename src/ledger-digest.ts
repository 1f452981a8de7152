import {
  Annotations, Duration, Names, Resource, Stack, aws_cloudwatch as cloudwatch, aws_events as events,
  aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ControlPlaneAction } from './control-plane-action';
import { normalizedPrefix, prefixProblem } from './export-prefix';
import { collecting } from './handler-policies';
import { IJournalArchive, JournalArchive } from './journal-archive';
import { silentHours } from './journal-export-schedule-problems';
import { ILedger } from './ledger';
import { LEDGER_DIGEST_LIFECYCLE, allowHandlers, lifecycleResource, lifecycleRole } from './lifecycle-provider';
import { rejectProblems } from './problems';
import { runFunction } from './run-function';
import { serviceOf, serviceProblem } from './service-of';
import { silenceAlarm } from './silence-alarm';
import { thresholdAlarm } from './threshold-alarm';

/** When digests of a ledger are taken, and where they are kept. */
export interface LedgerDigestOptions {
  /**
   * Where the digests are kept. It should lock its objects, and belong to somebody whom the owners of the ledger cannot overrule.
   * @default - a new `JournalArchive`, a child of the digest, that locks objects in governance mode for 365 days
   */
  readonly archive?: IJournalArchive;

  /**
   * Put before the key of each object; a final slash is added. At most 128 characters with it.
   * @default - `digests/<ledgerName>/`
   */
  readonly prefix?: string;

  /**
   * When to take a digest, besides those of deployments.
   * @default events.Schedule.rate(Duration.days(1))
   */
  readonly schedule?: events.Schedule;

  /**
   * Any text. Changing it makes the deployment itself wait for a digest, and fail without.
   * @default - the deployment waits for a digest when the construct is new or moves to another archive or prefix; others are followed by one
   */
  readonly trigger?: string;

  /**
   * How long the log of the runs is kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Properties of a `LedgerDigest`. */
export interface LedgerDigestProps extends LedgerDigestOptions {
  /** The ledger whose digests are kept. */
  readonly ledger: ILedger;
}

/**
 * Keeps digests of a ledger in an archive: what `cdk-ledger verify` needs to prove that nothing up to there was changed.
 *
 * A digest is taken while the construct is deployed, after every deployment of its stack, and on a schedule. Each is an object of its own, named
 * for the block that it was taken at, and never overwritten. If a digest differs from the one that was kept for the same block, the
 * journal was rewritten, and `mismatchAlarm` goes off. Deleting the construct leaves the digests where they are.
 *
 * @example
 * const digest = new LedgerDigest(this, 'Digest', { ledger });
 * new CfnOutput(this, 'DigestKey', { value: digest.digestKey });
 */
export class LedgerDigest extends Resource {
  /** Where the digests are. */
  public readonly archive: IJournalArchive;

  /** The prefix of every digest; ends in a slash unless empty. */
  public readonly prefix: string;

  /** Name of the construct in the dimension `DigestName` of its metrics. */
  public readonly digestName: string;

  /**
   * The digest of the latest deployment that waited for one, in base64.
   * @attribute
   */
  public readonly digest: string;

  /**
   * The newest block that the digest covers.
   * @attribute
   */
  public readonly digestTipSequenceNo: string;

  /**
   * Key of the object with that digest.
   * @attribute
   */
  public readonly digestKey: string;

  /** Starts the runs of the schedule. */
  public readonly rule: events.Rule;

  /** Takes digests. Invoke it with any event to take one at once. */
  public readonly runFunction: lambda.Function;

  /** Goes off when a digest could not be kept. Actions are yours to add. */
  public readonly failureAlarm: cloudwatch.Alarm;

  /**
   * Goes off when no digest was kept for longer than the schedule allows. Actions are yours to add; they are taken, too, when there are no runs any
   * more, in the state INSUFFICIENT_DATA. A new alarm is in that state until the first run, without an action.
   */
  public readonly lateAlarm: cloudwatch.Alarm;

  /** Goes off when a digest contradicts one that was kept: the journal was rewritten, or the archive was. Actions are yours to add. */
  public readonly mismatchAlarm: cloudwatch.Alarm;

  private readonly dimensions: Record<string, string>;

  constructor(scope: Construct, id: string, props: LedgerDigestProps) {
    super(scope, id);
    const { ledger } = props;
    rejectProblems(this, [serviceProblem(ledger), prefixProblem(props.prefix)]);
    this.archive = props.archive ?? new JournalArchive(this, 'Archive', { objectLock: s3.ObjectLockRetention.governance(LOCKED) });
    this.warnUnlessLocked();

    const service = serviceOf(ledger);
    this.prefix = normalizedPrefix(props.prefix ?? `digests/${ledger.ledgerName}/`);
    this.digestName = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    this.dimensions = { LedgerName: ledger.ledgerName, DigestName: this.digestName };
    const declaration = {
      LedgerName: ledger.ledgerName,
      DigestName: this.digestName,
      Bucket: this.archive.archiveBucket.bucketName,
      Prefix: this.prefix,
    };

    const resource = lifecycleResource(this, 'Resource', LEDGER_DIGEST_LIFECYCLE, service, { ...declaration, Trigger: props.trigger });
    const handlers = lifecycleRole(this, LEDGER_DIGEST_LIFECYCLE, service);
    allowHandlers(this, resource, LEDGER_DIGEST_LIFECYCLE, service, { starting: this.keepingStatements(handlers) });
    resource.node.addDependency(this.archive, this.archive.archiveBucket);
    this.digest = resource.getAttString('Digest');
    this.digestTipSequenceNo = resource.getAttString('DigestTipSequenceNo');
    this.digestKey = resource.getAttString('DigestKey');

    this.runFunction = runFunction(this, {
      bundle: LEDGER_DIGEST_LIFECYCLE.handlers.bundle,
      description: 'Keeps the digest of a ledger',
      roleDescription: 'Keeps digests of a ledger',
      timeout: Duration.minutes(2),
      logRetention: props.logRetention,
      privateAccess: service.privateAccess,
      environment: { LEDGER_DIGEST: Stack.of(this).toJsonString({ ServiceUrl: service.serviceUrl, ...declaration }) },
    });
    const access = new iam.Policy(this, 'RunAccess', { roles: [this.runFunction.role!], statements: this.keepingStatements(this.runFunction.role!) });
    ledger.grants.controlPlane(this.runFunction, ControlPlaneAction.GET_DIGEST);

    const target = new targets.LambdaFunction(this.runFunction);
    const schedule = props.schedule ?? events.Schedule.rate(Duration.days(1));
    this.rule = new events.Rule(this, 'Rule', { description: `Digests of a ledger (${this.node.path})`.slice(0, 512), schedule, targets: [target] });
    const deployed = new events.Rule(this, 'DeploymentRule', {
      description: `Digests of a ledger after deployments (${this.node.path})`.slice(0, 512),
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: ['CloudFormation Stack Status Change'],
        detail: { 'stack-id': [Stack.of(this).stackId], 'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] } },
      },
      targets: [target],
    });
    this.rule.node.addDependency(access);
    deployed.node.addDependency(access);

    const hours = silentHours(schedule);
    this.lateAlarm = silenceAlarm(this, 'LateAlarm', {
      alarmDescription: `No digest of a ledger was kept for ${hours} hours: see the log of ${this.runFunction.functionName}.`,
      metric: this.metricDigestsKept({ period: Duration.hours(1) }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: hours,
      datapointsToAlarm: hours,
    });
    this.failureAlarm = this.alarm('FailureAlarm', 'No digest of a ledger could be kept', this.metricDigestFailures({ period: Duration.hours(1) }));
    this.mismatchAlarm = this.alarm('MismatchAlarm', 'A ledger or its archive was rewritten: its digest contradicts the one that was kept',
      this.metricDigestMismatches({ period: Duration.hours(1) }));
  }

  /**
   * A metric of this construct.
   * @param metricName `DigestsKept`, `DigestFailures` or `DigestMismatches`.
   * @param props how to read it.
   */
  public metric(metricName: string, props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({ namespace: 'CdkLedger/Archive', metricName, dimensionsMap: this.dimensions, statistic: cloudwatch.Stats.SUM, ...props })
      .attachTo(this);
  }

  /**
   * How many runs left the archive with the ledger's digest.
   * @param props how to read it; the sum by default.
   */
  public metricDigestsKept(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('DigestsKept', props);
  }

  /**
   * How many runs could not keep a digest, mismatches included.
   * @param props how to read it; the sum by default.
   */
  public metricDigestFailures(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('DigestFailures', props);
  }

  /**
   * How many digests contradicted the one that was kept for the same block.
   * @param props how to read it; the sum by default.
   */
  public metricDigestMismatches(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('DigestMismatches', props);
  }

  private alarm(id: string, description: string, metric: cloudwatch.Metric): cloudwatch.Alarm {
    return thresholdAlarm(this, id, { alarmDescription: `${description}: see the log of ${this.runFunction.functionName}.`, metric });
  }

  /** Create objects below the prefix, and read those that are there; nothing can be overwritten that way, because the function creates only. */
  private keepingStatements(role: iam.IRole): iam.PolicyStatement[] {
    const { archiveBucket: bucket } = this.archive;
    const statements = [new iam.PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [bucket.arnForObjects(`${this.prefix}*`)] })];
    const key = bucket.encryptionKey ?? this.archive.encryptionKey;
    if (key) {
      kms.KeyGrants.fromKey(key, true).actions(collecting(role, statements), 'kms:Decrypt', 'kms:GenerateDataKey');
    }
    return statements;
  }

  private warnUnlessLocked(): void {
    const bucket = this.archive.archiveBucket.node.defaultChild;
    if (!(bucket instanceof s3.CfnBucket && bucket.objectLockEnabled)) {
      Annotations.of(this).addWarningV2('cdk-ledger:digestsNotLocked',
        `the archive '${this.archive.node.path}' is not known to lock its objects, so whoever may delete there can exchange a digest together with the journal: `
        + 'use a JournalArchive with objectLock; or acknowledge this if the bucket is locked elsewhere');
    }
  }
}

const LOCKED = Duration.days(365);
