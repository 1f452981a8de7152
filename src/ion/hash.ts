import { hash } from 'node:crypto';
import { ByteSink } from './byte-sink';
import { appendScalarBody } from './scalar-body';
import { ANNOTATED, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import type { IonStruct, IonValue } from './value';

const BEGIN = 0x0b;
const ESCAPE = 0x0c;
const END = 0x0e;

/** Digests are kept as Latin-1 strings: they compare byte by byte with `<`, and sort without a comparator. */
type Digest = string;

/**
 * The Amazon Ion Hash of a value with SHA-256: 32 bytes, the same for values that Ion holds equivalent.
 * @see https://amazon-ion.github.io/ion-hash/docs/spec.html
 */
export function hashIon(value: IonValue): Uint8Array {
  const sink = new ByteSink();
  appendValue(sink, value);
  return new Uint8Array(hash('sha256', sink.bytes.subarray(0, sink.length), 'buffer'));
}

function appendValue(sink: ByteSink, value: IonValue): void {
  const { annotations } = value;
  if (annotations === undefined || annotations.length === 0) {
    appendBare(sink, value);
    return;
  }
  sink.byte(BEGIN);
  sink.byte(ANNOTATED << 4);
  for (const annotation of annotations) appendSymbol(sink, annotation);
  appendBare(sink, value);
  sink.byte(END);
}

function appendBare(sink: ByteSink, value: IonValue): void {
  sink.byte(BEGIN);
  sink.byte(typeQualifier(value));
  switch (value.kind) {
    case 'null':
    case 'bool':
      break;
    case 'symbol': {
      const start = sink.length;
      sink.utf8(value.value);
      escapeFrom(sink, start);
      break;
    }
    case 'list':
    case 'sexp':
      for (const item of value.items) appendValue(sink, item);
      break;
    case 'struct':
      appendFieldDigests(sink, value);
      break;
    default: {
      const start = sink.length;
      appendScalarBody(sink, value);
      escapeFrom(sink, start);
    }
  }
  sink.byte(END);
}

/** Order plays no part in a struct, so its fields are hashed one by one and their digests sorted. */
function appendFieldDigests(sink: ByteSink, struct: IonStruct): void {
  const start = sink.length;
  const digests: Digest[] = [];
  for (const [name, value] of struct.fields) {
    // Each field is serialized into the same scratch space behind what is already there.
    appendSymbol(sink, name);
    appendValue(sink, value);
    digests.push(hash('sha256', sink.bytes.subarray(start, sink.length), 'binary'));
    sink.length = start;
  }
  if (digests.length > 1) digests.sort();
  for (const digest of digests) {
    sink.reserve(64);
    for (let index = 0; index < digest.length; index++) {
      const byte = digest.charCodeAt(index);
      if (byte === BEGIN || byte === ESCAPE || byte === END) sink.bytes[sink.length++] = ESCAPE;
      sink.bytes[sink.length++] = byte;
    }
  }
}

function appendSymbol(sink: ByteSink, text: string): void {
  sink.byte(BEGIN);
  sink.byte(TYPE_CODE.symbol << 4);
  const start = sink.length;
  sink.utf8(text);
  escapeFrom(sink, start);
  sink.byte(END);
}

function typeQualifier(value: IonValue): number {
  switch (value.kind) {
    case 'null': return (TYPE_CODE[value.nullOf] << 4) | NULL_LENGTH;
    case 'bool': return (TYPE_CODE.bool << 4) | (value.value ? 1 : 0);
    case 'int': return (value.value < 0n ? NEGATIVE_INT : TYPE_CODE.int) << 4;
    default: return TYPE_CODE[value.kind] << 4;
  }
}

/** Puts an escape byte before every marker byte among those written from `start` on. */
function escapeFrom(sink: ByteSink, start: number): void {
  const { bytes, length } = sink;
  let markers = 0;
  for (let index = start; index < length; index++) {
    const byte = bytes[index]!;
    if (byte === BEGIN || byte === ESCAPE || byte === END) markers++;
  }
  if (markers === 0) return;
  sink.reserve(markers);
  const grown = sink.bytes;
  let to = length + markers;
  for (let from = length - 1; from >= start; from--) {
    const byte = grown[from]!;
    grown[--to] = byte;
    if (byte === BEGIN || byte === ESCAPE || byte === END) grown[--to] = ESCAPE;
  }
  sink.length += markers;
}
