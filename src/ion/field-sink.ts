import type { IonValue } from './value';

/**
 * Takes a struct field by field, for those who would make a value only to encode or hash it. Names stand in front of their values; a list's items, and
 * the outermost struct, have none.
 */
export interface FieldSink {
  beginStruct(name?: string): void;
  endStruct(): void;
  beginList(name?: string): void;
  endList(): void;
  string(text: string, name?: string): void;
  /** A short text under a name that is likely to come again under it in other structs. */
  repeated(text: string, name: string): void;
  blob(bytes: Uint8Array, name?: string): void;
  /** A count: from 0 to the largest safe integer. */
  int(value: number, name?: string): void;
  /** A UTC timestamp of millisecond precision, as `ionTimestampFromMillis` makes it. */
  millis(epochMillis: number, name?: string): void;
  value(value: IonValue, name?: string): void;
}

/** Tells a sink all fields of a struct. */
export type Fields = (sink: FieldSink) => void;

