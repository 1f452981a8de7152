import { countOf, JOB_STATES, kindsOf, type JobInventory, type JobKind } from '../client/jobs';

/** In alarms and dashboards of users: never changes. */
const NAMESPACE = 'CdkLedger/Jobs';

/**
 * The inventory as lines of CloudWatch's Embedded Metric Format. Dimensions are the inventory's name, the kind and the state, all of which are
 * few; a job's id is none of them.
 *
 * A kind whose listing has a gap has no numbers by state, because they would be too small. What of it is known to have failed, or to be stuck,
 * is told all the same.
 */
export function metricLines(inventory: JobInventory, inventoryName: string, reportIsWritten: boolean): string[] {
  const line = (dimensions: Readonly<Record<string, string>>, metrics: Readonly<Record<string, number>>) => JSON.stringify({
    _aws: {
      Timestamp: inventory.takenAt.getTime(),
      CloudWatchMetrics: [{
        Namespace: NAMESPACE,
        Dimensions: [['Inventory', ...Object.keys(dimensions)]],
        Metrics: Object.keys(metrics).map(Name => ({ Name, Unit: 'Count' })),
      }],
    },
    Inventory: inventoryName,
    ...dimensions,
    ...metrics,
  });
  const hasGap = (kind: JobKind) => inventory.gaps.some(gap => gap.kind === kind);
  const { jobs, failed, stuck, gaps } = inventory;
  return [
    line({}, { FailedJobs: failed.length, StuckJobs: stuck.length, Gaps: gaps.length + (reportIsWritten ? 0 : 1) }),
    ...kindsOf(inventory).flatMap(Kind => [
      line({ Kind }, { FailedJobs: countOf(failed, Kind), StuckJobs: countOf(stuck, Kind), Gaps: gaps.filter(({ kind }) => kind === Kind).length }),
      ...hasGap(Kind) ? [] : JOB_STATES.map(State => line({ Kind, State }, { Jobs: countOf(jobs, Kind, State) })),
    ]),
  ];
}
