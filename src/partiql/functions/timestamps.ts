import { ionInt, ionString, millisFromIonTimestamp, type IonTimestamp, type TimestampPrecision } from '../../ion/value';
import { compareDecimals } from '../decimal';
import { isUnknown, nullValue, textOf, type PartiqlValue } from '../partiql-value';
import type { Position } from '../position';
import { evaluationError } from '../statement-error';
import { timestampOf } from './cast';
import type { FunctionDefinition } from './registry';
import { requireText } from './text';
import { formatTimestamp } from './timestamp-format';
import type { TimestampPart } from './timestamp-parts';
import { readTimestamp } from './timestamp-read';

/** Functions of timestamps; the parser puts the part first as text. */
export const timestampFunctions: Readonly<Record<string, FunctionDefinition>> = {
  DATE_ADD: {
    argumentsMin: 3,
    argumentsMax: 3,
    evaluate: ([part, count, timestamp], _evaluation, at) => (isUnknown(count!) || isUnknown(timestamp!) ? nullValue
      : dateAdd(partOf(part!), count!, requireTimestamp(timestamp!, 'DATE_ADD', at), at)),
  },
  DATE_DIFF: {
    argumentsMin: 3,
    argumentsMax: 3,
    evaluate: ([part, from, to], _evaluation, at) => (isUnknown(from!) || isUnknown(to!) ? nullValue
      : ionInt(dateDifference(partOf(part!), requireTimestamp(from!, 'DATE_DIFF', at), requireTimestamp(to!, 'DATE_DIFF', at)))),
  },
  EXTRACT: {
    argumentsMin: 2,
    argumentsMax: 2,
    evaluate: ([part, timestamp], _evaluation, at) => (isUnknown(timestamp!) ? nullValue
      : ionInt(extract(partOf(part!), requireTimestamp(timestamp!, 'EXTRACT', at)))),
  },
  TO_STRING: {
    argumentsMin: 2,
    argumentsMax: 2,
    evaluate: ([timestamp, pattern], _evaluation, at) => (isUnknown(timestamp!) || isUnknown(pattern!) ? nullValue
      : ionString(formatTimestamp(requireTimestamp(timestamp!, 'TO_STRING', at), requireText(pattern!, 'TO_STRING', at), at))),
  },
  TO_TIMESTAMP: {
    argumentsMin: 1,
    argumentsMax: 2,
    evaluate: (given, _evaluation, at) => {
      if (given.some(isUnknown)) return nullValue;
      const [text, pattern] = given.map((value) => requireText(value, 'TO_TIMESTAMP', at));
      const timestamp = pattern === undefined ? timestampOf(text!) : readTimestamp(text!, pattern, at);
      if (timestamp === undefined) throw evaluationError(`'${text!.slice(0, 40)}' is not a timestamp in Ion notation`, at);
      return timestamp;
    },
  },
};

const precisions: readonly TimestampPrecision[] = ['year', 'month', 'day', 'minute', 'second'];

function partOf(part: PartiqlValue): TimestampPart {
  return textOf(part) as TimestampPart;
}

function requireTimestamp(value: PartiqlValue, name: string, at: Position): IonTimestamp {
  if (value.kind !== 'timestamp') throw evaluationError(`${name} takes a timestamp, not ${value.kind}`, at);
  return value;
}

/** Parts below the precision as their first moment. */
function completed(timestamp: IonTimestamp): Required<Pick<IonTimestamp, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'>> {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = timestamp;
  return { year, month, day, hour, minute, second };
}

/** Milliseconds in a day of the calendar that the parts of a timestamp are moved by. */
const millisOf = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 } as const;

/** The precision grows to that of the part added; days past the end of a month fall on its last. */
function dateAdd(part: TimestampPart, count: PartiqlValue, timestamp: IonTimestamp, at: Position): IonTimestamp {
  if (count.kind !== 'int') throw evaluationError(`DATE_ADD takes an int of parts, not ${count.kind}`, at);
  const amount = Number(count.value);
  const fields = completed(timestamp);
  const needed: TimestampPrecision = part === 'hour' ? 'minute' : part as TimestampPrecision;
  const precision = precisions.indexOf(needed) > precisions.indexOf(timestamp.precision) ? needed : timestamp.precision;
  const moved = part === 'year' ? addMonths(fields, amount * 12)
    : part === 'month' ? addMonths(fields, amount)
      : fieldsOfMillis(utcMillis(fields) + amount * millisOf[part as keyof typeof millisOf]);
  if (!(moved.year >= 1 && moved.year <= 9999)) throw evaluationError('the result of DATE_ADD is outside of the years 0001 to 9999', at);
  const { fraction, offsetMinutes } = timestamp;
  return withPrecision({ ...moved, fraction, offsetMinutes }, precision);
}

