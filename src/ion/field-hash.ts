import { DigestSink } from './digest-sink';
import type { Fields, FieldSink } from './field-sink';
import { appendHashSerialization } from './hash';
import { appendSymbol, BEGIN, END, escapeFrom, sortDigestsFrom } from './hash-serialization';
import { appendMillisBody } from './millis-body';
import { TYPE_CODE } from './type-code';
import type { IonValue } from './value';

let shared: FieldHash | undefined;

/** The Ion hash of the struct that the fields make. */
export function hashFields(fields: Fields): Uint8Array {
  // Hashing never waits for anything, so that all of it can share a sink; one that was left in the middle is not used again.
  const hash = shared ?? new FieldHash();
  shared = undefined;
  const digest = hash.of(fields);
  shared = hash;
  return digest;
}

/** Serializations of names, which are few. Longer ones may be ids, which do not come again. */
const NAMES_MAX = 64;
const NAME_LENGTH_MAX = 20;
const names = new Map<string, Uint8Array>();

/** Digests of texts that repeat, by name and text; all are forgotten when they become too many. */
const REPEATED_MAX = 1_000;
const repeatedDigests = new Map<string, Map<string, Uint8Array>>();
let repeatedCount = 0;

class FieldHash implements FieldSink {
  private readonly sink = new DigestSink();
  /** Where the field of each open container begins, or -1 if it has no name, and where its content does. */
  private readonly starts: number[] = [];

  of(fields: Fields): Uint8Array {
    this.sink.length = 0;
    fields(this);
    this.sink.digestFrom(0);
    return this.sink.digestAt(0);
  }

  beginStruct(name?: string): void {
    this.begin(TYPE_CODE.struct, name);
  }

  endStruct(): void {
    sortDigestsFrom(this.sink, this.starts.at(-1)!);
    this.end();
  }

  beginList(name?: string): void {
    this.begin(TYPE_CODE.list, name);
  }

  endList(): void {
    this.end();
  }

  string(text: string, name?: string): void {
    const field = this.field(TYPE_CODE.string, name);
    const start = this.sink.length;
    this.sink.utf8(text);
    this.scalar(field, start);
  }

  repeated(text: string, name: string): void {
    const known = repeatedDigests.get(name)?.get(text);
    if (known) {
      this.sink.piece(known);
      return;
    }
    const start = this.sink.length;
    this.string(text, name);
    if (repeatedCount >= REPEATED_MAX) {
      repeatedDigests.clear();
      repeatedCount = 0;
    }
    const ofName = repeatedDigests.get(name) ?? new Map<string, Uint8Array>();
    repeatedDigests.set(name, ofName.set(text, this.sink.digestAt(start)));
    repeatedCount++;
  }

  blob(bytes: Uint8Array, name?: string): void {
    const field = this.field(TYPE_CODE.blob, name);
    const start = this.sink.length;
    this.sink.piece(bytes);
    this.scalar(field, start);
  }

  int(value: number, name?: string): void {
    const field = this.field(TYPE_CODE.int, name);
    const start = this.sink.length;
    this.sink.count(value);
    this.scalar(field, start);
  }

  millis(epochMillis: number, name?: string): void {
    const field = this.field(TYPE_CODE.timestamp, name);
    const start = this.sink.length;
    appendMillisBody(this.sink, epochMillis);
    this.scalar(field, start);
  }

  value(value: IonValue, name?: string): void {
    const field = this.name(name);
    appendHashSerialization(this.sink, value);
    if (field >= 0) this.sink.digestFrom(field);
  }

  private begin(typeCode: number, name: string | undefined): void {
    const field = this.field(typeCode, name);
    this.starts.push(field, this.sink.length);
  }

  private end(): void {
    this.sink.byte(END);
    this.starts.pop();
    const field = this.starts.pop()!;
    if (field >= 0) this.sink.digestFrom(field);
  }

  /** Begins a value; answers where its field does. */
  private field(typeCode: number, name: string | undefined): number {
    const field = this.name(name);
    this.sink.byte(BEGIN);
    this.sink.byte(typeCode << 4);
    return field;
  }

  private scalar(field: number, bodyStart: number): void {
    escapeFrom(this.sink, bodyStart);
    this.sink.byte(END);
    if (field >= 0) this.sink.digestFrom(field);
  }

  private name(name: string | undefined): number {
    if (name === undefined) return -1;
    const { sink } = this;
    const start = sink.length;
    const known = names.get(name);
    if (known) {
      sink.piece(known);
    } else {
      appendSymbol(sink, name);
      if (names.size < NAMES_MAX && name.length <= NAME_LENGTH_MAX) names.set(name, sink.copy(start));
    }
    return start;
  }
}
