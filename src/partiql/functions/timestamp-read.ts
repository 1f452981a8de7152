import { problemOfTimestamp } from '../../ion/calendar';
import type { IonTimestamp, TimestampPrecision } from '../../ion/value';
import type { Position } from '../position';
import { evaluationError, type StatementError } from '../statement-error';
import { monthNames, parsePattern, type PatternElement } from './timestamp-pattern';

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };
type Fields = Partial<Writable<Omit<IonTimestamp, 'kind' | 'precision' | 'annotations'>>> & { halfDayHour?: number; isAfternoon?: boolean };

/**
 * The timestamp that a text in the form of a pattern means; its precision is that of the finest symbol of the pattern.
 *
 * @throws StatementError for a pattern that names no timestamp, or a text of another form
 */
export function readTimestamp(text: string, pattern: string, at: Position): IonTimestamp {
  const elements = parsePattern(pattern, at);
  const fields: Fields = {};
  let offset = 0;
  for (const element of elements) {
    const found = element.kind === 'text'
      ? { length: text.startsWith(element.text, offset) ? element.text.length : -1 }
      : readSymbol(text, offset, element, fields, () => evaluationError(`TO_TIMESTAMP cannot read the symbol '${element.letter.repeat(element.length)}'`, at));
    if (found.length < 0) throw mismatch(text, pattern, at);
    offset += found.length;
  }
  if (offset !== text.length) throw mismatch(text, pattern, at);
  return timestampFrom(fields, pattern, at);
}

function mismatch(text: string, pattern: string, at: Position): StatementError {
  return evaluationError(`'${text.slice(0, 60)}' does not have the form '${pattern.slice(0, 60)}'`, at);
}

interface Found { readonly length: number }
const nothing: Found = { length: -1 };

/** Takes the symbol from the text; length -1 if the text has something else there. */
function readSymbol(text: string, offset: number, { letter, length }: PatternElement & { kind: 'symbol' }, fields: Fields, refuse: () => StatementError): Found {
  const digits = (minimum: number, maximum: number): string | undefined => {
    let end = offset;
    while (end - offset < maximum && text[end] !== undefined && text[end]! >= '0' && text[end]! <= '9') end += 1;
    return end - offset >= minimum ? text.slice(offset, end) : undefined;
  };
  const number = (minimum: number, maximum: number, assign: (value: number) => void): Found => {
    const found = digits(minimum, maximum);
    if (found === undefined) return nothing;
    assign(Number(found));
    return { length: found.length };
  };
  const twoDigits = (assign: (value: number) => void) => number(length, 2, assign);
  switch (letter) {
    case 'y': return length === 2
      ? number(2, 2, (value) => { fields.year = value >= 70 ? 1900 + value : 2000 + value; })
      : number(length, 4, (value) => { fields.year = value; });
    case 'M':
      if (length === 5) throw refuse();
      return length < 3 ? twoDigits((value) => { fields.month = value; }) : readMonthName(text, offset, length, fields);
    case 'd': return twoDigits((value) => { fields.day = value; });
    case 'H': return twoDigits((value) => { fields.hour = value; });
    case 'h': return twoDigits((value) => { fields.halfDayHour = value; });
    case 'm': return twoDigits((value) => { fields.minute = value; });
    case 's': return twoDigits((value) => { fields.second = value; });
    case 'a': {
      const half = text.slice(offset, offset + 2).toUpperCase();
      if (half !== 'AM' && half !== 'PM') return nothing;
      fields.isAfternoon = half === 'PM';
      return { length: 2 };
    }
    case 'S': return number(length, length, (value) => { fields.fraction = { digits: BigInt(value), scale: length }; });
    case 'n': return number(1, 9, (value) => { fields.fraction = { digits: BigInt(value), scale: 9 }; });
    default: return readOffset(text.slice(offset, offset + 6), length, letter === 'X', fields);
  }
}

function readMonthName(text: string, offset: number, length: number, fields: Fields): Found {
  const index = monthNames.findIndex((name) => {
    const written = length === 4 ? name : name.slice(0, 3);
    return text.slice(offset, offset + written.length).toLowerCase() === written.toLowerCase();
  });
  if (index < 0) return nothing;
  fields.month = index + 1;
  return { length: length === 4 ? monthNames[index]!.length : 3 };
}

function readOffset(text: string, length: number, acceptsZ: boolean, fields: Fields): Found {
  if (acceptsZ && text.startsWith('Z')) {
    fields.offsetMinutes = 0;
    return { length: 1 };
  }
  const form = length === 1 ? /^([+-])(\d\d)(\d\d)?/ : length === 3 || length === 5 ? /^([+-])(\d\d):(\d\d)/ : /^([+-])(\d\d)(\d\d)/;
  const match = form.exec(text);
  if (match === null) return nothing;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  fields.offsetMinutes = match[1] === '-' ? -minutes : minutes;
  return { length: match[0].length };
}

function timestampFrom(fields: Fields, pattern: string, at: Position): IonTimestamp {
  const { year, month, day, second, fraction, halfDayHour, isAfternoon, offsetMinutes } = fields;
  if (halfDayHour !== undefined && isAfternoon === undefined) throw evaluationError(`the pattern '${pattern}' needs a for its 12-hour h`, at);
  if (halfDayHour !== undefined && (halfDayHour < 1 || halfDayHour > 12)) throw evaluationError(`${halfDayHour} is no hour of a 12-hour clock`, at);
  const hour = halfDayHour === undefined ? fields.hour : halfDayHour % 12 + (isAfternoon === true ? 12 : 0);
  const minute = fields.minute ?? (hour === undefined ? undefined : 0);
  const parts = [year, month, day, hour, minute, second, fraction];
  const firstAbsent = parts.findIndex((part) => part === undefined);
  const isGapless = firstAbsent < 0 || parts.slice(firstAbsent).every((part) => part === undefined);
  if (!isGapless || year === undefined) {
    throw evaluationError(`the pattern '${pattern.slice(0, 60)}' must name the year and every part above its finest one`, at);
  }
  const precision: TimestampPrecision = second !== undefined ? 'second' : minute !== undefined ? 'minute'
    : day !== undefined ? 'day' : month !== undefined ? 'month' : 'year';
  const offset = minute === undefined ? undefined : offsetMinutes;
  const present = Object.entries({ year, month, day, hour, minute, second, fraction, offsetMinutes: offset })
    .filter(([, value]) => value !== undefined);
  const timestamp = { kind: 'timestamp', precision, ...Object.fromEntries(present) } as IonTimestamp;
  const problem = problemOfTimestamp(timestamp);
  if (problem !== undefined) throw evaluationError(`no such timestamp: ${problem}`, at);
  return timestamp;
}