type Fields = ReturnType<typeof completed>;

function utcMillis({ year, month, day, hour, minute, second }: Fields): number {
  return millisFromIonTimestamp({ kind: 'timestamp', precision: 'second', year, month, day, hour, minute, second });
}

function fieldsOfMillis(millis: number): Fields {
  const date = new Date(millis);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

function addMonths(fields: Fields, amount: number): Fields {
  const months = fields.year * 12 + fields.month - 1 + amount;
  const year = Math.floor(months / 12);
  const month = months - year * 12 + 1;
  return { ...fields, year, month, day: Math.min(fields.day, daysInMonth(year, month)) };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** A timestamp that has only the fields of its precision. */
function withPrecision(
  { year, month, day, hour, minute, second, fraction, offsetMinutes }: Fields & Pick<IonTimestamp, 'fraction' | 'offsetMinutes'>,
  precision: TimestampPrecision,
): IonTimestamp {
  const kind = 'timestamp';
  const offset = offsetMinutes === undefined ? {} : { offsetMinutes };
  switch (precision) {
    case 'year': return { kind, precision, year };
    case 'month': return { kind, precision, year, month };
    case 'day': return { kind, precision, year, month, day };
    case 'minute': return { kind, precision, year, month, day, hour, minute, ...offset };
    case 'second': return { kind, precision, year, month, day, hour, minute, second, ...fraction === undefined ? {} : { fraction }, ...offset };
  }
}

/** Whole parts elapsed, negative if the second timestamp is the earlier one. */
function dateDifference(part: TimestampPart, from: IonTimestamp, to: IonTimestamp): number {
  const seconds = secondsBetween(from, to);
  switch (part) {
    case 'year': return truncate(monthsBetween(from, to) / 12);
    case 'month': return monthsBetween(from, to);
    case 'day': return truncate(seconds / 86_400);
    case 'hour': return truncate(seconds / 3600);
    case 'minute': return truncate(seconds / 60);
    default: return seconds;
  }
}

function truncate(value: number): number {
  // Plus zero turns minus zero into zero, which bigint would refuse.
  return Math.trunc(value) + 0;
}

function secondOf(timestamp: IonTimestamp): number {
  return millisFromIonTimestamp({ ...timestamp, fraction: undefined }) / 1000;
}

function compareFractions(left: IonTimestamp, right: IonTimestamp): number {
  const decimal = ({ fraction }: IonTimestamp) => ({ coefficient: fraction?.digits ?? 0n, exponent: -(fraction?.scale ?? 0) });
  return compareDecimals(decimal(left), decimal(right));
}

function secondsBetween(from: IonTimestamp, to: IonTimestamp): number {
  const seconds = secondOf(to) - secondOf(from);
  const fractions = compareFractions(to, from);
  if (seconds > 0 && fractions < 0) return seconds - 1;
  return seconds < 0 && fractions > 0 ? seconds + 1 : seconds;
}

function monthsBetween(from: IonTimestamp, to: IonTimestamp): number {
  const [start, end] = [fieldsOfMillis(secondOf(from) * 1000), fieldsOfMillis(secondOf(to) * 1000)];
  const months = (end.year - start.year) * 12 + end.month - start.month;
  const withinMonth = secondWithinMonth(end) - secondWithinMonth(start) || compareFractions(to, from);
  if (months > 0 && withinMonth < 0) return months - 1;
  return months < 0 && withinMonth > 0 ? months + 1 : months;
}

function secondWithinMonth({ day, hour, minute, second }: Fields): number {
  return ((day * 24 + hour) * 60 + minute) * 60 + second;
}

function extract(part: TimestampPart, timestamp: IonTimestamp): number {
  switch (part) {
    case 'timezone_hour': return truncate((timestamp.offsetMinutes ?? 0) / 60);
    case 'timezone_minute': return (timestamp.offsetMinutes ?? 0) % 60 + 0;
    default: return completed(timestamp)[part];
  }
}
