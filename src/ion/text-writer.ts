import type { IonDecimal, IonField, IonTimestamp, IonValue } from './value';

/** How to print: on one line without blanks (the default), or one item a line, indented by two blanks. */
export interface PrintOptions {
  readonly pretty?: boolean;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const SYMBOL_ID = /^\$\d+$/;
const VERSION_MARKER = /^\$ion_\d+_\d+$/;
const KEYWORDS: ReadonlySet<string> = new Set(['null', 'true', 'false', 'nan']);
const ESCAPED_IN_TEXT = /[\x00-\x1f\x7f-\x9f"\\]/g;
const ESCAPED_IN_SYMBOL = /[\x00-\x1f\x7f-\x9f'\\]/g;
const ESCAPED_IN_CLOB = /[^\x20-\x7e]|["\\]/g;
const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\v': '\\v', '"': '\\"', "'": "\\'", '\\': '\\\\',
};

/** The same few field names come again and again. */
const printedSymbols = new Map<string, string>();
const PRINTED_SYMBOLS_MAX = 1024;

/** One Ion value as text; compact text has the form in which QLDB prints. */
export function printIon(value: IonValue, { pretty = false }: PrintOptions = {}): string {
  return printed(value, pretty ? '\n' : undefined);
}

/** `lineStart` is the newline and indentation of the line the value stands on, or `undefined` for compact text. */
function printed(value: IonValue, lineStart: string | undefined): string {
  const { annotations } = value;
  const text = bare(value, lineStart);
  return annotations === undefined ? text : annotations.map((annotation) => `${printSymbol(annotation)}::`).join('') + text;
}

function bare(value: IonValue, lineStart: string | undefined): string {
  switch (value.kind) {
    case 'null': return value.nullOf === 'null' ? 'null' : `null.${value.nullOf}`;
    case 'bool': return value.value ? 'true' : 'false';
    case 'int': return value.value.toString();
    case 'float': return printFloat(value.value);
    case 'decimal': return printDecimal(value);
    case 'timestamp': return printTimestamp(value);
    case 'symbol': return printSymbol(value.value);
    case 'string': return `"${escapedWhere(value.value, ESCAPED_IN_TEXT)}"`;
    case 'clob': return `{{"${escapedWhere(viewOf(value.value).toString('latin1'), ESCAPED_IN_CLOB)}"}}`;
    case 'blob': return `{{${viewOf(value.value).toString('base64')}}}`;
    case 'list': return items('[', value.items, ',', ']', lineStart);
    case 'sexp': return items('(', value.items, ' ', ')', lineStart);
    case 'struct': return fields(value.fields, lineStart);
  }
}

// Text is put together by appending alone: the runtime joins the pieces once, at the end.
function items(open: string, values: readonly IonValue[], separator: string, close: string, lineStart: string | undefined): string {
  if (values.length === 0) return open + close;
  const itemStart = lineStart === undefined ? undefined : `${lineStart}  `;
  const between = itemStart === undefined ? separator : separator.trim() + itemStart;
  let text = open + (itemStart ?? '') + printed(values[0]!, itemStart);
  for (let index = 1; index < values.length; index++) text += between + printed(values[index]!, itemStart);
  return text + (lineStart ?? '') + close;
}

function fields(entries: readonly IonField[], lineStart: string | undefined): string {
  if (entries.length === 0) return '{}';
  const colon = lineStart === undefined ? ':' : ': ';
  const fieldStart = lineStart === undefined ? undefined : `${lineStart}  `;
  let text = `{${fieldStart ?? ''}`;
  let separator = '';
  for (const [name, field] of entries) {
    text += separator + printSymbol(name) + colon + printed(field, fieldStart);
    separator = `,${fieldStart ?? ''}`;
  }
  return `${text}${lineStart ?? ''}}`;
}

/** A symbol, quoted when it would otherwise read as something else. */
export function printSymbol(text: string): string {
  const known = printedSymbols.get(text);
  if (known !== undefined) return known;
  const plain = IDENTIFIER.test(text) && !KEYWORDS.has(text) && !SYMBOL_ID.test(text) && !VERSION_MARKER.test(text);
  const result = plain ? text : `'${text.replace(ESCAPED_IN_SYMBOL, escaped)}'`;
  if (printedSymbols.size === PRINTED_SYMBOLS_MAX) printedSymbols.clear();
  printedSymbols.set(text, result);
  return result;
}

function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  return Object.is(value, -0) ? '-0e0' : value.toExponential().replace('e+', 'e');
}

function printDecimal({ coefficient, exponent, negativeZero }: IonDecimal): string {
  const negative = coefficient < 0n || (coefficient === 0n && negativeZero === true);
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  return (negative ? '-' : '') + placePoint(digits, exponent);
}

function placePoint(digits: string, exponent: number): string {
  if (exponent === 0) return `${digits}.`;
  const wholeDigits = digits.length + exponent;
  // The range in which decimals are commonly written out; beyond it zeros would hide the digits.
  if (exponent > 0 || wholeDigits < -5) return `${digits}d${exponent}`;
  return wholeDigits > 0 ? `${digits.slice(0, wholeDigits)}.${digits.slice(wholeDigits)}` : `0.${'0'.repeat(-wholeDigits)}${digits}`;
}

/** A timestamp in Ion text form, such as `2019-09-16T19:37:05.360Z` or `2017-08-21`. */
export function printTimestamp(timestamp: IonTimestamp): string {
  const { precision, year, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction, offsetMinutes } = timestamp;
  const yearText = year.toString().padStart(4, '0');
  if (precision === 'year') return `${yearText}T`;
  if (precision === 'month') return `${yearText}-${twoDigits(month)}T`;
  const date = `${yearText}-${twoDigits(month)}-${twoDigits(day)}`;
  if (precision === 'day') return date;
  const offset = printOffset(offsetMinutes);
  const time = `${date}T${twoDigits(hour)}:${twoDigits(minute)}`;
  if (precision === 'minute') return time + offset;
  const fractionText = fraction === undefined || fraction.scale === 0 ? '' : `.${fraction.digits.toString().padStart(fraction.scale, '0')}`;
  return `${time}:${twoDigits(second)}${fractionText}${offset}`;
}

function printOffset(offsetMinutes: number | undefined): string {
  if (offsetMinutes === undefined) return '-00:00';
  if (offsetMinutes === 0) return 'Z';
  const magnitude = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(magnitude / 60))}:${twoDigits(magnitude % 60)}`;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** `pattern` is global; a search for it costs less than a replacement of nothing. */
function escapedWhere(text: string, pattern: RegExp): string {
  return text.search(pattern) < 0 ? text : text.replace(pattern, escaped);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function escaped(character: string): string {
  return NAMED_ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
