import { Duration, Resource, aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';

/** In alarms and dashboards of users: never changes. Namespaces that begin with `AWS/`, such as QLDB's own, are Amazon's. */
const NAMESPACE = 'CdkLedger/Ledgers';

/**
 * What a `LedgerService` tells of its ledgers, under QLDB's names: in the namespace `CdkLedger/Ledgers`, with the dimension `LedgerName`.
 * Ledgers of one name in several services of one account and region share their metrics.
 */
export interface ILedgerMetrics {
  /**
   * Any metric of the ledger.
   * @param metricName name of the metric, such as `CommandLatency`.
   * @param options how to read it; by default the sum over five minutes.
   */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How long the commands of sessions took, in milliseconds. With the further dimension `CommandType`, those of one kind, such as `CommitTransaction`.
   * @param options how to read it; by default the average over five minutes.
   */
  metricCommandLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Whether streams of the ledger are impaired: 1 if one is. With the further dimension `StreamId`, one of them. Told every five minutes while there
   * are streams.
   * @param options how to read it; by default the maximum over ten minutes.
   */
  metricIsImpaired(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many bytes the ledger's journal has: its blocks as they were written, a redaction takes nothing off. Told every five minutes.
   * @param options how to read it; by default the maximum over fifteen minutes.
   */
  metricJournalStorage(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Transactions that lost against one that changed what they had read. Drivers run them again.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricOccConflictExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Read requests, as `ConsumedIOs` tells them.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricReadIOs(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Write requests, as `ConsumedIOs` tells them.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricWriteIOs(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Commands that were refused for a fault of the caller's, conflicts included.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricSession4xxExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Commands that failed for a fault of the service's.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricSession5xxExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Sessions that were refused because the ledger has as many as it may have.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricSessionRateExceededExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Exports that ended well.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricCompletedExports(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Exports that the service gave up.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricFailedExports(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Streams that the service gave up.
   * @param options how to read it; by default the sum over five minutes.
   */
  metricFailedStreams(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * Reads the metrics of a ledger, whose name is all it takes.
 * @internal
 */
export abstract class MeasuredLedger extends Resource implements ILedgerMetrics {
  public abstract readonly ledgerName: string;

  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(5),
      ...options,
      dimensionsMap: { LedgerName: this.ledgerName, ...options.dimensionsMap },
    }).attachTo(this);
  }

  public metricCommandLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('CommandLatency', { statistic: cloudwatch.Stats.AVERAGE, ...options });
  }

  public metricIsImpaired(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('IsImpaired', { statistic: cloudwatch.Stats.MAXIMUM, period: Duration.minutes(10), ...options });
  }

  public metricJournalStorage(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('JournalStorage', { statistic: cloudwatch.Stats.MAXIMUM, period: Duration.minutes(15), ...options });
  }

  public metricOccConflictExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('OccConflictExceptions', options);
  }

  public metricReadIOs(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ReadIOs', options);
  }

  public metricWriteIOs(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('WriteIOs', options);
  }

  public metricSession4xxExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Session4xxExceptions', options);
  }

  public metricSession5xxExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Session5xxExceptions', options);
  }

  public metricSessionRateExceededExceptions(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('SessionRateExceededExceptions', options);
  }

  public metricCompletedExports(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('CompletedExports', options);
  }

  public metricFailedExports(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FailedExports', options);
  }

  public metricFailedStreams(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FailedStreams', options);
  }
}
