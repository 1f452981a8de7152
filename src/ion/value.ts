/**
 * The Ion data model as plain immutable data.
 *
 * Every value may carry annotations; an absent `annotations` means none. Fields of a struct keep their order and may repeat.
 *
 * @see https://amazon-ion.github.io/ion-docs/docs/spec.html
 */
export type IonValue =
  | IonNull | IonBool | IonInt | IonFloat | IonDecimal | IonTimestamp
  | IonSymbol | IonString | IonClob | IonBlob | IonList | IonSexp | IonStruct;

export type IonKind = IonValue['kind'];

interface Annotated {
  readonly annotations?: readonly string[];
}

/** `null`, or a typed null such as `null.timestamp`; a plain `null` has `nullOf: 'null'`. */
export interface IonNull extends Annotated { readonly kind: 'null'; readonly nullOf: IonKind }
export interface IonBool extends Annotated { readonly kind: 'bool'; readonly value: boolean }
export interface IonInt extends Annotated { readonly kind: 'int'; readonly value: bigint }
export interface IonFloat extends Annotated { readonly kind: 'float'; readonly value: number }
/** coefficient × 10^exponent; `negativeZero` marks `-0.` whose sign a bigint cannot hold. */
export interface IonDecimal extends Annotated {
  readonly kind: 'decimal';
  readonly coefficient: bigint;
  readonly exponent: number;
  readonly negativeZero?: boolean;
}
export type TimestampPrecision = 'year' | 'month' | 'day' | 'minute' | 'second';
/** Local time as written, plus its offset. Fields below the precision are absent. */
export interface IonTimestamp extends Annotated {
  readonly kind: 'timestamp';
  readonly precision: TimestampPrecision;
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  /** Digits after the point, exactly as many as are significant: `.360` is `{ digits: 360n, scale: 3 }`. Absent when there are none. */
  readonly fraction?: { readonly digits: bigint; readonly scale: number };
  /** Minutes east of UTC; absent for an unknown offset (`-00:00`) and for precisions coarser than a minute. */
  readonly offsetMinutes?: number;
}
export interface IonSymbol extends Annotated { readonly kind: 'symbol'; readonly value: string }
export interface IonString extends Annotated { readonly kind: 'string'; readonly value: string }
export interface IonClob extends Annotated { readonly kind: 'clob'; readonly value: Uint8Array }
export interface IonBlob extends Annotated { readonly kind: 'blob'; readonly value: Uint8Array }
export interface IonList extends Annotated { readonly kind: 'list'; readonly items: readonly IonValue[] }
export interface IonSexp extends Annotated { readonly kind: 'sexp'; readonly items: readonly IonValue[] }
export interface IonStruct extends Annotated { readonly kind: 'struct'; readonly fields: readonly IonField[] }
export type IonField = readonly [name: string, value: IonValue];

export const ionNull = (nullOf: IonKind = 'null'): IonNull => ({ kind: 'null', nullOf });
export const ionBool = (value: boolean): IonBool => ({ kind: 'bool', value });
export const ionInt = (value: bigint | number): IonInt => ({ kind: 'int', value: BigInt(value) });
export const ionFloat = (value: number): IonFloat => ({ kind: 'float', value });
export const ionDecimal = (coefficient: bigint, exponent: number): IonDecimal => ({ kind: 'decimal', coefficient, exponent });
export const ionSymbol = (value: string): IonSymbol => ({ kind: 'symbol', value });
export const ionString = (value: string): IonString => ({ kind: 'string', value });
export const ionBlob = (value: Uint8Array): IonBlob => ({ kind: 'blob', value });
export const ionList = (items: readonly IonValue[]): IonList => ({ kind: 'list', items });

/** A struct from an object literal; members that are `undefined` are left out. */
export function ionStruct(members: Readonly<Record<string, IonValue | undefined>>): IonStruct {
  const fields: IonField[] = [];
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value !== undefined) fields.push([name, value]);
  }
  return { kind: 'struct', fields };
}

/** A UTC timestamp of millisecond precision, the form in which QLDB prints every time of its own. */
export function ionTimestampFromMillis(epochMillis: number): IonTimestamp {
  const date = new Date(epochMillis);
  return {
    kind: 'timestamp',
    precision: 'second',
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: { digits: BigInt(date.getUTCMilliseconds()), scale: 3 },
    offsetMinutes: 0,
  };
}

/** The instant of a timestamp in milliseconds since the epoch; parts below its precision count as their first moment. */
export function millisFromIonTimestamp(timestamp: IonTimestamp): number {
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0, offsetMinutes = 0, fraction } = timestamp;
  // Years before 100 would be taken for ones of the last century.
  if (year >= 100 && (fraction === undefined || fraction.scale === 3)) {
    return Date.UTC(year, month - 1, day, hour, minute - offsetMinutes, second, fraction === undefined ? 0 : Number(fraction.digits));
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offsetMinutes, second);
  const { digits, scale } = fraction ?? { digits: 0n, scale: 0 };
  const fractionMillis = scale <= 3 ? digits * 10n ** BigInt(3 - scale) : digits / 10n ** BigInt(scale - 3);
  return date.getTime() + Number(fractionMillis);
}

/** The first field of that name, as readers of repeated fields conventionally resolve it. */
export function fieldOf(struct: IonStruct, name: string): IonValue | undefined {
  return struct.fields.find(([field]) => field === name)?.[1];
}
