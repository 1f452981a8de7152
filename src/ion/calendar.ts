import { IonTimestamp } from './value';

type Fields = Omit<IonTimestamp, 'kind' | 'annotations'>;

const LARGEST_OFFSET_MINUTES = 23 * 60 + 59;

/** The same local fields moved by some minutes; meant for timestamps of minute precision or finer. */
export function shiftMinutes(timestamp: Fields, minutes: number): { year: number; month: number; day: number; hour: number; minute: number } {
  const date = new Date(0);
  date.setUTCFullYear(timestamp.year, (timestamp.month ?? 1) - 1, timestamp.day ?? 1);
  date.setUTCHours(timestamp.hour ?? 0, (timestamp.minute ?? 0) + minutes);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

/** Why these fields name no moment of the years 1 to 9999, or `undefined` when they do. */
export function problemOfTimestamp(timestamp: Fields): string | undefined {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0, offsetMinutes = 0 } = timestamp;
  if (year < 1 || year > 9999) return `year ${year} is outside 1 to 9999`;
  if (month < 1 || month > 12) return `month ${month} is outside 1 to 12`;
  if (day < 1 || day > daysIn(year, month)) return `day ${day} is outside 1 to ${daysIn(year, month)}`;
  if (hour > 23) return `hour ${hour} is outside 0 to 23`;
  if (minute > 59) return `minute ${minute} is outside 0 to 59`;
  if (second > 59) return `second ${second} is outside 0 to 59`;
  if (Math.abs(offsetMinutes) > LARGEST_OFFSET_MINUTES) return `the offset of ${offsetMinutes} minutes is a day or more`;
  const utcYear = offsetMinutes === 0 ? year : shiftMinutes(timestamp, -offsetMinutes).year;
  return utcYear < 1 || utcYear > 9999 ? `year ${utcYear} in UTC is outside 1 to 9999` : undefined;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
