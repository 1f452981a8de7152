/** In alarms and dashboards of users: never changes. */
const NAMESPACE = 'CdkLedger/Archive';

export interface MetricValue {
  readonly value: number;
  readonly unit: 'Count' | 'Seconds';
}

/** A line of log from which CloudWatch makes metrics by itself (embedded metric format): reporting needs no permission and no call. */
export function metricLine(now: Date, dimensions: Readonly<Record<string, string>>, metrics: Readonly<Record<string, MetricValue>>): string {
  return JSON.stringify({
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [{
        Namespace: NAMESPACE,
        Dimensions: [Object.keys(dimensions)],
        Metrics: Object.entries(metrics).map(([name, { unit }]) => ({ Name: name, Unit: unit })),
      }],
    },
    ...dimensions,
    ...Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
  });
}
