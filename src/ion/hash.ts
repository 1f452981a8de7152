import { DIGEST_LENGTH, DigestSink } from './digest-sink';
import { EncodedContainer } from './encoded-container';
import { sharedHashBatch, type HashBatch } from './hash-batch';
import { appendSymbol, BEGIN, END, escapeFrom, sortDigestsFrom } from './hash-serialization';
import { appendScalarBody } from './scalar-body';
import { ANNOTATED, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';

import type { IonStruct, IonValue } from './value';

/** Hashing never waits for anything, so that all of it can share this, made when it is first needed. */
let sharedSink: DigestSink | undefined;

/** The SHA-256 of two digests, one behind the other. */
export function digestOfPair(one: Uint8Array, other: Uint8Array): Uint8Array {
  const sink = sharedSink ??= new DigestSink();
  sink.length = 0;
  sink.appendDigest(one);
  sink.appendDigest(other);
  sink.digestFrom(0);
  return sink.digestAt(0);
}

/** The SHA-256 of a text in UTF-8. Faster than the runtime's for a short one. @throws InvalidIon for text that UTF-8 cannot carry */
export function digestOfText(text: string): Uint8Array {
  const sink = sharedSink ??= new DigestSink();
  sink.length = 0;
  sink.utf8(text);
  sink.digestFrom(0);
  return sink.digestAt(0);
}

/**
 * The SHA-256 of each of many pairs of digests, in their order, one behind the other. Faster than one by one from a few pairs on.
 * @param add adds the pair of an index to a batch, and answers where its digest will be, if there was room for it
 */
export function digestsOfPairs(count: number, add: (batch: HashBatch, index: number) => number | undefined): Uint8Array {
  const batch = sharedHashBatch();
  const digests = new Uint8Array(count * DIGEST_LENGTH);
  for (let from = 0, to = 0; from < count; from = to) {
    batch.reset();
    const start = add(batch, to);
    for (to++; to < count && add(batch, to) !== undefined;) to++;
    batch.runPairs();
    digests.set(batch.bytes.subarray(start, start! + (to - from) * DIGEST_LENGTH), from * DIGEST_LENGTH);
  }
  return digests;
}

/** A sink that one huge value made larger than this is not kept. */
const KEPT_BYTES_MAX = 8 * 2 ** 20;

/**
 * The Amazon Ion Hash of a value with SHA-256: 32 bytes, the same for values that Ion holds equivalent.
 * @see https://amazon-ion.github.io/ion-hash/docs/spec.html
 * @throws InvalidIon for text that UTF-8 cannot carry, and for a value read by `readIonStream` whose bytes are malformed.
 */
export function hashIon(value: IonValue): Uint8Array {
  return value instanceof EncodedContainer && value.annotations === undefined ? hashIonAll([value])[0]! : hashAlone(value);
}

/**
 * The hashes of many values, as `hashIon` would make them. For values read by `readIonStream` this is much faster: hashes that do not wait for
 * each other are made four at a time.
 * @throws InvalidIon as `hashIon`
 */
export function hashIonAll(values: readonly IonValue[]): Uint8Array[] {
  const digests: Uint8Array[] = [];
  let added: { readonly index: number; readonly slot: number }[] = [];
  const batch = sharedHashBatch();
  const run = (): void => {
    batch.run();
    for (const { index, slot } of added) digests[index] = batch.digestAt(slot);
    added = [];
    batch.reset();
  };
  batch.reset();
  for (const [index, value] of values.entries()) {
    const isEncoded = value instanceof EncodedContainer && value.annotations === undefined;
    let slot = isEncoded ? batch.add(value) : undefined;
    if (isEncoded && slot === undefined && added.length > 0) {
      run();
      slot = batch.add(value);
    }
    if (slot === undefined) digests[index] = hashAlone(value);
    else added.push({ index, slot });
  }
  run();
  return digests;
}

function hashAlone(value: IonValue): Uint8Array {
  sharedSink ??= new DigestSink();
  sharedSink.length = 0;
  appendHashSerialization(sharedSink, value);
  sharedSink.digestFrom(0);
  const digest = sharedSink.digestAt(0);
  if (sharedSink.bytes.length > KEPT_BYTES_MAX) sharedSink = undefined;
  return digest;
}

/** Appends what Ion Hash feeds to the hash function for a value. */
export function appendHashSerialization(sink: DigestSink, value: IonValue): void {
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

function appendBare(sink: DigestSink, value: IonValue): void {
  if (value instanceof EncodedContainer) {
    value.appendHashSerialization(sink);
    return;
  }
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
      for (const item of value.items) appendHashSerialization(sink, item);
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

function appendFieldDigests(sink: DigestSink, struct: IonStruct): void {
  const digestsStart = sink.length;
  for (const [name, value] of struct.fields) {
    const start = sink.length;
    appendSymbol(sink, name);
    appendHashSerialization(sink, value);
    sink.digestFrom(start);
  }
  sortDigestsFrom(sink, digestsStart);
}

function typeQualifier(value: IonValue): number {
  switch (value.kind) {
    case 'null': return (TYPE_CODE[value.nullOf] << 4) | NULL_LENGTH;
    case 'bool': return (TYPE_CODE.bool << 4) | (value.value ? 1 : 0);
    case 'int': return (value.value < 0n ? NEGATIVE_INT : TYPE_CODE.int) << 4;
    default: return TYPE_CODE[value.kind] << 4;
  }
}
