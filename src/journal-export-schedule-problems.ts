import { Duration, Token, aws_events as events } from 'aws-cdk-lib';

/** What a schedule of exports is made of, as far as it can be wrong. */
export interface ScheduleWish {
  readonly windowLength: Duration;
  readonly windowsPerRun: number;
  readonly schedule: events.Schedule;
  readonly start?: Date;
  readonly lateAfter?: Duration;
}

const WINDOW_SECONDS_MAX = 366 * 24 * 3600;
const WINDOWS_PER_RUN_MAX = 1000;
const UNIT_SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Every problem of a schedule; durations that are tokens cannot be judged, nor used. */
export function scheduleProblems({ windowLength, windowsPerRun, schedule, start, lateAfter }: ScheduleWish): (string | undefined)[] {
  const runEvery = secondsOfRate(schedule);
  const windowSeconds = windowLength.isUnresolved() ? undefined : windowLength.toSeconds({ integral: false });
  const isLength = windowSeconds !== undefined && windowSeconds >= 60 && windowSeconds % 60 === 0 && windowSeconds <= WINDOW_SECONDS_MAX;
  const isCount = Token.isUnresolved(windowsPerRun)
    || (Number.isInteger(windowsPerRun) && windowsPerRun >= 1 && windowsPerRun <= WINDOWS_PER_RUN_MAX);
  return [
    isLength ? undefined
      : `windowLength ${windowLength.toString()} is no length for windows: use whole minutes, at most 366 days, such as Duration.days(1)`,
    isCount ? undefined : `windowsPerRun ${windowsPerRun} is not a number of windows: use a whole number from 1 to ${WINDOWS_PER_RUN_MAX}`,
    isLength && isCount && runEvery !== undefined && windowSeconds * windowsPerRun < runEvery
      ? `schedule ${schedule.expressionString} runs too rarely: ${windowsPerRun} windows of ${windowLength.toString()} a run never catch up; `
        + 'run more often, or raise windowsPerRun or windowLength'
      : undefined,
    start !== undefined && Number.isNaN(start.getTime())
      ? `start '${start}' is not a moment: use a valid Date, or leave it out to begin with the ledger` : undefined,
    lateAfter !== undefined && !lateAfter.isUnresolved() && lateAfter.toSeconds({ integral: false }) < 60
      ? `lateAfter ${lateAfter.toString()} is shorter than a window takes to settle: use at least Duration.minutes(1)` : undefined,
  ];
}

/** The time between two runs, where the expression tells it. */
export function secondsOfRate({ expressionString }: events.Schedule): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expressionString) ?? [];
  return unit ? Number(count) * UNIT_SECONDS[unit] : undefined;
}

/** Schedules of a cron expression are taken to run once a day at least. */
const UNKNOWN_RATE_SECONDS = 24 * 3600;
/** CloudWatch looks back a week at most. */
const HOURS_EVALUATED_MAX = 7 * 24;

/** For how many hours a schedule may be silent before something is wrong: until its next run, and one hour more. */
export function silentHours(schedule: events.Schedule): number {
  return Math.min(HOURS_EVALUATED_MAX, Math.ceil((secondsOfRate(schedule) ?? UNKNOWN_RATE_SECONDS) / 3600) + 1);
}
