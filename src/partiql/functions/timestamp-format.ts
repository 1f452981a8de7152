import type { IonTimestamp } from '../../ion/value';
import type { Position } from '../position';
import { monthNames, parsePattern, type PatternElement } from './timestamp-pattern';

/**
 * The timestamp in the form of a pattern. Parts below its precision show their first moment, an unknown offset counts as UTC.
 *
 * @throws StatementError for a pattern that is none
 */
export function formatTimestamp(timestamp: IonTimestamp, pattern: string, at: Position): string {
  return parsePattern(pattern, at).map((element) => (element.kind === 'text' ? element.text : formatSymbol(timestamp, element))).join('');
}

function formatSymbol(timestamp: IonTimestamp, { letter, length }: PatternElement & { kind: 'symbol' }): string {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = timestamp;
  const padded = (value: number) => String(value).padStart(length, '0');
  switch (letter) {
    case 'y': return padded(length === 2 ? year % 100 : year);
    case 'M': return length < 3 ? padded(month) : monthName(month, length);
    case 'd': return padded(day);
    case 'a': return hour < 12 ? 'AM' : 'PM';
    case 'h': return padded((hour + 11) % 12 + 1);
    case 'H': return padded(hour);
    case 'm': return padded(minute);
    case 's': return padded(second);
    case 'S': return fractionDigits(timestamp, length);
    case 'n': return String(Number(fractionDigits(timestamp, 9)));
    default: return formatOffset(timestamp.offsetMinutes ?? 0, length, letter === 'X');
  }
}

function monthName(month: number, length: number): string {
  const name = monthNames[month - 1]!;
  return length === 4 ? name : name.slice(0, length === 5 ? 1 : 3);
}

function fractionDigits({ fraction }: IonTimestamp, length: number): string {
  const digits = fraction === undefined ? '' : fraction.digits.toString().padStart(fraction.scale, '0');
  return digits.slice(0, length).padEnd(length, '0');
}

/** Minutes are optional in the shortest form; forms three and five have a colon. */
function formatOffset(offsetMinutes: number, length: number, zeroIsZ: boolean): string {
  if (zeroIsZ && offsetMinutes === 0) return 'Z';
  const magnitude = Math.abs(offsetMinutes);
  const hours = String(Math.floor(magnitude / 60)).padStart(2, '0');
  const minutes = String(magnitude % 60).padStart(2, '0');
  const sign = offsetMinutes < 0 ? '-' : '+';
  if (length === 1) return `${sign}${hours}${minutes === '00' ? '' : minutes}`;
  return `${sign}${hours}${length === 3 || length === 5 ? ':' : ''}${minutes}`;
}
