import { EncodedContainer } from './encoded-container';
import { clobToJson, decimalToJson, floatToJson } from './json-pieces';
import { printTimestamp } from './text-pieces';
import { TextSink } from './text-sink';
import type { IonValue } from './value';

/**
 * Ion's down-conversion to JSON, as journal exports use it: types that JSON lacks become strings, numbers or null, annotations are dropped.
 * Repeated fields stay repeated. Numbers keep their digits however many there are, so a reader may need more than doubles.
 */
export function ionToJson(value: IonValue): string {
  if (value instanceof EncodedContainer) {
    const sink = new TextSink();
    value.print(sink, 'json');
    return sink.text();
  }
  switch (value.kind) {
    case 'null': return 'null';
    case 'bool': return value.value ? 'true' : 'false';
    case 'int': return value.value.toString();
    case 'float': return floatToJson(value.value);
    case 'decimal': return decimalToJson(value);
    case 'timestamp': return `"${printTimestamp(value)}"`;
    case 'symbol':
    case 'string': return JSON.stringify(value.value);
    case 'clob': return clobToJson(value.value);
    case 'blob': return `"${Buffer.from(value.value).toString('base64')}"`;
    case 'list':
    case 'sexp': return `[${value.items.map(ionToJson).join(',')}]`;
    case 'struct': return `{${value.fields.map(([name, field]) => `${JSON.stringify(name)}:${ionToJson(field)}`).join(',')}}`;
  }
}

/** The same of many values in UTF-8, each followed by a newline. */
export function encodeJsonLines(values: Iterable<IonValue>): Uint8Array {
  const sink = new TextSink();
  for (const value of values) {
    if (value instanceof EncodedContainer) value.print(sink, 'json');
    else sink.utf8(ionToJson(value));
    sink.byte(0x0a);
  }
  return sink.bytes.subarray(0, sink.length);
}
