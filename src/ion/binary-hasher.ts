import { isUtf8 } from 'node:buffer';
import { BinaryCursor, PADDING, type PaddingRule } from './binary-cursor';
import { isCanonicalDecimal, isCanonicalTimestamp } from './canonical-body';
import type { DigestSink } from './digest-sink';
import type { EncodedContainer } from './encoded-container';
import { appendEscaped, appendSymbol, BEGIN, END, escapeFrom, sortDigestsFrom } from './hash-serialization';
import { appendScalarBody, BodiedScalar } from './scalar-body';
import type { SymbolTable } from './symbol-table';
import { ANNOTATED, NEGATIVE_INT, NULL_LENGTH, TYPE_CODE } from './type-code';

/**
 * Serializes binary Ion for Ion Hash without making values of it. Bodies in canonical form, as careful writers make them, are copied; others
 * are decoded and written canonically. Refuses what decoding refuses.
 */
export class BinaryHasher extends BinaryCursor {
  private symbolSerializations: (Uint8Array | undefined)[] = [];
  private serializedSymbols?: SymbolTable;

  constructor(source: Uint8Array, padding: PaddingRule) {
    super(source);
    this.paddingRefused = padding === 'refused';
  }

  append(container: EncodedContainer, sink: DigestSink): void {
    const { typeCode, start, bodyStart, end, depth } = container;
    this.useSymbols(container);
    this.at = bodyStart;
    this.bare(sink, typeCode, start, end, depth);
  }

  /** The serialization of one value within a container. */
  appendValueAt(at: number, depth: number, container: EncodedContainer, sink: DigestSink): void {
    this.useSymbols(container);
    this.at = at;
    this.value(sink, container.end, depth);
  }

  private useSymbols({ symbols, symbolCount }: EncodedContainer): void {
    if (this.serializedSymbols !== symbols) {
      this.serializedSymbols = symbols;
      this.symbolSerializations = [];
    }
    this.symbols = symbols;
    this.symbolCount = symbolCount;
  }

  /** @returns the type code of the value, which may be `PADDING` */
  private value(sink: DigestSink, limit: number, depth: number): number {
    const start = this.at;
    const typeCode = this.head(limit);
    const { end } = this;
    if (typeCode === ANNOTATED) {
      this.annotated(sink, start, end, depth);
    } else if (typeCode !== PADDING) {
      if (this.low === NULL_LENGTH || typeCode === TYPE_CODE.bool) this.descriptorAlone(sink, typeCode);
      else this.bare(sink, typeCode, start, end, depth);
    }
    return typeCode;
  }

  private annotated(sink: DigestSink, start: number, end: number, depth: number): void {
    sink.byte(BEGIN);
    sink.byte(ANNOTATED << 4);
    const annotationsEnd = this.enterAnnotations(start, end);
    while (this.at < annotationsEnd) this.symbol(sink, this.varUInt(annotationsEnd), start);
    this.checkAnnotated();
    this.leaveAnnotations(start, end, this.value(sink, end, depth));
    sink.byte(END);
  }

  private descriptorAlone(sink: DigestSink, typeCode: number): void {
    sink.byte(BEGIN);
    // A null int has one form, though its descriptor may be that of a negative one.
    sink.byte(((typeCode === NEGATIVE_INT ? TYPE_CODE.int : typeCode) << 4) | this.low);
    sink.byte(END);
  }

  private bare(sink: DigestSink, typeCode: number, start: number, end: number, depth: number): void {
    if (typeCode === TYPE_CODE.symbol) {
      this.symbol(sink, this.symbolIdOf(end), start);
      this.at = end;
      return;
    }
    sink.byte(BEGIN);
    sink.byte(typeCode << 4);
    switch (typeCode) {
      case TYPE_CODE.int:
      case NEGATIVE_INT:
        this.intBody(sink, typeCode, start, end);
        break;
      case TYPE_CODE.float:
        appendCanonically(sink, { kind: 'float', value: this.float(start, end) });
        break;
      case TYPE_CODE.decimal:
        if (isCanonicalDecimal(this.bytes, this.at, end)) appendEscaped(sink, this.bytes, this.at, end);
        else appendCanonically(sink, this.decimal(end));
        break;
      case TYPE_CODE.timestamp:
        if (isCanonicalTimestamp(this.bytes, this.at, end)) appendEscaped(sink, this.bytes, this.at, end);
        else appendCanonically(sink, this.timestamp(start, end));
        break;
      case TYPE_CODE.string: {
        const ascii = appendEscaped(sink, this.bytes, this.at, end);
        if (!ascii && !isUtf8(this.bytes.subarray(this.at, end))) this.fail('A string is not valid UTF-8', this.at);
        break;
      }
      case TYPE_CODE.clob:
      case TYPE_CODE.blob:
        appendEscaped(sink, this.bytes, this.at, end);
        break;
      case TYPE_CODE.struct:
        this.fieldDigests(sink, start, end, depth);
        break;
      default:
        this.checkDepth(depth, start);
        while (this.at < end) this.value(sink, end, depth + 1);
    }
    sink.byte(END);
    this.at = end;
  }

  private intBody(sink: DigestSink, typeCode: number, start: number, end: number): void {
    let { at } = this;
    while (at < end && this.bytes[at] === 0) at++;
    if (at === end && typeCode === NEGATIVE_INT) this.int(typeCode, start, end);
    appendEscaped(sink, this.bytes, at, end);
  }

  private fieldDigests(sink: DigestSink, start: number, end: number, depth: number): void {
    this.checkDepth(depth, start);
    const digestsStart = sink.length;
    while (this.at < end) {
      const nameAt = this.at;
      const fieldStart = sink.length;
      const symbolId = this.varUInt(end);
      if (this.atPadding(end)) {
        this.head(end);
        continue;
      }
      this.symbol(sink, symbolId, nameAt);
      this.value(sink, end, depth + 1);
      sink.digestFrom(fieldStart);
    }
    sortDigestsFrom(sink, digestsStart);
  }

  private atPadding(limit: number): boolean {
    return this.at < limit && this.bytes[this.at]! < NULL_LENGTH;
  }

  private symbol(sink: DigestSink, symbolId: number, start: number): void {
    const known = symbolId < this.symbolCount ? this.symbolSerializations[symbolId] : undefined;
    const serialization = known ?? this.serializedSymbol(sink, symbolId, start);
    const { length } = serialization;
    sink.reserve(length);
    const { bytes } = sink;
    let at = sink.length;
    for (let index = 0; index < length; index++) bytes[at++] = serialization[index]!;
    sink.length = at;
  }

  private serializedSymbol(sink: DigestSink, symbolId: number, start: number): Uint8Array {
    const text = this.symbolText(symbolId, start);
    const from = sink.length;
    appendSymbol(sink, text);
    const serialization = sink.copy(from);
    sink.length = from;
    this.symbolSerializations[symbolId] = serialization;
    return serialization;
  }
}

function appendCanonically(sink: DigestSink, value: BodiedScalar): void {
  const start = sink.length;
  appendScalarBody(sink, value);
  escapeFrom(sink, start);
}
