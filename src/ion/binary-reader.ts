import { problemOfTimestamp, shiftMinutes } from './calendar';
import { InvalidIon } from './invalid-ion';
import { MAXIMUM_DEPTH, MAXIMUM_EXPONENT, MAXIMUM_FRACTION_DIGITS } from './limits';
import { declaredSymbols, isLocalSymbolTable, SymbolTable, systemTable } from './symbol-table';
import { ANNOTATED, KIND_OF_TYPE_CODE, LONG_LENGTH, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';
import type { IonDecimal, IonField, IonTimestamp, IonValue } from './value';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The one value of a binary Ion document.
 * @throws InvalidIon for malformed input, and for none or more than one value.
 */
export function decodeIon(bytes: Uint8Array): IonValue {
  const values = decodeIonStream(bytes);
  const first = values.next();
  if (first.done === true) throw new InvalidIon('The document holds no value; send exactly one');
  if (values.next().done !== true) throw new InvalidIon('The document holds more than one value; send exactly one');
  return first.value;
}

/**
 * The top-level values of a binary Ion document, one by one; symbol tables and version markers are consumed on the way.
 * @throws InvalidIon, while iterating, with the offset of the offending byte.
 */
export function* decodeIonStream(bytes: Uint8Array): Generator<IonValue, void, undefined> {
  const reader = new BinaryReader(bytes);
  while (true) {
    const value = reader.next();
    if (value === undefined) return;
    yield value;
  }
}

class BinaryReader {
  private readonly bytes: Buffer;
  private at = 0;
  private symbols: SymbolTable = systemTable();

  constructor(source: Uint8Array) {
    this.bytes = Buffer.from(source.buffer, source.byteOffset, source.length);
    if (!this.atVersionMarker()) this.fail('The document does not start with the binary Ion version marker E0 01 00 EA', 0);
  }

  /** The next top-level value that is data. */
  next(): IonValue | undefined {
    while (this.at < this.bytes.length) {
      const start = this.at;
      if (this.bytes[start] === 0xe0) {
        if (!this.atVersionMarker()) this.fail('Only Ion version 1.0 (E0 01 00 EA) is supported', start);
        this.at += 4;
        this.symbols = systemTable();
        continue;
      }
      const value = this.value(this.bytes.length, 0);
      if (value === undefined) continue;
      if (!isLocalSymbolTable(value)) return value;
      try {
        this.symbols = declaredSymbols(value, this.symbols);
      } catch (error) {
        this.fail((error as Error).message, start);
      }
    }
    return undefined;
  }

  /** `undefined` for padding. */
  private value(limit: number, depth: number): IonValue | undefined {
    const start = this.at;
    const descriptor = this.byte(limit);
    const typeCode = descriptor >> 4;
    const low = descriptor & 0x0f;
    if (typeCode > ANNOTATED) this.fail(`Type descriptor ${hex(descriptor)} is reserved`, start);
    if (typeCode === ANNOTATED) return this.annotated(start, low, limit, depth);
    if (typeCode === TYPE_CODE.bool && low < 2) return { kind: 'bool', value: low === 1 };
    if (low === NULL_LENGTH) return { kind: 'null', nullOf: KIND_OF_TYPE_CODE[typeCode]! };
    if (typeCode === TYPE_CODE.bool) this.fail(`Type descriptor ${hex(descriptor)} is no bool`, start);

    const sortedFields = typeCode === TYPE_CODE.struct && low === 1;
    const length = low === LONG_LENGTH || sortedFields ? this.varUInt(limit) : low;
    const end = this.at + length;
    if (end > limit) this.fail(`A length of ${length} bytes reaches beyond the end of what holds it`, start);
    if (sortedFields && length === 0) this.fail('A struct marked as sorted may not be empty', start);
    if (typeCode === TYPE_CODE.null) {
      this.at = end;
      return undefined;
    }
    const value = this.body(typeCode, start, end, depth);
    this.at = end;
    return value;
  }

  private body(typeCode: number, start: number, end: number, depth: number): IonValue {
    switch (KIND_OF_TYPE_CODE[typeCode]!) {
      case 'int': {
        const magnitude = this.magnitude(end);
        if (typeCode === NEGATIVE_INT && magnitude === 0n) this.fail('An int may not be negative zero', start);
        return { kind: 'int', value: typeCode === NEGATIVE_INT ? -magnitude : magnitude };
      }
      case 'float': return { kind: 'float', value: this.float(start, end) };
      case 'decimal': return this.decimal(end);
      case 'timestamp': return this.timestamp(start, end);
      case 'symbol': return { kind: 'symbol', value: this.symbolText(this.symbolIdOf(end), start) };
      case 'string': return { kind: 'string', value: this.utf8(end) };
      case 'clob': return { kind: 'clob', value: new Uint8Array(this.bytes.subarray(this.at, end)) };
      case 'blob': return { kind: 'blob', value: new Uint8Array(this.bytes.subarray(this.at, end)) };
      case 'list': return { kind: 'list', items: this.items(start, end, depth) };
      case 'sexp': return { kind: 'sexp', items: this.items(start, end, depth) };
      case 'struct': return { kind: 'struct', fields: this.fields(start, end, depth) };
      default: return this.fail('Not a value', start);
    }
  }

  private annotated(start: number, low: number, limit: number, depth: number): IonValue {
    if (low < 3 || low === NULL_LENGTH) this.fail(`Type descriptor ${hex((ANNOTATED << 4) | low)} is no annotation`, start);
    const length = low === LONG_LENGTH ? this.varUInt(limit) : low;
    const end = this.at + length;
    if (end > limit) this.fail(`A length of ${length} bytes reaches beyond the end of what holds it`, start);
    const annotationsLength = this.varUInt(end);
    const annotationsEnd = this.at + annotationsLength;
    if (annotationsLength === 0 || annotationsEnd >= end) this.fail('The annotations have a wrong length', start);
    const annotations: string[] = [];
    while (this.at < annotationsEnd) annotations.push(this.symbolText(this.varUInt(annotationsEnd), start));
    if (this.bytes[this.at]! >> 4 === ANNOTATED) this.fail('An annotation may not wrap another one', this.at);
    const value = this.value(end, depth);
    if (value === undefined) return this.fail('An annotation may not wrap padding', start);
    if (this.at !== end) this.fail('An annotation must wrap exactly one value', start);
    return { ...value, annotations };
  }

  private items(start: number, end: number, depth: number): IonValue[] {
    if (depth >= MAXIMUM_DEPTH) this.fail(`Containers are nested deeper than ${MAXIMUM_DEPTH}`, start);
    const items: IonValue[] = [];
    while (this.at < end) {
      const item = this.value(end, depth + 1);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  private fields(start: number, end: number, depth: number): IonField[] {
    if (depth >= MAXIMUM_DEPTH) this.fail(`Containers are nested deeper than ${MAXIMUM_DEPTH}`, start);
    const fields: IonField[] = [];
    while (this.at < end) {
      const nameAt = this.at;
      const symbolId = this.varUInt(end);
      const value = this.value(end, depth + 1);
      // The name in front of padding means nothing and is commonly 0.
      if (value !== undefined) fields.push([this.symbolText(symbolId, nameAt), value]);
    }
    return fields;
  }

  private float(start: number, end: number): number {
    switch (end - this.at) {
      case 0: return 0;
      case 4: return this.bytes.readFloatBE(this.at);
      case 8: return this.bytes.readDoubleBE(this.at);
      default: return this.fail(`A float has 0, 4 or 8 bytes, not ${end - this.at}`, start);
    }
  }

  private decimal(end: number): IonDecimal {
    if (this.at === end) return { kind: 'decimal', coefficient: 0n, exponent: 0 };
    const exponent = this.varInt(end) + 0;
    const { value, negativeZero } = this.signedInt(end);
    return negativeZero ? { kind: 'decimal', coefficient: 0n, exponent, negativeZero } : { kind: 'decimal', coefficient: value, exponent };
  }

  private timestamp(start: number, end: number): IonTimestamp {
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

  private symbolIdOf(end: number): number {
    const size = end - this.at;
    // An id beyond 6 bytes cannot be declared; no table is that long.
    return size > 6 ? Infinity : size === 0 ? 0 : this.bytes.readUIntBE(this.at, size);
  }

  private symbolText(symbolId: number, start: number): string {
    const text = this.symbols[symbolId];
    return text ?? this.fail(`Symbol id ${symbolId} has no known text`, start);
  }

  private utf8(end: number): string {
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

  private varUInt(limit: number): number {
    const start = this.at;
    let value = 0;
    while (true) {
      const byte = this.byte(limit);
      value = value * 128 + (byte & 0x7f);
      if (value > Number.MAX_SAFE_INTEGER) this.fail('A number is too large', start);
      if (byte & 0x80) return value;
    }
  }

  private varInt(limit: number): number {
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

  private byte(limit: number): number {
    if (this.at >= limit) this.fail('The input ends in the middle of a value', this.at);
    return this.bytes[this.at++]!;
  }

  private atVersionMarker(): boolean {
    return this.bytes.length - this.at >= 4 && this.bytes.readUInt32BE(this.at) === 0xe00100ea;
  }

  private fail(problem: string, offset: number): never {
    throw new InvalidIon(problem, { offset });
  }
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0').toUpperCase()}`;
}
