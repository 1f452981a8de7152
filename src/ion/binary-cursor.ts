import { problemOfTimestamp, shiftMinutes } from './calendar';
import { isCanonicalTimestamp } from './canonical-body';
import { InvalidIon } from './invalid-ion';
import { MAXIMUM_DEPTH, MAXIMUM_EXPONENT, MAXIMUM_FRACTION_DIGITS } from './limits';
import { SymbolTable, systemTable } from './symbol-table';
import { ANNOTATED, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import type { IonDecimal, IonTimestamp } from './value';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether padding may stand within a binary document. Readers skip it, so a value can be made to vanish in it. */
export type PaddingRule = 'allowed' | 'refused';

/** Stands for a type code where there is no value but bytes to skip. */
export const PADDING = -1;

/**
 * A place in binary Ion, and everything that is read there except containers: descriptors, numbers, scalars, symbols. Whatever passes here is
 * well-formed, so those who build values and those who only hash bytes refuse the same input with the same words.
 */
export class BinaryCursor {
  protected readonly bytes: Buffer;
  protected at = 0;
  /** End of the value whose descriptor was read last. */
  protected end = 0;
  /** Low half of the descriptor that was read last. */
  protected low = 0;
  protected symbols: SymbolTable = systemTable();
  protected paddingRefused = false;
  protected depthMax = MAXIMUM_DEPTH;
  /** Symbols that count: a table may have grown since the value at hand was written. */
  protected symbolCount = Infinity;

  constructor(source: Uint8Array) {
    this.bytes = Buffer.from(source.buffer, source.byteOffset, source.length);
  }

  /**
   * Reads a descriptor and the length behind it, so that the body lies between `at` and `end`. Padding is skipped.
   * @returns the type code, or `PADDING`
   */
  protected head(limit: number): number {
    const start = this.at;
    const descriptor = this.byte(limit);
    const typeCode = descriptor >> 4;
    const low = descriptor & 0x0f;
    this.low = low;
    if (typeCode > ANNOTATED) this.fail(`Type descriptor ${hex(descriptor)} is reserved`, start);
    if (typeCode === ANNOTATED) {
      if (low < 3 || low === NULL_LENGTH) this.fail(`Type descriptor ${hex(descriptor)} is no annotation`, start);
    } else if (low === NULL_LENGTH || typeCode === TYPE_CODE.bool) {
      if (low !== NULL_LENGTH && low > 1) this.fail(`Type descriptor ${hex(descriptor)} is no bool`, start);
      this.end = this.at;
      return typeCode;
    }
    const sortedFields = typeCode === TYPE_CODE.struct && low === 1;
    const length = low === LONG_LENGTH || sortedFields ? this.varUInt(limit) : low;
    this.end = this.at + length;
    if (this.end > limit) this.fail(`A length of ${length} bytes reaches beyond the end of what holds it`, start);
    if (sortedFields && length === 0) this.fail('A struct marked as sorted may not be empty', start);
    if (typeCode !== TYPE_CODE.null) return typeCode;
    if (this.paddingRefused) this.fail('Padding stands here, where a value may have been blotted out', start);
    this.at = this.end;
    return PADDING;
  }

  /** Moves to the first annotation of what was found at `start`. @returns the end of the annotations */
  protected enterAnnotations(start: number, end: number): number {
    const length = this.varUInt(end);
    const annotationsEnd = this.at + length;
    if (length === 0 || annotationsEnd >= end) this.fail('The annotations have a wrong length', start);
    return annotationsEnd;
  }

  /** To be called between the annotations and the value. */
  protected checkAnnotated(): void {
    if (this.bytes[this.at]! >> 4 === ANNOTATED) this.fail('An annotation may not wrap another one', this.at);
  }

  /** To be called behind the value, with the type code that it had. */
  protected leaveAnnotations(start: number, end: number, typeCode: number): void {
    if (typeCode === PADDING) this.fail('An annotation may not wrap padding', start);
    if (this.at !== end) this.fail('An annotation must wrap exactly one value', start);
  }

  protected checkDepth(depth: number, start: number): void {
    if (depth >= this.depthMax) this.fail(`Containers are nested deeper than ${this.depthMax}`, start);
  }

  protected int(typeCode: number, start: number, end: number): bigint {
    const magnitude = this.magnitude(end);
    if (typeCode === NEGATIVE_INT && magnitude === 0n) this.fail('An int may not be negative zero', start);
    return typeCode === NEGATIVE_INT ? -magnitude : magnitude;
  }

  protected float(start: number, end: number): number {
    switch (end - this.at) {
      case 0: return 0;
      case 4: return this.bytes.readFloatBE(this.at);
      case 8: return this.bytes.readDoubleBE(this.at);
      default: return this.fail(`A float has 0, 4 or 8 bytes, not ${end - this.at}`, start);
    }
  }

  protected decimal(end: number): IonDecimal {
    if (this.at === end) return { kind: 'decimal', coefficient: 0n, exponent: 0 };
    const exponent = this.varInt(end) + 0;
    const { value, negativeZero } = this.signedInt(end);
    return negativeZero ? { kind: 'decimal', coefficient: 0n, exponent, negativeZero } : { kind: 'decimal', coefficient: value, exponent };
  }

  protected timestamp(start: number, end: number): IonTimestamp {
    if (end - this.at > 9 && isCanonicalTimestamp(this.bytes, this.at, end)) return this.millisecondTimestamp(end);
    const offset = this.varInt(end);
    const year = this.varUInt(end);
    const month = this.at < end ? this.varUInt(end) : undefined;
    const day = this.at < end ? this.varUInt(end) : undefined;
    let timestamp: IonTimestamp;
    if (this.at === end) {
      const precision = day !== undefined ? 'day' : month !== undefined ? 'month' : 'year';
      timestamp = { kind: 'timestamp', precision, year, ...(month !== undefined && { month }), ...(day !== undefined && { day }) };
    } else {
      const hour = this.varUInt(end);
      const minute = this.varUInt(end);
      const second = this.at < end ? this.varUInt(end) : undefined;
      const fraction = this.at < end ? this.fraction(start, end) : undefined;
      const utc = { year, month: month!, day: day!, hour, minute };
      this.checkTimestamp({ kind: 'timestamp', precision: 'minute', ...utc }, start);
      const known = !Object.is(offset, -0);
      timestamp = {
        kind: 'timestamp',
        precision: second === undefined ? 'minute' : 'second',
        ...(known && offset !== 0 ? shiftMinutes({ precision: 'minute', ...utc }, offset) : utc),
        ...(second !== undefined && { second }),
        ...(fraction !== undefined && { fraction }),
        ...(known && { offsetMinutes: offset }),
      };
    }
    this.checkTimestamp(timestamp, start);
    return timestamp;
  }

  /** One that is known to be of UTC, with a fraction of three digits that are not all 0. */
  private millisecondTimestamp(end: number): IonTimestamp {
    const { bytes, at } = this;
    const digits = BigInt(end - at === 10 ? bytes[at + 9]! : (bytes[at + 9]! << 8) | bytes[at + 10]!);
    this.at = end;
    return {
      kind: 'timestamp',
      precision: 'second',
      year: (bytes[at + 1]! << 7) | (bytes[at + 2]! & 0x7f),
      month: bytes[at + 3]! & 0x7f,
      day: bytes[at + 4]! & 0x7f,
      hour: bytes[at + 5]! & 0x7f,
      minute: bytes[at + 6]! & 0x7f,
      second: bytes[at + 7]! & 0x7f,
      fraction: { digits, scale: 3 },
      offsetMinutes: 0,
    };
  }

  private checkTimestamp(timestamp: IonTimestamp, start: number): void {
    const problem = problemOfTimestamp(timestamp);
    if (problem !== undefined) this.fail(`Not a timestamp: ${problem}`, start);
  }

  private fraction(start: number, end: number): IonTimestamp['fraction'] {
    const scale = -this.varInt(end);
    const { value, negativeZero } = this.signedInt(end);
    if (scale > MAXIMUM_FRACTION_DIGITS) this.fail(`A timestamp has more than ${MAXIMUM_FRACTION_DIGITS} fraction digits`, start);
    if (scale <= 0 && value === 0n && !negativeZero) return undefined;
    if (scale <= 0 || value < 0n || negativeZero || value >= 10n ** BigInt(scale)) this.fail('The fraction of a second is not between 0 and 1', start);
    return { digits: value, scale };
  }

  private signedInt(end: number): { value: bigint; negativeZero: boolean } {
    if (this.at === end) return { value: 0n, negativeZero: false };
    const negative = (this.bytes[this.at]! & 0x80) !== 0;
    const first = BigInt(this.bytes[this.at]! & 0x7f);
    const restBits = BigInt(end - this.at - 1) * 8n;
    this.at += 1;
    const magnitude = (first << restBits) | this.magnitude(end);
    return { value: negative ? -magnitude : magnitude, negativeZero: negative && magnitude === 0n };
  }

  private magnitude(end: number): bigint {
    const size = end - this.at;
    if (size === 0) return 0n;
    if (size <= 6) return BigInt(this.bytes.readUIntBE(this.at, size));
    return BigInt(`0x${this.bytes.toString('hex', this.at, end)}`);
  }

  protected symbolIdOf(end: number): number {
    const size = end - this.at;
    // An id beyond 6 bytes cannot be declared; no table is that long.
    return size > 6 ? Infinity : size === 0 ? 0 : this.bytes.readUIntBE(this.at, size);
  }

  protected symbolText(symbolId: number, start: number): string {
    const text = symbolId < this.symbolCount ? this.symbols[symbolId] : undefined;
    return text ?? this.fail(`Symbol id ${symbolId} has no known text`, start);
  }

  protected utf8(end: number): string {
    const { bytes } = this;
    for (let index = this.at; index < end; index++) {
      if (bytes[index]! > 0x7f) {
        try {
          return UTF8.decode(bytes.subarray(this.at, end));
        } catch {
          this.fail('A string is not valid UTF-8', this.at);
        }
      }
    }
    return bytes.toString('latin1', this.at, end);
  }

  protected varUInt(limit: number): number {
    const start = this.at;
    const first = this.byte(limit);
    if (first & 0x80) return first & 0x7f;
    let value = first;
    while (true) {
      const byte = this.byte(limit);
      value = value * 128 + (byte & 0x7f);
      if (value > Number.MAX_SAFE_INTEGER) this.fail('A number is too large', start);
      if (byte & 0x80) return value;
    }
  }

  protected varInt(limit: number): number {
    const start = this.at;
    let byte = this.byte(limit);
    const negative = (byte & 0x40) !== 0;
    let value = byte & 0x3f;
    while ((byte & 0x80) === 0) {
      byte = this.byte(limit);
      value = value * 128 + (byte & 0x7f);
      if (value > MAXIMUM_EXPONENT) this.fail(`A signed number is beyond ±${MAXIMUM_EXPONENT}`, start);
    }
    return negative ? -value : value;
  }

  protected byte(limit: number): number {
    if (this.at >= limit) this.fail('The input ends in the middle of a value', this.at);
    return this.bytes[this.at++]!;
  }

  protected atVersionMarker(): boolean {
    return this.bytes.length - this.at >= 4 && this.bytes.readUInt32BE(this.at) === 0xe00100ea;
  }

  protected fail(problem: string, offset: number): never {
    throw new InvalidIon(problem, { offset });
  }
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0').toUpperCase()}`;
}
