import { EncodedContainer } from './encoded-container';
import { printClob, printDecimal, printFloat, printString, printSymbol, printTimestamp } from './text-pieces';
import { TextSink } from './text-sink';
import type { IonDecimal, IonTimestamp, IonValue } from './value';

const LONE_SURROGATE = /\p{Surrogate}/u;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const COMMA = 0x2c;

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
    if (!appendUnicode(sink, printSymbol(name))) return false;
    sink.byte(0x3a);
    if (!appendText(sink, field)) return false;
  }
  sink.byte(0x7d);
  return true;
}

function appendString(sink: TextSink, text: string): boolean {
  const { length } = text;
  sink.reserve(length + 2);
  const { bytes } = sink;
  let at = sink.length;
  bytes[at++] = QUOTE;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code >= DELETE || code === QUOTE || code === BACKSLASH) return appendUnicode(sink, printString(text));
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
  const isSafe = coefficient >= -0x1f_ffff_ffff_ffffn && coefficient <= 0x1f_ffff_ffff_ffffn && value.negativeZero !== true;
  if (!isSafe || !sink.pointedDecimal(Number(coefficient), exponent)) sink.ascii(print(value));
}

/** Appends a timestamp as `printTimestamp` prints it. */
export function appendTimestamp(sink: TextSink, value: IonTimestamp): void {
  const { precision, offsetMinutes, fraction } = value;
  const isCommon = precision === 'second' && offsetMinutes === 0 && (fraction === undefined || fraction.scale === 3);
  if (isCommon) sink.utcTimestamp(value, fraction === undefined ? undefined : Number(fraction.digits));
  else sink.ascii(printTimestamp(value));
}
