/** What EXTRACT reads from a timestamp; DATE_ADD and DATE_DIFF know those without `timezone_`. */
export type TimestampPart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'timezone_hour' | 'timezone_minute';

export const timestampParts: ReadonlySet<string> = new Set<TimestampPart>([
  'year', 'month', 'day', 'hour', 'minute', 'second', 'timezone_hour', 'timezone_minute',
]);
