import { InvalidIon } from './invalid-ion';
import { appendText } from './text-encoder';
import { printBlob, printClob, printDecimal, printFloat, printString, printSymbol, printTimestamp } from './text-pieces';
import { TextSink } from './text-sink';
import type { IonField, IonValue } from './value';

export { printSymbol, printTimestamp };

/** Printing never waits for anything, so that all of it can share one sink; one that a huge value made larger than this is not kept. */
const KEPT_BYTES_MAX = 2 ** 20;
let sharedSink = new TextSink();

/** How to print: on one line without blanks (the default), or one item a line, indented by two blanks. */
export interface PrintOptions {
  readonly pretty?: boolean;
}

/** One Ion value as text; compact text has the form in which QLDB prints. */
export function printIon(value: IonValue, { pretty = false }: PrintOptions = {}): string {
  if (pretty) return printed(value, '\n');
  sharedSink.length = 0;
  // What UTF-8 cannot carry, a string can.
  const text = appendText(sharedSink, value) ? sharedSink.text() : printed(value, undefined);
  if (sharedSink.bytes.length > KEPT_BYTES_MAX) sharedSink = new TextSink();
  return text;
}

/**
 * The same compact text in UTF-8.
 * @throws InvalidIon for text that UTF-8 cannot carry
 */
export function encodeIonText(value: IonValue): Uint8Array {
  return encodeIonLines([value], '');
}

/**
 * Compact text of many values in UTF-8, each followed by a newline.
 * @throws InvalidIon for text that UTF-8 cannot carry
 */
export function encodeIonLines(values: Iterable<IonValue>, lineEnd = '\n'): Uint8Array {
  const sink = new TextSink();
  for (const value of values) {
    if (!appendText(sink, value)) throw new InvalidIon('A text holds half a surrogate pair and cannot be written as UTF-8');
    sink.ascii(lineEnd);
  }
  return sink.bytes.subarray(0, sink.length);
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
    case 'string': return printString(value.value);
    case 'clob': return printClob(value.value);
    case 'blob': return printBlob(value.value);
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

