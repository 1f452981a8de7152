import type { ByteSink } from './byte-sink';
import { DIGEST_LENGTH, DigestSink } from './digest-sink';
import { TYPE_CODE } from './type-code';

/** Marker bytes of the serialization that Ion Hash feeds to the hash function. */
export const BEGIN = 0x0b;
export const END = 0x0e;
const ESCAPE = 0x0c;

/** Most fields that are sorted by insertion; the structs of documents rarely have more. */
const INSERTION_SORT_MAX = 24;

/** The serialization of a field name or annotation. */
export function appendSymbol(sink: ByteSink, text: string): void {
  sink.byte(BEGIN);
  sink.byte(TYPE_CODE.symbol << 4);
  const start = sink.length;
  sink.utf8(text);
  escapeFrom(sink, start);
  sink.byte(END);
}

/** Puts an escape byte before every marker byte among those written from `start` on. */
export function escapeFrom(sink: ByteSink, start: number): void {
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

/** Appends a part of other bytes with an escape byte before every marker byte. Answers whether all of them are ASCII. */
export function appendEscaped(sink: ByteSink, source: Uint8Array, start: number, end: number): boolean {
  sink.reserve(2 * (end - start));
  const { bytes } = sink;
  let to = sink.length;
  let all = 0;
  for (let from = start; from < end; from++) {
    const byte = source[from]!;
    if (byte <= END && (byte === BEGIN || byte === ESCAPE || byte === END)) bytes[to++] = ESCAPE;
    bytes[to++] = byte;
    all |= byte;
  }
  sink.length = to;
  return all < 0x80;
}

/** Replaces the digests that stand from `start` on by the same in ascending order, escaped: the body of a struct, in which order counts nothing. */
export function sortDigestsFrom(sink: DigestSink, start: number): void {
  const digestsEnd = sink.length;
  const count = (digestsEnd - start) / DIGEST_LENGTH;
  if (count === 0) return;
  const { bytes } = sink;
  const offsets: number[] = [];
  for (let offset = start; offset < digestsEnd; offset += DIGEST_LENGTH) {
    offsets.push(offset);
    if (count <= INSERTION_SORT_MAX) insertLast(bytes, offsets);
  }
  if (count > INSERTION_SORT_MAX) offsets.sort((one, other) => compareDigests(bytes, one, other));
  for (const offset of offsets) sink.appendEscapedDigest(offset);
  sink.bytes.copyWithin(start, digestsEnd, sink.length);
  sink.length -= digestsEnd - start;
}

/** Moves the last of the offsets to where it belongs among the others, which are in order. */
function insertLast(bytes: Uint8Array, offsets: number[]): void {
  let place = offsets.length - 1;
  const offset = offsets[place]!;
  while (place > 0 && compareDigests(bytes, offsets[place - 1]!, offset) > 0) {
    offsets[place] = offsets[place - 1]!;
    place--;
  }
  offsets[place] = offset;
}

function compareDigests(bytes: Uint8Array, one: number, other: number): number {
  // Nearly always the first byte decides.
  for (let index = 0; index < DIGEST_LENGTH; index++) {
    const difference = bytes[one + index]! - bytes[other + index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
