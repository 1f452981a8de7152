import { EncodedContainer } from './encoded-container';
import { printClob, printDecimal, printFloat, printString, printSymbol, printTimestamp } from './text-pieces';
import { TextSink } from './text-sink';
import type { IonDecimal, IonTimestamp, IonValue } from './value';

/** A field's name as it is printed, with its colon. */
class PrintedName {
  /** The name that was printed after it last. */
  next?: PrintedName;

  constructor(readonly text: string, readonly piece: Uint8Array) {}
}

/** Names in number and length that are remembered. Printing never waits for anything, so that all of it can share them. */
const NAMES_MAX = 1024;
const NAME_LENGTH_MAX = 128;
const printedNames = new Map<string, PrintedName>();
let lastName = new PrintedName('', new Uint8Array(0));

const LONE_SURROGATE = /\p{Surrogate}/u;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const COMMA = 0x2c;
/** Which characters of ASCII cannot stand for themselves in a string. */
const NEEDS_ESCAPE = Uint8Array.from({ length: 128 }, (_, code) => code < 0x20 || code >= DELETE || code === QUOTE || code === BACKSLASH ? 1 : 0);

/**
 * Appends the compact text of a value in UTF-8, the same as `printIon` gives.
 * @returns whether UTF-8 can carry it
 */
export function appendText(sink: TextSink, value: IonValue): boolean {
  const { annotations } = value;
  if (annotations !== undefined) {
    for (const annotation of annotations) {
      if (!appendUnicode(sink, printSymbol(annotation))) return false;
      sink.ascii('::');
    }
  }
  if (value instanceof EncodedContainer) {
    value.print(sink, 'text');
    return true;
  }
  switch (value.kind) {
    case 'null': sink.ascii(value.nullOf === 'null' ? 'null' : `null.${value.nullOf}`); return true;
    case 'bool': sink.ascii(value.value ? 'true' : 'false'); return true;
    case 'int': sink.integer(value.value); return true;
    case 'float': sink.ascii(printFloat(value.value)); return true;
    case 'decimal': appendDecimal(sink, value); return true;
    case 'timestamp': appendTimestamp(sink, value); return true;
    case 'symbol': return appendUnicode(sink, printSymbol(value.value));
    case 'string': return appendString(sink, value.value);
    case 'clob': sink.ascii(printClob(value.value)); return true;
    case 'blob':
      sink.ascii('{{');
      sink.base64(value.value, 0, value.value.length);
      sink.ascii('}}');
      return true;
    case 'list': return appendItems(sink, '[', value.items, ',', ']');
    case 'sexp': return appendItems(sink, '(', value.items, ' ', ')');
    case 'struct': return appendFields(sink, value);
  }
}

function appendItems(sink: TextSink, open: string, items: readonly IonValue[], separator: string, close: string): boolean {
  sink.ascii(open);
  for (let index = 0; index < items.length; index++) {
    if (index > 0) sink.ascii(separator);
    if (!appendText(sink, items[index]!)) return false;
  }
  sink.ascii(close);
  return true;
}

function appendFields(sink: TextSink, { fields }: Extract<IonValue, { kind: 'struct' }>): boolean {
  sink.byte(0x7b);
  for (let index = 0; index < fields.length; index++) {
    if (index > 0) sink.byte(COMMA);
    const [name, field] = fields[index]!;
    // Names mostly come in the same order.
    let printed = lastName.next;
    if (printed === undefined || printed.text !== name) {
      printed = printedName(name);
      if (printed === undefined) return false;
      lastName.next = printed;
    }
    lastName = printed;
    sink.piece(printed.piece);
    if (!appendText(sink, field)) return false;
  }
  sink.byte(0x7d);
  return true;
}

/** `undefined` if UTF-8 cannot carry it. */
function printedName(name: string): PrintedName | undefined {
  const known = printedNames.get(name);
  if (known !== undefined) return known;
  const text = printSymbol(name);
  if (LONE_SURROGATE.test(text)) return undefined;
  const printed = new PrintedName(name, Buffer.from(`${text}:`));
  if (name.length > NAME_LENGTH_MAX) return printed;
  if (printedNames.size === NAMES_MAX) {
    printedNames.clear();
    // Names know the ones after them, which would keep all of them for ever.
    lastName = new PrintedName('', new Uint8Array(0));
  }
  printedNames.set(name, printed);
  return printed;
}

function appendString(sink: TextSink, text: string): boolean {
  const { length } = text;
  sink.reserve(length + 2);
  const { bytes } = sink;
  let at = sink.length;
  bytes[at++] = QUOTE;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= DELETE || NEEDS_ESCAPE[code] === 1) return appendUnicode(sink, printString(text));
    bytes[at++] = code;
  }
  bytes[at++] = QUOTE;
  sink.length = at;
  return true;
}

function appendUnicode(sink: TextSink, text: string): boolean {
  const { length } = text;
  sink.reserve(3 * length);
  const { bytes } = sink;
  let at = sink.length;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code >= DELETE) {
      if (LONE_SURROGATE.test(text)) return false;
      sink.length += bytes.write(text, sink.length, 'utf8');
      return true;
    }
    bytes[at++] = code;
  }
  sink.length = at;
  return true;
}

/** Appends a decimal as `print` prints it: with a point and without an exponent, all formats agree. */
export function appendDecimal(sink: TextSink, value: IonDecimal, print: (value: IonDecimal) => string = printDecimal): void {
  const { coefficient, exponent } = value;
  const number = Number(coefficient);
  const isExact = Number.isSafeInteger(number) && value.negativeZero !== true;
  if (!isExact || !sink.pointedDecimal(number, exponent)) sink.ascii(print(value));
}

/** Appends a timestamp as `printTimestamp` prints it. */
export function appendTimestamp(sink: TextSink, value: IonTimestamp): void {
  const { precision, offsetMinutes, fraction } = value;
  const isCommon = precision === 'second' && offsetMinutes === 0 && (fraction === undefined || fraction.scale === 3);
  if (isCommon) sink.utcTimestamp(value, fraction === undefined ? undefined : Number(fraction.digits));
  else sink.ascii(printTimestamp(value));
}
